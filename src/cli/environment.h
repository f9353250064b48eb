/** Environment: the variables that the program reads. One thread, before others start. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/**
 * Take the FACECRAFT_* variables of the environment into both structs.
 *
 * Errors: FC_INVALID_ARGUMENT naming the variable.
 */
FC_MUST_CHECK fc_status fc_options_from_environment(fc_params *params, fc_settings *settings,
                                                    fc_error *err);

/** The same for the settings of the HTTP service. */
FC_MUST_CHECK fc_status fc_server_settings_from_environment(fc_server_settings *server,
                                                            fc_error *err);

/** Name the engine's folder for what can be made again (engine/runtime_plan.h):
 *  $XDG_CACHE_HOME/facecraft or ~/.cache/facecraft. */
void fc_cache_folder_from_environment(void);
