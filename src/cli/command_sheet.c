#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/environment.h"
#include "config/sheet_options.h"
#include "pipeline/sheet.h"

typedef struct sheet_flags {
    fc_sheet_options sheet; /* first: its rows tell their places within it */
    char output[FC_OPTION_TEXT_SIZE];
    bool quiet;
} sheet_flags;

static const fc_option FLAGS[] = {
#include "config/sheet.def"
    FC_FLAG_TEXT(sheet_flags, output, "FILE", "Where the sheet goes; its name may tell the format"),
    FC_FLAG_BOOL(sheet_flags, quiet, "Print failures only"),
};

/* The format that the name of the file ends in, where --format does not say another one. */
static void take_format(const char *name, fc_sheet_options *options)
{
    static const struct {
        const char *ending;
        fc_choice format;
    } ENDINGS[] = { { ".pdf", FC_SHEET_PDF },
                    { ".jpg", FC_SHEET_JPEG },
                    { ".jpeg", FC_SHEET_JPEG },
                    { ".png", FC_SHEET_PNG } };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        if (strcasecmp(dot, ENDINGS[i].ending) == 0) {
            options->format = ENDINGS[i].format;
        }
    }
}

static fc_status check(const fc_arguments *arguments, const sheet_flags *flags, fc_error *err)
{
    if (arguments->operand_count != 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "sheet needs one portrait");
    }
    if (flags->output[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "sheet needs -o FILE, or -o - for a pipe");
    }
    if (strcmp(flags->output, "-") == 0 && isatty(STDOUT_FILENO) == 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "standard output is a terminal; name a file with -o, or use a pipe");
    }
    return FC_OK;
}

static fc_status make(const char *portrait, const sheet_flags *flags, const fc_settings *settings,
                      fc_error *err)
{
    fc_decode_limits limits = { .pixels_max = (int64_t)settings->max_megapixels * 1000000,
                                .decoded_max = (int64_t)settings->max_decoded_mb << 20 };
    FC_AUTO_BUFFER(file, 0);
    FC_AUTO_BUFFER(sheet, 0);
    fc_sheet_facts facts = { 0 };
    FC_TRY(fc_formats_parse(settings->formats, &limits.formats, err));
    FC_TRY(fc_file_read(portrait, (size_t)settings->max_file_mb << 20, &file, err));
    FC_TRY(fc_decoders_start(settings, 0, FC_DECODERS_QUIET, err));
    FC_TRY(fc_sheet_make(fc_buffer_bytes(&file), &flags->sheet, &limits, &sheet, &facts, err));
    FC_TRY(fc_file_write(flags->output, fc_buffer_bytes(&sheet), err));
    if (!flags->quiet && strcmp(flags->output, "-") != 0) {
        fc_console_say("%s: %d picture%s, %d of them turned", flags->output, facts.pictures,
                       facts.pictures == 1 ? "" : "s", facts.turned);
    }
    return FC_OK;
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    sheet_flags flags = { 0 };
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_options_set_defaults(fc_command_sheet.flags, &flags);
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_arguments arguments = {
        .groups = { { fc_command_sheet.flags, &flags }, { fc_settings_options(), &settings } },
        .group_count = 2,
    };
    flags.sheet.format = -1;
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    FC_TRY(check(&arguments, &flags, err));
    if (flags.sheet.format < 0) {
        flags.sheet.format = FC_SHEET_PDF;
        take_format(flags.output, &flags.sheet);
    }
    return make(arguments.operands[0], &flags, &settings, err);
}

static const char *const DETAILS[] = {
    "Puts a portrait on a sheet of paper as often as it fits, to print and cut: upright, turned "
    "by a quarter where more of them fit, or both. The sizes are exact; print at 100 %, not fitted "
    "to "
    "the page. The portrait is any picture file; its middle covers the given size, and "
    "transparent parts become white.",
    "The name of -o sets the format: .pdf, .jpg or .png. A PDF has the picture once, and marks of "
    "lines; JPEG and PNG state their density.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft process photo.jpg --plain --size 827x1063 -o me.jpg",
    "facecraft sheet me.jpg --size 35x45mm --paper 10x15cm --cut-lines -o sheet.pdf",
    "facecraft sheet me.jpg --size 2x2in --paper letter --gap 3mm --dpi 600 -o sheet.jpg",
    NULL,
};

const fc_command fc_command_sheet = {
    .name = "sheet",
    .operands = "PORTRAIT",
    .purpose = "Put a portrait on a sheet to print",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .decodes = true,
    .run = run,
};
