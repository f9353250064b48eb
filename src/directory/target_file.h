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

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/target.h"

/** Longest line, longest file, in bytes. */
#define FC_TARGET_LINE_MAX 4095
#define FC_TARGET_FILE_MAX ((size_t)256 << 10)

/**
 * Read the text of a target file. Each target is checked (fc_target_config_check).
 *
 * configs, count   as fc_target_configs_read has them
 *
 * Errors: FC_INVALID_ARGUMENT (with the line), FC_LIMIT_EXCEEDED (more than FC_TARGETS_MAX
 * sections, or FC_TARGET_SETTINGS_MAX lines of one), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_target_file_parse(fc_bytes text, fc_target_config *configs,
                                             size_t *count, fc_error *err);

/** The same for a file. Errors: those above, FC_IO, FC_LIMIT_EXCEEDED (FC_TARGET_FILE_MAX). */
FC_MUST_CHECK fc_status fc_target_file_read(const char *path, fc_target_config *configs,
                                            size_t *count, fc_error *err);

/**
 * What `--to` says: KIND:PLACE, or a file with a section for each target.
 *
 * configs, count   room for FC_TARGETS_MAX, zeroed; to be cleared one by one, also after a failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_IO, FC_OUT_OF_MEMORY. Each is checked.
 */
FC_MUST_CHECK fc_status fc_target_configs_read(const char *to, fc_target_config *configs,
                                               size_t *count, fc_error *err);
