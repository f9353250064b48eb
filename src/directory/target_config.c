#define _GNU_SOURCE /* secure_getenv */
#include "directory/target_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

const char *fc_target_config_get(const fc_target_config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->settings[i].name, name) == 0) {
            return config->settings[i].value;
        }
    }
    return NULL;
}

const char *fc_target_config_get_or(const fc_target_config *config, const char *name,
                                    const char *standard)
{
    const char *value = fc_target_config_get(config, name);
    return value != NULL ? value : standard;
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

static fc_status read_variable(const char *variable, fc_buffer *out, fc_error *err)
{
    const char *value = secure_getenv(variable);
    if (value == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the variable %.60s is not set", variable);
    }
    *out = FC_BUFFER(FC_TARGET_SECRET_MAX);
    return fc_buffer_append(out, value, strlen(value), err);
}

fc_status fc_target_config_secret(const fc_target_config *config, const char *name, fc_buffer *out,
                                  fc_error *err)
{
    char file_key[64];
    char variable_key[64];
    (void)snprintf(file_key, sizeof file_key, "%s_file", name);
    (void)snprintf(variable_key, sizeof variable_key, "%s_env", name);
    const char *file = fc_target_config_get(config, file_key);
    const char *variable = fc_target_config_get(config, variable_key);
    if ((file == NULL) == (variable == NULL)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "target %.40s: write %s or %s, one of them",
                       config->name, file_key, variable_key);
    }
    FC_TRY(file != NULL ? fc_file_read(file, FC_TARGET_SECRET_MAX, out, err)
                        : read_variable(variable, out, err));
    while (out->size > 0 && strchr("\r\n", out->data[out->size - 1]) != NULL) {
        out->data[--out->size] = '\0';
    }
    if (out->size == 0 || memchr(out->data, '\0', out->size) != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s: %s",
                       fc_brief_of(file != NULL ? file : variable).text,
                       out->size == 0 ? "empty, wanted is a secret" : "a zero byte in a secret");
    }
    return FC_OK;
}

fc_status fc_target_config_number(const fc_target_config *config, const char *name,
                                  int32_t standard, int32_t min, int32_t max, int32_t *out,
                                  fc_error *err)
{
    const char *text = fc_target_config_get(config, name);
    int64_t value = standard;
    if (text != NULL && (!fc_parse_integer(text, &value) || value < min || value > max)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "target %.40s: %s = %.40s, allowed: %d to %d",
                       config->name, name, text, min, max);
    }
    *out = (int32_t)value;
    return FC_OK;
}
