#include "directory/target.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/brief.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/target_config.h"

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

const char *fc_target_config_get(const fc_target_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->settings[i].name, name) == 0) {
            return config->settings[i].value;
        }
    }
    return NULL;
}

fc_status fc_target_config_add(fc_target_config *config, const char *name, const char *value,
                               fc_error *err)
{
    if (config->count == FC_TARGET_SETTINGS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a target has more than %d settings",
                       FC_TARGET_SETTINGS_MAX);
    }
    FC_AUTO(fc_chars) name_copy = NULL;
    FC_AUTO(fc_chars) value_copy = NULL;
    FC_TRY(fc_text_copy(name, &name_copy, err));
    FC_TRY(fc_text_copy(value, &value_copy, err));
    config->settings[config->count++] =
        (fc_target_setting){ FC_STEAL(name_copy), FC_STEAL(value_copy) };
    return FC_OK;
}

void fc_target_config_clear(fc_target_config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        fc_memory_free(config->settings[i].name);
        fc_memory_free(config->settings[i].value);
    }
    fc_memory_free(config->name);
    fc_memory_free(config->kind);
    fc_memory_free(config->profile);
    *config = (fc_target_config){ 0 };
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

/* KIND:PLACE: the place is the class' first setting. */
static fc_status read_short(const fc_target_class *class, const char *place,
                            fc_target_config *config, fc_error *err)
{
    FC_TRY(fc_text_copy(class->kind, &config->name, err));
    FC_TRY(fc_text_copy(class->kind, &config->kind, err));
    FC_TRY(fc_target_config_add(config, class->keys[0].name, place, err));
    return fc_target_config_check(config, err);
}

fc_status fc_target_configs_read(const char *to, fc_target_config *configs, size_t *count,
                                 fc_error *err)
{
    char kind[32];
    const char *colon = strchr(to, ':');
    if (colon == NULL || access(to, F_OK) == 0) {
        return fc_target_config_read(to, configs, count, err);
    }
    (void)snprintf(kind, sizeof kind, "%.*s", (int)(colon - to), to);
    const fc_target_class *class = fc_target_class_lookup(kind);
    if (class == NULL || colon[1] == '\0') {
        return class == NULL ? refuse_kind(kind, err)
                             : fc_fail(err, FC_INVALID_ARGUMENT,
                                       "--to %s: write KIND:PLACE, as folder:portraits, or a file",
                                       fc_brief_of(to).text);
    }
    *count = 1;
    return read_short(class, colon + 1, &configs[0], err);
}
