/**
 * Target file: what the targets of a run are, one section for each.
 *
 *     # one line is a comment
 *     [ad]
 *     kind = "ldap"
 *     url = "ldaps://dc1.example.org"
 *     password_file = "/etc/facecraft/ad-password"
 *
 * That is TOML with one level of tables and values in quotes; values without quotes, as INI files
 * have them, are read as well. Without `kind` a section is of the kind that its name says. A secret
 * never stands in the file: the name of a file or of a variable of the environment does.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/target.h"

/** Longest line of a target file, longest file, longest secret, in bytes. */
#define FC_TARGET_LINE_MAX 4095
#define FC_TARGET_FILE_MAX ((size_t)256 << 10)
#define FC_TARGET_SECRET_MAX 16384

/**
 * Read the text of a target file. Each target is checked (fc_target_config_check).
 *
 * configs, count   as fc_target_configs_read has them
 *
 * Errors: FC_INVALID_ARGUMENT (with the line), FC_LIMIT_EXCEEDED (more than FC_TARGETS_MAX
 * sections, or FC_TARGET_SETTINGS_MAX lines of one), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_target_config_parse(fc_bytes text, fc_target_config *configs,
                                               size_t *count, fc_error *err);

/** The same for a file. Errors: those above, FC_IO, FC_LIMIT_EXCEEDED (FC_TARGET_FILE_MAX). */
FC_MUST_CHECK fc_status fc_target_config_read(const char *path, fc_target_config *configs,
                                              size_t *count, fc_error *err);

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

/** The secret's name in settings, for a class' table of keys. */
#define FC_TARGET_SECRET_KEYS(name, what, needed)                                                  \
    { name "_file", "file that holds the " what, needed },                                         \
    {                                                                                              \
        name "_env", "variable that holds the " what, false                                        \
    }

/** A number of a setting, or `standard` where it is not given. Errors: FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_target_config_number(const fc_target_config *config, const char *name,
                                                int32_t standard, int32_t min, int32_t max,
                                                int32_t *out, fc_error *err);
