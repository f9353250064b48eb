#include "directory/target.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

const fc_target_class *const fc_target_classes[] = {
    &fc_target_folder,
    &fc_target_command,
    &fc_target_ldif,
    &fc_target_ldap,
    &fc_target_graph,
    &fc_target_google,
    NULL,
};

const fc_target_class *fc_target_class_lookup(const char *kind)
{
    for (size_t i = 0; fc_target_classes[i] != NULL; i++) {
        if (strcmp(fc_target_classes[i]->kind, kind) == 0) {
            return fc_target_classes[i];
        }
    }
    return NULL;
}

const char *fc_target_profile(const fc_target_config *config)
{
    const fc_target_class *class = fc_target_class_lookup(config->kind);
    FC_ASSERT(class != NULL);
    return config->profile != NULL ? config->profile : class->profile;
}

static fc_status refuse_kind(const char *kind, fc_error *err)
{
    char kinds[FC_ERROR_TEXT_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; fc_target_classes[i] != NULL && used < sizeof kinds; i++) {
        used += (size_t)snprintf(kinds + used, sizeof kinds - used, "%s%s", i > 0 ? ", " : "",
                                 fc_target_classes[i]->kind);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.40s\" is no kind of target; there are: %s", kind,
                   kinds);
}

static bool takes(const fc_target_class *class, const char *name)
{
    for (const fc_target_key *key = class->keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return true;
        }
    }
    return false;
}

fc_status fc_target_config_check(const fc_target_config *config, fc_error *err)
{
    const fc_target_class *class = fc_target_class_lookup(config->kind);
    if (class == NULL) {
        return refuse_kind(config->kind, err);
    }
    for (size_t i = 0; i < config->count; i++) {
        if (!takes(class, config->settings[i].name)) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "target %.40s has no setting \"%.40s\"",
                           class->kind, config->settings[i].name);
        }
    }
    for (const fc_target_key *key = class->keys; key->name != NULL; key++) {
        if (key->needed && fc_target_config_get(config, key->name) == NULL) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "target %s needs \"%s\": %s", class->kind,
                           key->name, key->help);
        }
    }
    return FC_OK;
}
