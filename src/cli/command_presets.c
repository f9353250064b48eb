#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/page.h"
#include "config/presets.h"
#include "report/documents.h"
#include "report/json.h"

/* "35 x 45 mm, 413 x 531 px at 300 dpi" or "600 x 750 px". */
static void write_size(const fc_preset *preset, char *text, size_t size)
{
    const int length = preset->width_mm > 0 ? snprintf(text, size, "%g x %g mm, ", preset->width_mm,
                                                       preset->height_mm)
                                            : 0;
    (void)snprintf(text + length, size - (size_t)length, "%d x %d px", preset->width,
                   preset->height);
}

static void print_row(fc_page *page, const fc_preset *preset)
{
    char size[64];
    write_size(preset, size, sizeof size);
    fc_page_raw(page, "%-20s %-2s  %-38s %s\n", preset->name, preset->country, preset->document,
                size);
}

static void print_range(fc_page *page, const char *what, fc_range range, const char *unit)
{
    if (range.min > 0 && range.max > 0) {
        fc_page_raw(page, "  %-12s %g to %g %s\n", what, range.min, range.max, unit);
    } else if (range.min > 0 || range.max > 0) {
        fc_page_raw(page, "  %-12s at %s %g %s\n", what, range.min > 0 ? "least" : "most",
                    range.min > 0 ? range.min : range.max, unit);
    }
}

static void print_text(fc_page *page, const char *what, const char *text)
{
    if (text[0] != '\0') {
        fc_page_raw(page, "  %-12s %s\n", what, text);
    }
}

static void print_whole(fc_page *page, const fc_preset *preset)
{
    const char *unit = fc_preset_unit(preset);
    const fc_range kb = { preset->kb_min, preset->kb_max };
    char size[64];
    write_size(preset, size, sizeof size);
    fc_page_raw(page, "%s: %s%s%s\n", preset->name, preset->country,
                preset->country[0] != '\0' ? " " : "", preset->document);
    print_text(page, "size", size);
    if (preset->dpi > 0) {
        fc_page_raw(page, "  %-12s %d\n", "dpi", preset->dpi);
    }
    print_range(page, "head", preset->head, unit);
    print_text(page, "counted to", fc_crown_name(preset->crown));
    print_range(page, "eye line", preset->eye_line, unit);
    print_range(page, "top margin", preset->top, unit);
    print_text(page, "background", fc_preset_background(preset));
    print_text(page, "rule for it", preset->ground);
    print_range(page, "JPEG", kb, "KB");
    print_text(page, "edits", fc_edits_name(preset->edits));
    print_text(page, "taken", preset->office_only ? "at offices or by their providers only" : "");
    print_text(page, "confidence", fc_confidence_name(preset->confidence));
    print_text(page, "source", preset->source);
    print_text(page, "read on", preset->seen);
    print_text(page, "note", preset->note);
}

static fc_status list(const char *country, bool json, fc_page *page, fc_error *err)
{
    size_t count = 0;
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const fc_preset *preset = fc_preset_at(i);
        if (country == NULL || strcasecmp(preset->country, country) == 0) {
            count++;
            if (!json) {
                print_row(page, preset);
            }
        }
    }
    if (count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "no preset of \"%.40s\"; a country is two letters such as DE", country);
    }
    return json ? fc_json_write_line(fc_documents_pack_presets(country), &page->text, err) : FC_OK;
}

static fc_status show(char **names, int count, bool json, fc_page *page, fc_error *err)
{
    for (int i = 0; i < count; i++) {
        const fc_option *option = fc_option_lookup(fc_params_options(), "preset");
        fc_params params = fc_params_default();
        FC_TRY(fc_option_set(option, &params, names[i], err)); /* with its refusal */
        const fc_preset *preset = fc_preset_at(params.preset);
        if (preset == NULL) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "\"none\" is no preset to show");
        }
        if (json) {
            FC_TRY(fc_json_write_line(fc_documents_pack_preset(preset), &page->text, err));
        } else {
            print_whole(page, preset);
        }
    }
    return FC_OK;
}

static fc_status refuse(const char *word, const char *next, fc_error *err)
{
    if (fc_preset_number(word) > 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "presets %.40s, allowed: presets show %.40s", word,
                       word);
    }
    if (strcmp(word, "list") == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "presets list takes no \"%.40s\"; allowed: presets show NAME, or presets "
                       "country CODE",
                       next);
    }
    if (strcmp(word, "country") == 0 || strcmp(word, "show") == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "presets %s needs %s", word,
                       word[0] == 'c' ? "one country, two letters such as DE"
                                      : "the names of presets");
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "presets %.40s, allowed: %s", word,
                   fc_command_presets.operands);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    fc_json_flag flags = { 0 };
    fc_arguments arguments = { .groups = { { fc_command_presets.flags, &flags } },
                               .group_count = 1 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    const int count = arguments.operand_count - 1;
    char **rest = arguments.operands + 1;
    const char *word = count >= 0 ? arguments.operands[0] : "list";
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (strcmp(word, "list") == 0 && count <= 0) {
        FC_TRY(list(NULL, flags.json, &page, err));
    } else if (strcmp(word, "country") == 0 && count == 1 && rest[0][0] != '\0') {
        FC_TRY(list(rest[0], flags.json, &page, err));
    } else if (strcmp(word, "show") == 0 && count >= 1) {
        FC_TRY(show(rest, count, flags.json, &page, err));
    } else {
        return refuse(word, count > 0 ? rest[0] : "", err);
    }
    return fc_page_print(&page, err);
}

static const char *const DETAILS[] = {
    "list (or nothing): the names for --preset, with country, document and size.",
    "show: everything about a preset: size, place of the head, background, file, the source of "
    "its rule and when it was read. `crown` is the upper end of the head's height: the hair, the "
    "skull by proportion, or the forehead.",
    "country: the presets of one country, by its two letters.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft presets",
    "facecraft presets country JP",
    "facecraft presets show us-visa",
    "facecraft process photo.jpg --preset us-visa -o visa.jpg --json",
    NULL,
};

const fc_command fc_command_presets = {
    .name = "presets",
    .operands = "[list | show NAME... | country CODE]",
    .purpose = "List the pictures that documents and services want",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = FC_JSON_FLAGS,
    .run = run,
};
