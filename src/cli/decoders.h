/**
 * Decoders: the sandbox of a command that decodes photos, as the settings ask for it. One thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/** Whether the line asks for a command that decodes photos. Then main() splits off what it needs.
 */
bool fc_decoders_wanted(int argc, char **argv);

/** What fc_decoders_start does with what it has to tell. */
typedef enum fc_decoders_voice {
    FC_DECODERS_TELL, /* a line on standard error where there is no sandbox */
    FC_DECODERS_LOG,  /* the same in the log, and a line for each decoder that is ended */
    FC_DECODERS_QUIET,
} fc_decoders_voice;

/**
 * Start the sandbox, or see to it that there is none.
 *
 * idle   decoders that are kept ready
 *
 * Errors: FC_MODEL_UNAVAILABLE, where the settings require what cannot be had.
 */
FC_MUST_CHECK fc_status fc_decoders_start(const fc_settings *settings, int32_t idle,
                                          fc_decoders_voice voice, fc_error *err);
