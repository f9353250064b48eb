/**
 * Target file: what the targets of a run are, one section for each, and profiles of one's own.
 *
 *     # one line is a comment
 *     [ad]
 *     kind = "ldap"
 *     url = "ldaps://dc1.example.org"
 *     password_file = "/etc/facecraft/ad-password"
 *     profile = "intranet"
 *
 *     [profile.intranet]
 *     width = 300
 *     height = 400
 *     max_jpeg_kb = 40
 *
 * That is TOML with tables of text, numbers and true or false; values without quotes, as INI files
 * have them, are read as well. Without `kind` a section is of the kind that its name says. The
 * settings of a profile are options of config/params.def. A secret never stands in the file: the
 * name of a file or of a variable of the environment does.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/profile.h"
#include "directory/target.h"

/** Longest line, longest file, in bytes. */
#define FC_TARGET_LINE_MAX 4095
#define FC_TARGET_FILE_MAX ((size_t)256 << 10)

/** What a target file says. Zeroed: nothing. Release with fc_target_file_clear. */
typedef struct fc_target_file {
    fc_target_config targets[FC_TARGETS_MAX];
    size_t target_count;
    fc_profile_list profiles; /* of its own */
} fc_target_file;

void fc_target_file_clear(fc_target_file *file);

/**
 * Read the text of a target file. Each target is checked (fc_target_config_check), and its profile
 * is one that there is.
 *
 * out   zeroed; to be cleared, also after a failure
 *
 * Errors: FC_INVALID_ARGUMENT (with the line), FC_LIMIT_EXCEEDED (more than FC_TARGETS_MAX targets,
 * FC_TARGET_SETTINGS_MAX lines of one or FC_OWN_PROFILES_MAX profiles), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_target_file_parse(fc_bytes text, fc_target_file *out, fc_error *err);

/** The same for a file. Errors: those above, FC_IO, FC_LIMIT_EXCEEDED (FC_TARGET_FILE_MAX). */
FC_MUST_CHECK fc_status fc_target_file_read(const char *path, fc_target_file *out, fc_error *err);

/**
 * What `--to` says: KIND:PLACE, or a file.
 *
 * out   as fc_target_file_parse has it
 *
 * Errors: FC_INVALID_ARGUMENT, FC_IO, FC_OUT_OF_MEMORY. Each target is checked.
 */
FC_MUST_CHECK fc_status fc_target_file_of(const char *to, fc_target_file *out, fc_error *err);
