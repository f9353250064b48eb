/**
 * Configuration from files: `.env` and the FILE variants of secrets.
 *
 * At start only, before any thread: the environment of the process is changed.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"

/** Bytes of a .env file, and of a file with secrets. */
#define FC_DOTENV_BYTES_MAX ((size_t)64 << 10)

/**
 * Put the FACECRAFT_ variables of a .env file into the environment; a variable that is there
 * already stays as it is. A file that does not exist is fine.
 *
 * A line is NAME=VALUE, perhaps after "export "; '...' is taken as it stands, "..." knows \n \t \\
 * \" and \$; without quotes the value ends before " #". Variables of other programs are skipped.
 *
 * Errors: FC_INVALID_ARGUMENT naming the line; FC_IO; FC_LIMIT_EXCEEDED; FC_OUT_OF_MEMORY. Then
 * nothing was changed.
 */
FC_MUST_CHECK fc_status fc_dotenv_load(const char *path, fc_error *err);

/** Told of each variable in order. A status other than FC_OK ends the reading. */
typedef fc_status (*fc_dotenv_sink)(void *context, const char *name, const char *value,
                                    fc_error *err);

/** Read the lines of a .env file. Errors: FC_INVALID_ARGUMENT; those of the sink. Any thread. */
FC_MUST_CHECK fc_status fc_dotenv_parse(fc_bytes text, fc_dotenv_sink sink, void *context,
                                        fc_error *err);

/**
 * For each secret of the server's options: where FACECRAFT_NAME_FILE names a file, the value is its
 * content, without line ends at its end.
 *
 * Errors: FC_INVALID_ARGUMENT when both NAME and NAME_FILE are set; FC_IO; FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_secrets_load(fc_server_settings *server, fc_error *err);
