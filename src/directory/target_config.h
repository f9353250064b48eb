/**
 * Target config: what one target is to be, as a file of targets or a word of `--to` says it: names
 * and values. A secret never stands in it: the name of a file or of a variable of the environment
 * does.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Targets of a run, and settings of one. */
#define FC_TARGETS_MAX 8
#define FC_TARGET_SETTINGS_MAX 32

/** Longest secret, in bytes. */
#define FC_TARGET_SECRET_MAX 16384

/** One line of a target's settings. */
typedef struct fc_target_setting {
    char *name;
    char *value;
} fc_target_setting;

/** What one target is to be: its kind and its settings, as read. Zeroed: nothing. */
typedef struct fc_target_config {
    char *name;    /* of the section; by which deliveries are remembered */
    char *kind;    /* of a class */
    char *profile; /* whose picture it gets; NULL: the class' own */
    fc_target_setting settings[FC_TARGET_SETTINGS_MAX];
    size_t count;
} fc_target_config;

/** Value of a setting, or NULL where it was not given. */
const char *fc_target_config_get(const fc_target_config *config, const char *name);

/** The same, or `standard` where it was not given. */
const char *fc_target_config_get_or(const fc_target_config *config, const char *name,
                                    const char *standard);

/** Add a setting; texts are copied. Errors: FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_target_config_add(fc_target_config *config, const char *name,
                                             const char *value, fc_error *err);

void fc_target_config_clear(fc_target_config *config);

/**
 * A secret: what the file of the setting NAME_file holds, without the end of its last line, or the
 * variable that NAME_env names.
 *
 * out   an empty buffer; wipe it after use
 *
 * Errors: FC_INVALID_ARGUMENT (neither setting is there, or both; the variable is not set; the
 * secret is empty or has a zero byte), FC_IO, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_target_config_secret(const fc_target_config *config, const char *name,
                                                fc_buffer *out, fc_error *err);

/** A number of a setting, or `standard` where it is not given. Errors: FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_target_config_number(const fc_target_config *config, const char *name,
                                                int32_t standard, int32_t min, int32_t max,
                                                int32_t *out, fc_error *err);
