/**
 * Outputs: where each portrait is written. Decided and checked before any work starts.
 *
 * Without names: NAME_portrait.png and .jpg next to the photo. -o FOLDER: there, with the folders
 * of a walked operand mirrored. -o FILE, --png, --jpeg, --matte-out: that file. With --face all the
 * portraits of a photo are numbered from the left: NAME_portrait_1.png.
 *
 * Existing files are replaced, but never one of the photos. Read-only after fc_outputs_plan.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "cli/inputs.h"
#include "config/options.h"

/* Values of --format. */
#define FC_WRITE_FORMATS(WORD)                                                                     \
    WORD(FC_WRITE_AUTO, "auto")                                                                    \
    WORD(FC_WRITE_PNG, "png")                                                                      \
    WORD(FC_WRITE_JPEG, "jpg")                                                                     \
    WORD(FC_WRITE_BOTH, "both")
enum { FC_WRITE_FORMATS(FC_WORD_CONSTANT) };

/** What the flags say; "" where a flag was not given. */
typedef struct fc_outputs_request {
    const char *output;
    const char *png;
    const char *jpeg;
    const char *matte;
    fc_choice format; /* FC_WRITE_... */
    bool numbered;    /* several portraits a photo */
} fc_outputs_request;

typedef struct fc_outputs {
    uint32_t mask; /* FC_OUTPUT_... */
    bool numbered;
    bool beside;                      /* next to the photo; else in `folder` */
    char folder[FC_OPTION_TEXT_SIZE]; /* "" when every file has a name of its own */
    char png[FC_OPTION_TEXT_SIZE];    /* "" when it is named after the photo */
    char jpeg[FC_OPTION_TEXT_SIZE];
    char matte[FC_OPTION_TEXT_SIZE];
} fc_outputs;

/** Names for one portrait; "" for one that is not written, "-" for standard output. */
typedef struct fc_output_names {
    char png[PATH_MAX];
    char jpeg[PATH_MAX];
    char matte[PATH_MAX];
} fc_output_names;

/**
 * Decide for all photos.
 *
 * Errors: FC_INVALID_ARGUMENT (flags that contradict each other; two photos that would get the
 * same name; one name for several photos), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_outputs_plan(const fc_outputs_request *request, const fc_inputs *inputs,
                                        fc_outputs *out, fc_error *err);

/**
 * The names for one portrait.
 *
 * number   from 1; only used where portraits are numbered
 *
 * Errors: FC_IO (a name is too long).
 */
FC_MUST_CHECK fc_status fc_outputs_name(const fc_outputs *outputs, const fc_input *input,
                                        int32_t number, fc_output_names *out, fc_error *err);

/** Whether something goes to standard output. */
bool fc_outputs_use_stdout(const fc_outputs *outputs);
