#include "cli/decoders.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/console.h"
#include "sandbox/sandbox.h"

bool fc_decoders_wanted(int argc, char **argv)
{
    FC_ASSERT(argv != NULL);
    const fc_command *command = argc > 1 ? fc_command_lookup(argv[1]) : NULL;
    return command != NULL && command->decodes;
}

static void log_end(const fc_sandbox_obituary *obituary)
{
    FC_LOG(FC_LOG_WARNING, "a decoder was ended",
           FC_LOG_TEXT("why", fc_sandbox_end_name(obituary->end)),
           FC_LOG_NUMBER("signal", obituary->signal), FC_LOG_NUMBER("cpu_ms", obituary->cpu_ms),
           FC_LOG_NUMBER("peak_mb", obituary->peak_bytes >= 0 ? obituary->peak_bytes >> 20 : -1));
}

static void tell(fc_decoders_voice voice, const fc_error *why)
{
    switch (voice) {
    case FC_DECODERS_TELL:
        fc_console_say("note: photos are decoded in this process: %s", why->text);
        return;
    case FC_DECODERS_LOG:
        FC_LOG(FC_LOG_WARNING, "photos are decoded in this process",
               FC_LOG_TEXT("reason", why->text));
        return;
    case FC_DECODERS_QUIET:
        return;
    }
    FC_ASSERT(!"unknown voice");
}

fc_status fc_decoders_start(const fc_settings *settings, int32_t idle, fc_decoders_voice voice,
                            fc_error *err)
{
    FC_ASSERT(settings != NULL);

    if (settings->sandbox == FC_SANDBOX_OFF) {
        fc_sandbox_stop();
        return FC_OK;
    }
    const fc_sandbox_settings sandbox = {
        .idle = idle < FC_HELPERS_IDLE_MAX ? idle : FC_HELPERS_IDLE_MAX,
        .cpu_s = FC_DECODE_CPU_S,
        .niceness = voice == FC_DECODERS_LOG ? FC_WORK_NICENESS : 0, /* as the service's workers */
        .ended = voice == FC_DECODERS_LOG ? log_end : NULL,
    };
    fc_error why = { 0 };
    if (fc_sandbox_start(&sandbox, &why) == FC_OK) {
        return FC_OK;
    }
    if (settings->sandbox == FC_SANDBOX_REQUIRED) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%.200s; sandbox=auto goes on without", why.text);
    }
    tell(voice, &why);
    return FC_OK;
}
