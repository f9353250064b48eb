#include <string.h>

#include "app/catalogue.h"
#include "app/model_files.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/page.h"
#include "models/tflite.h"

typedef struct models_flags {
    bool json;
    char output[FC_OPTION_TEXT_SIZE];
} models_flags;

static const fc_option FLAGS[] = {
    FC_FLAG_BOOL(models_flags, json, "Print one line of JSON instead"),
    FC_FLAG_TEXT(models_flags, output, "FILE", "Where convert writes the ONNX model"),
};

static void list(fc_page *page, const fc_settings *settings)
{
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_file *file = fc_model_file_lookup(i);
        char path[FC_MODEL_PATH_SIZE];
        fc_model_file_path(i, settings, path);
        const int64_t bytes = fc_catalogue_model_bytes(path);
        fc_page_raw(page, "%s: %s\n", file->name, file->purpose);
        fc_page_raw(page, "  role     %s\n", file->role);
        fc_page_raw(page, "  file     %s\n", path);
        fc_page_raw(page, "  licence  %s\n", file->licence);
        if (bytes >= 0) {
            fc_page_raw(page, "  state    found, %.1f MB\n", (double)bytes / 1e6);
        } else {
            fc_page_raw(page, "  state    missing\n");
        }
    }
}

static fc_status convert(const char *input, const char *output, fc_error *err)
{
    if (output[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "models convert needs -o FILE for its result");
    }
    FC_AUTO_BUFFER(tflite, 0);
    FC_TRY(fc_file_read(input, FC_MODEL_BYTES_MAX, &tflite, err));
    FC_AUTO_BUFFER(onnx, FC_MODEL_BYTES_MAX);
    FC_TRY(fc_tflite_to_onnx(fc_buffer_bytes(&tflite), (fc_size){ 0, 0 }, &onnx, err));
    return fc_file_write(output, fc_buffer_bytes(&onnx), err);
}

static fc_status print_models(bool json, fc_error *err)
{
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (json) {
        FC_TRY(fc_catalogue_models(&settings, &page.text, err));
    } else {
        list(&page, &settings);
    }
    return fc_page_print(&page, err);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    models_flags flags = { 0 };
    fc_arguments arguments = { .groups = { { fc_command_models.flags, &flags } },
                               .group_count = 1 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    if (arguments.operand_count == 0) {
        return print_models(flags.json, err);
    }
    if (arguments.operand_count == 2 && strcmp(arguments.operands[0], "convert") == 0) {
        return convert(arguments.operands[1], flags.output, err);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "models %.60s: allowed: nothing, or convert FILE",
                   arguments.operands[0]);
}

static const char *const DETAILS[] = {
    "Lists the model files: what each is for, where it is looked for, its licence and whether it "
    "is there. `models convert` writes the network of a TFLite file as ONNX, as the program does "
    "it in memory when it starts.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft models",
    "facecraft models convert selfie_segmentation.tflite -o selfie_segmentation.onnx",
    NULL,
};

const fc_command fc_command_models = {
    .name = "models",
    .operands = "[convert FILE]",
    .purpose = "List the models, or convert one to ONNX",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .run = run,
};
