#define _GNU_SOURCE /* secure_getenv */
#include "cli/environment.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/runtime_plan.h"

static fc_status take_variables(fc_options options, void *target, fc_error *err)
{
    for (size_t i = 0; i < options.count; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "FACECRAFT_%s", options.rows[i].variable);
        const char *text = secure_getenv(name);
        fc_error why = { 0 };
        if (text != NULL && fc_option_set(&options.rows[i], target, text, &why) != FC_OK) {
            return fc_fail(err, why.status, "%s: %.180s", name, why.text);
        }
    }
    return FC_OK;
}

fc_status fc_options_from_environment(fc_params *params, fc_settings *settings, fc_error *err)
{
    FC_TRY(take_variables(fc_params_options(), params, err));
    return take_variables(fc_settings_options(), settings, err);
}

fc_status fc_server_settings_from_environment(fc_server_settings *server, fc_error *err)
{
    return take_variables(fc_server_options(), server, err);
}

void fc_cache_folder_from_environment(void)
{
    const char *cache = secure_getenv("XDG_CACHE_HOME");
    const char *home = secure_getenv("HOME");
    char path[FC_CACHE_PATH_SIZE] = "";
    int written = 0;
    if (cache != NULL && cache[0] == '/') { /* relative ones are to be ignored: XDG */
        written = snprintf(path, sizeof path, "%s/facecraft", cache);
    } else if (home != NULL && home[0] == '/' && home[1] != '\0') {
        written = snprintf(path, sizeof path, "%s/.cache/facecraft", home);
    }
    fc_cache_folder_set(written >= 0 && written < FC_CACHE_PATH_SIZE ? path : "");
}
