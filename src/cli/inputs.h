/**
 * Inputs: the photos that the operands name, in a fixed order. One thread at a time; read-only it
 * may be shared.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

typedef enum fc_input_kind {
    FC_INPUT_PHOTO,      /* so it seems, or it was named by an operand */
    FC_INPUT_NO_PICTURE, /* in a folder, called like a picture, and none by its content */
    FC_INPUT_SHUT,       /* in a folder, and cannot be looked into: a folder without leave */
} fc_input_kind;

typedef struct fc_input {
    char *path;        /* as the user would write it; "-" is standard input */
    const char *below; /* part of `path` inside its folder operand; the last name otherwise */
    fc_input_kind kind;
    int reason; /* errno of the closed one */
} fc_input;

/** Identity of a file, whatever its name. */
typedef struct fc_file_identity {
    uint64_t device;
    uint64_t number;
} fc_file_identity;

typedef struct fc_inputs {
    fc_input *items;
    size_t count;
    size_t skipped;               /* files in folders that neither are nor are called an accepted
                                   * picture, or hidden */
    bool folders;                 /* a folder was among the operands and was walked */
    fc_file_identity *identities; /* of all that exist, sorted */
    size_t identity_count;
} fc_inputs;

/** How folders are walked. */
typedef struct fc_inputs_request {
    bool recursive;       /* false: a folder stays an input, which fails when it is read */
    uint32_t formats;     /* accepted types: bits 1 << fc_format */
    const char *excluded; /* a folder that is not entered, such as that of the results; or NULL */
} fc_inputs_request;

/**
 * List the photos.
 *
 * Files named by an operand are taken as they are, so that a bad one is reported. In folders what
 * begins like an accepted picture counts, and what only has the name of one (a download that is
 * empty, or a page of HTML): it fails when its turn comes, like a folder that cannot be read.
 * Hidden names do not count, symbolic links to folders are not followed, and names come in the
 * order of their bytes.
 *
 * out   the caller's, zero before; release with fc_inputs_clear, also after a failure
 *
 * Errors: FC_INVALID_ARGUMENT ("-" twice, an empty name), FC_LIMIT_EXCEEDED (FC_INPUTS_MAX), FC_IO,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_inputs_collect(char *const *operands, int count,
                                          const fc_inputs_request *request, fc_inputs *out,
                                          fc_error *err);

/** Whether the file that `path` stands for is one of the photos. */
bool fc_inputs_contain(const fc_inputs *inputs, const char *path);

void fc_inputs_clear(fc_inputs *inputs);
