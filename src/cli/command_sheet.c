#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/environment.h"
#include "cli/interrupt.h"
#include "config/presets.h"
#include "config/sheet_options.h"
#include "engine/engine.h"
#include "pipeline/sheet.h"

FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

typedef struct sheet_flags {
    fc_sheet_options sheet; /* first: its rows tell their places within it */
    char output[FC_OPTION_TEXT_SIZE];
    char preset[FC_OPTION_TEXT_SIZE];
    bool quiet;
} sheet_flags;

static const fc_option FLAGS[] = {
#include "config/sheet.def"
    FC_FLAG_TEXT(sheet_flags, output, "FILE", "Where the sheet goes; its name may tell the format"),
    FC_FLAG_TEXT(sheet_flags, preset, "NAME",
                 "Make the portrait of this document first, of a photo, in its size"),
    FC_FLAG_BOOL(sheet_flags, quiet, "Print failures only"),
};

/* The format that the name of the file ends in, where --format does not say another one. */
static fc_status take_format(const char *name, fc_sheet_options *options, fc_error *err)
{
    static const struct {
        const char *ending;
        fc_choice format;
    } ENDINGS[] = { { ".pdf", FC_SHEET_PDF },
                    { ".jpg", FC_SHEET_JPEG },
                    { ".jpeg", FC_SHEET_JPEG },
                    { ".png", FC_SHEET_PNG } };
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash != NULL ? slash : name, '.');
    options->format = FC_SHEET_PDF;
    if (strcmp(name, "-") == 0) {
        return FC_OK;
    }
    for (size_t i = 0; dot != NULL && i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        if (strcasecmp(dot, ENDINGS[i].ending) == 0) {
            options->format = ENDINGS[i].format;
            return FC_OK;
        }
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "-o is \"%.80s\", allowed: a name that ends in .pdf, .jpg, .jpeg or .png, or "
                   "any name with --format",
                   name);
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

/* An fc_portrait_sink: the PNG, which loses nothing before it is scaled to the sheet. */
static fc_status take(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    fc_buffer *out = context;
    *out = portrait->png;
    portrait->png = FC_BUFFER(0);
    return FC_OK;
}

/* A failure of the file names it; one of an option has its name already. */
static fc_status name_file(const char *file, fc_status status, const fc_error *why, fc_error *err)
{
    if (status == FC_OK || status == FC_INVALID_ARGUMENT) {
        *err = *why;
        return status;
    }
    return fc_fail(err, status, "%s: %.300s", fc_brief_of(file).text, why->text);
}

/* The document's portrait in the place of the photo. */
static fc_status process(const fc_settings *settings, const fc_params *params, fc_buffer *file,
                         fc_error *err)
{
    FC_AUTO(fc_engine) engine = NULL;
    FC_AUTO(fc_photo) photo = NULL;
    FC_AUTO_BUFFER(portrait, 0);
    FC_TRY(fc_engine_new_for(settings, params, &engine, err));
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    photo->params = *params;
    photo->outputs = FC_OUTPUT_PNG;
    const fc_status status = fc_engine_process(engine, photo, fc_buffer_bytes(file),
                                               fc_interrupt_cancel(), take, &portrait, err);
    if (fc_warnings_told(status)) {
        fc_console_warnings(&photo->warnings);
    }
    fc_photo_clear(photo);
    FC_TRY(status);
    fc_buffer_clear(file);
    *file = portrait;
    portrait = FC_BUFFER(0);
    return FC_OK;
}

static fc_status make(const char *portrait, const sheet_flags *flags, const fc_params *params,
                      const fc_settings *settings, fc_error *err)
{
    fc_decode_limits limits = { .pixels_max = (int64_t)settings->max_megapixels * 1000000,
                                .decoded_max = (int64_t)settings->max_decoded_mb << 20 };
    FC_AUTO_BUFFER(file, 0);
    FC_AUTO_BUFFER(sheet, 0);
    fc_sheet_facts facts = { 0 };
    FC_TRY(fc_formats_parse(settings->formats, &limits.formats, err));
    FC_TRY(fc_file_read(portrait, (size_t)settings->max_file_mb << 20, &file, err));
    FC_TRY(fc_decoders_start(settings, 0, FC_DECODERS_QUIET, err));
    fc_error why = { 0 };
    if (params->preset != 0) {
        fc_interrupt_start();
        FC_TRY(name_file(portrait, process(settings, params, &file, &why), &why, err));
    }
    FC_TRY(name_file(
        portrait,
        fc_sheet_make(fc_buffer_bytes(&file), &flags->sheet, &limits, &sheet, &facts, &why), &why,
        err));
    FC_TRY(fc_file_write(flags->output, fc_buffer_bytes(&sheet), err));
    if (!flags->quiet && strcmp(flags->output, "-") != 0) {
        fc_console_say("%s: %d picture%s, %d of them turned", flags->output, facts.pictures,
                       facts.pictures == 1 ? "" : "s", facts.turned);
    }
    return FC_OK;
}

/* Size and density are the preset's, or the defaults, where no flag has them. */
static fc_status settle(sheet_flags *flags, fc_params *params, fc_error *err)
{
    fc_sheet_options *sheet = &flags->sheet;
    const fc_options rows = fc_sheet_option_rows();
    fc_sheet_options start = { 0 };
    fc_options_set_defaults(rows, &start);
    if (flags->preset[0] != '\0') {
        FC_TRY(fc_option_set(fc_option_lookup(fc_params_options(), "preset"), params, flags->preset,
                             err));
    }
    const fc_preset *preset = fc_preset_at(params->preset);
    if (preset != NULL) {
        FC_TRY(fc_sheet_options_take_preset(preset, sheet, err));
    } else if (sheet->size[0] == '\0') {
        (void)snprintf(sheet->size, sizeof sheet->size, "%s", start.size);
    }
    sheet->dpi = sheet->dpi > 0 ? sheet->dpi : start.dpi;
    return sheet->format < 0 ? take_format(flags->output, sheet, err) : FC_OK;
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    sheet_flags flags = { 0 };
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_options_set_defaults(fc_command_sheet.flags, &flags);
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    params = fc_params_default(); /* a portrait of its own is not made unless it is asked for */
    fc_arguments arguments = {
        .groups = { { fc_command_sheet.flags, &flags }, { fc_settings_options(), &settings } },
        .group_count = 2,
    };
    flags.sheet.format = -1;
    flags.sheet.dpi = 0;
    flags.sheet.size[0] = '\0';
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    FC_TRY(check(&arguments, &flags, err));
    FC_TRY(settle(&flags, &params, err));
    return make(arguments.operands[0], &flags, &params, &settings, err);
}

static const char *const DETAILS[] = {
    "Puts a portrait on a paper as often as it fits, to print and cut: upright, turned by a "
    "quarter where that makes more of them, or both. The sizes are exact; print at 100 %, not "
    "fitted to the page. The portrait is any picture file; its middle covers the size that is "
    "asked for, and what is see-through becomes white.",
    "The name of -o tells the format: .pdf, .jpg or .png. A PDF has the picture once, and marks of "
    "lines; JPEG and PNG tell their density.",
    "With --preset the file is a photo: the portrait of that document is made of it first, as "
    "`facecraft process --preset` does, and printed in its size.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft sheet photo.jpg --preset jp-passport --cut-lines -o sheet.pdf",
    "facecraft process photo.jpg --plain --size 827x1063 -o me.jpg",
    "facecraft sheet me.jpg --size 35x45mm --paper 10x15cm --cut-lines -o sheet.pdf",
    "facecraft sheet me.jpg --size 2x2in --paper letter --gap 3mm --dpi 600 -o sheet.jpg",
    NULL,
};

const fc_command fc_command_sheet = {
    .name = "sheet",
    .operands = "PORTRAIT|PHOTO",
    .purpose = "Put a portrait on a sheet to print",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .decodes = true,
    .run = run,
};
