/** Models: the sub-commands of `facecraft models`, one file each. One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/** What all of them take. */
typedef struct fc_models_flags {
    bool json;
    char output[FC_OPTION_TEXT_SIZE];
    char base_url[FC_OPTION_TEXT_SIZE];
} fc_models_flags;

/** One call: names are the operands after the sub-command. */
typedef struct fc_models_call {
    const fc_settings *settings;
    const fc_models_flags *flags;
    char **names;
    int name_count;
} fc_models_call;

/** Print what there is. */
FC_MUST_CHECK fc_status fc_models_list(const fc_models_call *call, fc_error *err);

/** Hash the files. Errors: FC_MODEL_UNAVAILABLE when one differs, or is missing and needed. */
FC_MUST_CHECK fc_status fc_models_verify(const fc_models_call *call, fc_error *err);

/** Download what is missing, or what is named. Errors: those of fc_model_fetch. */
FC_MUST_CHECK fc_status fc_models_fetch(const fc_models_call *call, fc_error *err);

/** Make a CodeFormer checkpoint ready to run. Errors: those of fc_model_import. */
FC_MUST_CHECK fc_status fc_models_import(const fc_models_call *call, fc_error *err);

/** Write the network of a TFLite file as ONNX. */
FC_MUST_CHECK fc_status fc_models_convert(const fc_models_call *call, fc_error *err);

/** Print the licences. */
FC_MUST_CHECK fc_status fc_models_licences(const fc_models_call *call, fc_error *err);

/**
 * Which rows of the table the operands name; none names all.
 *
 * Errors: FC_INVALID_ARGUMENT with the nearest name.
 */
FC_MUST_CHECK fc_status fc_models_choose(const fc_models_call *call, bool *chosen, fc_error *err);
