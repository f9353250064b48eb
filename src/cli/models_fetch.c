#include <stdio.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/models.h"
#include "engine/model_verify.h"
#include "net/model_fetch.h"

/* A line on a terminal, at most a few times a second by the network's own pace. */
static void show(void *context, int64_t done, int64_t all)
{
    const char *name = context;
    if (isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "\r\033[K%s %.1f of %.1f MB%s", name, (double)done / 1e6,
                      (double)all / 1e6, done == all ? "\r\033[K" : "");
    }
}

static fc_status fetch_one(const fc_models_call *call, int index, fc_error *err)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    fc_model_verdict verdict = { 0 };
    FC_TRY(fc_model_verify(index, call->settings, &verdict, err));
    if (verdict.genuine) {
        fc_console_say("%s is there", file->name);
        return FC_OK;
    }
    char name[64];
    (void)snprintf(name, sizeof name, "%s", file->name);
    FC_TRY(fc_model_fetch(index, call->settings, call->flags->base_url, show, name, err));
    fc_console_say("%s: %.1f MB fetched, its hash is right; licence: %s", file->name,
                   (double)fc_model_file_supply(index)->bytes / 1e6, file->licence);
    return FC_OK;
}

/* Other points than those that the settings ask for would lie there unused. */
static bool is_other_landmarks(const fc_settings *settings, int index)
{
    return index == FC_MODEL_FILE_dlib && fc_model_file_of_landmarks(settings) != index;
}

/* Without names: what is missing and would be used; what cannot be had here is told, not a failure.
 */
static fc_status fetch_missing(const fc_models_call *call, fc_error *err)
{
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_state state = fc_model_file_state(i, call->settings);
        fc_error why = { 0 };
        if (state == FC_MODEL_FOUND || state == FC_MODEL_REFUSED ||
            is_other_landmarks(call->settings, i)) {
            continue;
        }
        const fc_status status = fetch_one(call, i, &why);
        if (status == FC_INVALID_ARGUMENT && call->flags->base_url[0] == '\0') {
            fc_console_say("%s", why.text);
        } else if (status != FC_OK) {
            return fc_fail(err, status, "%s", why.text);
        }
    }
    return FC_OK;
}

fc_status fc_models_fetch(const fc_models_call *call, fc_error *err)
{
    bool chosen[FC_MODEL_FILES_COUNT] = { false };
    if (call->name_count == 0) {
        return fetch_missing(call, err);
    }
    FC_TRY(fc_models_choose(call, chosen, err));
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (chosen[i]) {
            FC_TRY(fetch_one(call, i, err));
        }
    }
    return FC_OK;
}
