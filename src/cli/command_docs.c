#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/openapi.h"
#include "api/routes.h"
#include "cli/command.h"
#include "cli/manual.h"
#include "config/options.h"
#include "config/presets.h"
#include "engine/model_files.h"
#include "pipeline/stages.h"
#include "report/check_answer.h"

#define GENERATED "This page is written by tools/gen_docs from the program's own tables."

static void write_allowed(const fc_option *option, char *text, size_t size)
{
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_REAL:
    case FC_OPTION_CHANNEL:
        (void)snprintf(text, size, "%g..%g %s", option->min, option->max,
                       option->unit != NULL ? option->unit : "");
        return;
    case FC_OPTION_BOOL:
        (void)snprintf(text, size, "true or false");
        return;
    case FC_OPTION_CHOICE:
        (void)snprintf(text, size, "%s", option->choices);
        return;
    case FC_OPTION_BACKGROUND:
        (void)snprintf(text, size, "%s", FC_BACKGROUND_FORMS);
        return;
    case FC_OPTION_BOX:
        (void)snprintf(text, size, "%s", FC_BOX_FORMS);
        return;
    case FC_OPTION_PRESET:
        (void)snprintf(text, size, "none, or a name of [presets.md](presets.md)");
        return;
    case FC_OPTION_TEXT:
    case FC_OPTION_SECRET:
        (void)snprintf(text, size, "text");
        return;
    }
}

static void write_option_table(fc_page *page, fc_options options)
{
    static const char *const HEAD[] = { "option",  "flag",    "variable",
                                        "default", "allowed", "meaning" };
    fc_page_head(page, HEAD, 6);
    for (size_t i = 0; i < options.count; i++) {
        const fc_option *option = &options.rows[i];
        char flag[128];
        char variable[96];
        char allowed[192];
        fc_flag_spell(option, flag, sizeof flag);
        (void)snprintf(variable, sizeof variable, "FACECRAFT_%s", option->variable);
        write_allowed(option, allowed, sizeof allowed);
        const char *const cells[] = { option->name,    flag,    variable,
                                      option->initial, allowed, option->help };
        fc_page_row(page, cells, 6);
    }
    fc_page_gap(page);
}

static void write_options(fc_page *page)
{
    fc_page_heading(page, 1, "Options");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(page, "A flag is stronger than the variable, the variable stronger than the "
                            "default. The form field of the HTTP service is the option's name.");
    fc_page_heading(page, 2, "Of a portrait");
    write_option_table(page, fc_params_options());
    fc_page_heading(page, 2, "Of the program");
    write_option_table(page, fc_settings_options());
    fc_page_heading(page, 2, "Of the HTTP service");
    fc_page_paragraph(page, "Only for `facecraft serve`. A secret may also come from a file: its "
                            "variable with _FILE at the end names it.");
    write_option_table(page, fc_server_options());
}

static void write_errors(fc_page *page)
{
    static const char *const HEAD[] = { "name", "exit code", "meaning" };
    fc_page_heading(page, 1, "Errors");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(
        page,
        "Each failure has a name, used in answers and logs, and an exit code of the command line. "
        "Its message says what was found and what is allowed. Exit code 1 means that of several "
        "photos some gave no portrait.");
    fc_page_head(page, HEAD, 3);
    for (int i = 0; i < fc_status_count(); i++) {
        const fc_status_info *info = fc_status_lookup((fc_status)i);
        char code[16];
        (void)snprintf(code, sizeof code, "%d", info->exit_code);
        const char *const cells[] = { info->slug, code, info->meaning };
        fc_page_row(page, cells, 3);
    }
}

static void write_parts(uint32_t parts, char *text, size_t size)
{
    text[0] = '\0';
    for (uint32_t rest = parts; rest != 0; rest &= rest - 1) {
        const size_t length = strlen(text);
        (void)snprintf(text + length, size - length, "%s%s", length > 0 ? ", " : "",
                       fc_part_name(rest & (~rest + 1)));
    }
}

static const char MATTE_AUTO[] =
    "With `matte=auto` selfie segmentation looks first. Where u2net is installed and that mask is "
    "in doubt, u2net looks instead: when the mean of 4a(1-a) around the face is 0.06 or more (a "
    "mask that is half undecided everywhere has 1), or when the mask holds less than 0.7 of the "
    "middle of the face. The note of the stage says what was decided and why, such as `auto: "
    "u2net, mask uncertain 0.23`. `matte=u2net` without its file is refused. A cut-out of the "
    "whole photo goes by the same rule: by the face that is most in doubt, and by u2net where no "
    "face is found.";

static void write_model(fc_page *page, int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_supply *supply = fc_model_file_supply(index);
    char size[32];
    char source[160];
    (void)snprintf(size, sizeof size, "%.1f MB", (double)supply->bytes / 1e6);
    (void)snprintf(source, sizeof source, "%s%s%s", supply->package,
                   supply->version[0] != '*' ? " " : "",
                   supply->version[0] != '*' ? supply->version : "");
    const char *const cells[] = {
        file->file, file->purpose, file->optional ? "no" : "yes",      size,
        source,     file->licence, file->commercial ? "yes" : "**no**"
    };
    fc_page_row(page, cells, 7);
}

static void write_models(fc_page *page)
{
    static const char *const HEAD[] = { "file",   "purpose", "needed",        "size",
                                        "source", "licence", "commercial use" };
    fc_page_heading(page, 1, "Models");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(page, "Weights are not in the repository. `tools/fetch`, which `./dev setup` "
                            "runs, gets those that are needed; `tools/fetch --with u2net`, "
                            "`--with codeformer` and `--with dlib`, or `facecraft models fetch` "
                            "with these names, get the optional ones. Each is checked against the "
                            "SHA-256 in supply.lock, the only place with versions and hashes.");
    fc_page_paragraph(page, "**The default set is free for commercial use.**");
    fc_page_head(page, HEAD, 7);
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        write_model(page, i);
    }
    fc_page_gap(page);
    fc_page_code(page, "facecraft models            # what there is, and where it is looked for");
    fc_page_code(page, "facecraft models verify     # the hash of each file");
    fc_page_code(page, "facecraft models licences   # what each licence asks for");
    fc_page_code(page, "facecraft doctor            # does all of it work?");
    fc_page_gap(page);
    fc_page_heading(page, 2, "The points of a face");
    fc_page_paragraph(
        page,
        "`FACECRAFT_LANDMARKS` (or `--landmarks`) chooses the model for them: `mesh`, MediaPipe's "
        "face mesh, or `dlib`, the old service's predictor, whose file `facecraft models fetch "
        "dlib` gets; if it is missing, the program does not start. `auto` is the mesh, or dlib "
        "where `FACECRAFT_PREDICTOR_PATH` names its file, as old configurations do. The stage "
        "`landmarks` says which one ran. On 25 faces of 14 photos the mesh has the eyes 1.8 %% of "
        "their distance from where dlib has them, the eye line 0.4 degrees, the frame 1 %% in size "
        "and 0.5 %% of the face in place (medians; docs/decisions/0024 has each face).");
    fc_page_heading(page, 2, "Commercial use");
    fc_page_paragraph(page, "`FACECRAFT_COMMERCIAL_ONLY=true` (or `--commercial-only`) refuses the "
                            "models whose licence excludes it, where they are installed or asked "
                            "for: they are not read, and `facecraft models` and `/api/v1/models` "
                            "report them as \"refused: licence\". With `landmarks=dlib` the "
                            "program does not start. Faces are not restored.");
}

static void write_stages(fc_page *page)
{
    static const char *const HEAD[] = { "stage", "runs", "does", "needs", "gives" };
    fc_page_heading(page, 1, "Pipeline");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(page, "The way from a photo to a portrait, in order. A test walks the same "
                            "table and proves that each stage finds what it needs.");
    fc_page_head(page, HEAD, 5);
    for (size_t i = 0; i < fc_stages_count; i++) {
        const fc_stage *stage = &fc_stages[i];
        char needs[128];
        char gives[128];
        char runs[64];
        write_parts(stage->needs, needs, sizeof needs);
        write_parts(stage->gives, gives, sizeof gives);
        (void)snprintf(runs, sizeof runs, "once a %s%s",
                       stage->run_photo != NULL ? "photo" : "face",
                       stage->wanted != NULL ? ", where asked for"
                       : stage->beside       ? ", beside the one above"
                                             : "");
        const char *const cells[] = { stage->name, runs, stage->purpose, needs, gives };
        fc_page_row(page, cells, 5);
    }
    fc_page_heading(page, 2, "Which network cuts out the person");
    fc_page_paragraph(page, MATTE_AUTO);
}

static void write_cli(fc_page *page)
{
    fc_page_heading(page, 1, "The command line");
    fc_page_paragraph(page, GENERATED);
    for (size_t i = 0; i < fc_commands_count; i++) {
        char title[64];
        (void)snprintf(title, sizeof title, "facecraft %s", fc_commands[i]->name);
        fc_page_heading(page, 2, title);
        fc_manual_command(page, fc_commands[i], 3);
    }
    fc_manual_conventions(page, 2);
}

static void write_man(fc_page *page)
{
    page->style = FC_PAGE_ROFF;
    fc_page_raw(page, ".TH FACECRAFT 1\n");
    fc_page_heading(page, 1, "NAME");
    fc_page_raw(page, "facecraft \\- turn photos of people into portraits\n");
    fc_page_heading(page, 1, "SYNOPSIS");
    fc_page_raw(page, ".B facecraft\nCOMMAND [FLAG...] [OPERAND...]\n");
    for (size_t i = 0; i < fc_commands_count; i++) {
        char title[64];
        (void)snprintf(title, sizeof title, "facecraft %s", fc_commands[i]->name);
        fc_page_heading(page, 1, title);
        fc_manual_command(page, fc_commands[i], 2);
    }
    fc_manual_conventions(page, 1);
}

/* The range of a measure as a person writes it: "up to 5", "from 90", "-5 to 5". */
static void write_limits(double from, double to, char *text, size_t size)
{
    if (isfinite(from) && isfinite(to)) {
        (void)snprintf(text, size, "%g to %g", from, to);
    } else if (isfinite(to)) {
        (void)snprintf(text, size, "up to %g", to);
    } else if (isfinite(from)) {
        (void)snprintf(text, size, "from %g", from);
    } else {
        (void)snprintf(text, size, "%s", "");
    }
}

static void write_measure(fc_page *page, const fc_measure_row *row)
{
    char pass[40];
    char warn[40];
    const char *mends = fc_check_mends_name(row->mends);
    const bool by_range = row->by_preset && !isfinite(row->limits.pass_to);
    write_limits(row->limits.pass_from, row->limits.pass_to, pass, sizeof pass);
    write_limits(row->limits.warn_from, row->limits.warn_to, warn, sizeof warn);
    const char *const cells[] = {
        row->id,
        row->unit,
        row->unseen ? "not checked"
        : by_range  ? "the preset's range"
                    : pass,
        by_range ? "1 mm outside" : warn,
        row->worst == FC_CHECK_WARN ? "warns" : "fails",
        mends != NULL ? mends : "",
        row->unseen       ? ""
        : row->calibrated ? "ours"
                          : "copied",
        row->source,
        row->iso,
        row->reject,
        row->advice,
    };
    fc_page_row(page, cells, sizeof cells / sizeof cells[0]);
}

static void write_check(fc_page *page)
{
    static const char *const HEAD[] = { "id",          "unit",   "passes",
                                        "warns",       "beyond", "mended by",
                                        "limits",      "from",   "ISO/IEC 29794-5 (OFIQ)",
                                        "Rekognition", "advice" };
    fc_page_heading(page, 1, "Check");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(
        page, "How well a photo suits a document: `facecraft check photo.jpg`, `POST "
              "/api/v1/check`, or `check=true` for the answer of a portrait (`result.check`; a "
              "picture tells it in the header `X-Check`). Each measure has a value, a score from "
              "0 to 100 (70 where it ceases to pass, 40 where it ceases to warn) and a state: "
              "pass, warn, fail or not_checked. The photo fails as a whole only for what crop, "
              "background or another file cannot mend; a background mends nothing where the "
              "preset's office refuses altered photos. What depends on the colour of skin only "
              "warns. The last rows cannot be told by a program like this one and are always "
              "listed as not checked. No office is bound by any of it.");
    fc_page_paragraph(
        page,
        "All is measured on one crop with %d px between the eyes, so that it does not "
        "depend on the size of the photo, by the points of the face mesh; `file`, "
        "`compression`, `single_face` and the places in the picture by the photo itself. "
        "Shares of `eyes_open` and `mouth_closed` are of the height from eyes to chin. "
        "Limits are copied from the source named, or ours: set on our own points and "
        "photos. Over HTTP the advice is in the language that `lang` or `Accept-Language` asks "
        "for: those of the page, with its texts.",
        FC_CHECK_EYES);
    fc_page_head(page, HEAD, sizeof HEAD / sizeof HEAD[0]);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        write_measure(page, fc_measure_lookup((fc_measure_id)i));
    }
}

static const char *body_of(const fc_http_route *route)
{
    switch (route->body) {
    case FC_HTTP_NO_BODY:
        return "";
    case FC_HTTP_FIELDS:
        return "fields";
    case FC_HTTP_BACKGROUND:
        return "fields, background";
    case FC_HTTP_ONE_PHOTO:
        return "one photo";
    case FC_HTTP_FEW_PHOTOS:
        return "photo, background";
    case FC_HTTP_MANY_PHOTOS:
        return "several photos";
    }
    return "";
}

static void write_routes(fc_page *page)
{
    static const char *const METHODS[] = { "GET", "POST", "DELETE" };
    static const char *const HEAD[] = { "method", "path", "takes", "key", "does" };
    fc_page_heading(page, 1, "Routes");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(
        page,
        "What the service answers to. GET answers HEAD as well. Where keys are set, those routes "
        "ask for one. Fields and answers: [openapi.json](openapi.json), or the page /docs of a "
        "running service.");
    fc_page_head(page, HEAD, 5);
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        const fc_http_route *route = &routes.rows[i];
        const char *const cells[] = { METHODS[route->method], route->pattern, body_of(route),
                                      route->open ? "" : "yes", route->summary };
        fc_page_row(page, cells, 5);
    }
}

static void write_range(fc_range range, char *text, size_t size)
{
    text[0] = '\0';
    if (range.min > 0 && range.max > 0) {
        (void)snprintf(text, size, "%g..%g", range.min, range.max);
    } else if (range.min > 0) {
        (void)snprintf(text, size, "from %g", range.min);
    } else if (range.max > 0) {
        (void)snprintf(text, size, "to %g", range.max);
    }
}

static void write_preset_cell_size(const fc_preset *preset, char *text, size_t size)
{
    if (preset->width_mm > 0) {
        (void)snprintf(text, size, "%g x %g mm, %d x %d px", preset->width_mm, preset->height_mm,
                       preset->width, preset->height);
    } else {
        (void)snprintf(text, size, "%d x %d px", preset->width, preset->height);
    }
}

static void write_preset(fc_page *page, const fc_preset *preset)
{
    char size[64];
    char ranges[4][32];
    char head[64];
    char file[64];
    char source[256];
    const fc_range kb = { preset->kb_min, preset->kb_max };
    const char *unit = fc_preset_unit(preset);
    write_preset_cell_size(preset, size, sizeof size);
    write_range(preset->head, ranges[0], sizeof ranges[0]);
    write_range(preset->eye_line, ranges[1], sizeof ranges[1]);
    write_range(preset->top, ranges[2], sizeof ranges[2]);
    write_range(kb, ranges[3], sizeof ranges[3]);
    (void)snprintf(head, sizeof head, "%s%s%s%s", ranges[0], ranges[0][0] != '\0' ? " " : "",
                   ranges[0][0] != '\0' ? unit : "",
                   preset->crown == FC_CROWN_HAIR    ? ""
                   : preset->crown == FC_CROWN_SKULL ? ", without hair"
                                                     : ", to the forehead");
    (void)snprintf(file, sizeof file, "%s%s%s", ranges[3], ranges[3][0] != '\0' ? " KB" : "",
                   preset->grey ? ", grey" : "");
    (void)snprintf(source, sizeof source, "%s%s%s", preset->source,
                   preset->seen[0] != '\0' ? ", " : "", preset->seen);
    const char *const cells[] = { preset->name,
                                  preset->document,
                                  size,
                                  head,
                                  ranges[1],
                                  ranges[2],
                                  preset->ground,
                                  file,
                                  preset->office_only ? "office only"
                                                      : fc_edits_name(preset->edits),
                                  fc_confidence_name(preset->confidence),
                                  source,
                                  preset->note };
    fc_page_row(page, cells, 12);
}

static void write_presets(fc_page *page)
{
    static const char *const HEAD[] = { "preset",   "document", "size",       "head",
                                        "eye line", "top",      "background", "JPEG",
                                        "edits",    "whose",    "source",     "note" };
    fc_page_heading(page, 1, "Presets");
    fc_page_paragraph(page, GENERATED);
    fc_page_paragraph(page,
                      "The names for `--preset` and the field `preset`: size, place of the "
                      "head, background, file. Other options change what it sets, and the "
                      "answer says so (`preset_changed`). **Rules change: look at your "
                      "office's own page before you hand a picture in.** An empty cell was not "
                      "found; the head is then placed as in icao-generic, and the answer says that "
                      "there was no rule to meet.");
    fc_page_paragraph(page,
                      "head: chin to crown with the hair; eye line: above the lower edge; top: "
                      "space above the crown; all in mm, or in %% of the height where only "
                      "px are given. edits: `no_edits` - the office refuses altered photos, so the "
                      "photo is only cropped and keeps its own background; `free` - no "
                      "such rule was found, so the background is replaced; office only - no "
                      "home-made picture is taken. whose: an authority's own words, a "
                      "secondary source's, conflicting sources (the note has both), or our own "
                      "choice.");
    fc_page_head(page, HEAD, 12);
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        write_preset(page, fc_preset_at(i));
    }
    fc_page_paragraph(page,
                      "Not offered: the passport of Argentina (ar-passport). Its size is unknown, "
                      "the consulate takes the picture itself (Consulate in London, "
                      "2026-11-21).");
}

static void write_openapi(fc_page *page)
{
    const fc_params params = fc_params_default();
    const fc_server_settings server = fc_server_settings_default();
    const fc_status status = fc_openapi_print(&params, &server, &page->text, &page->err);
    page->status = page->status != FC_OK ? page->status : status;
}

static const struct {
    const char *name;
    void (*write)(fc_page *page);
} PAGES[] = {
    { "options", write_options }, { "errors", write_errors },   { "stages", write_stages },
    { "routes", write_routes },   { "openapi", write_openapi }, { "cli", write_cli },
    { "man", write_man },         { "models", write_models },   { "presets", write_presets },
    { "check", write_check },
};

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    const char *name = line->count == 1 ? line->arguments[0] : "";
    for (size_t i = 0; i < sizeof PAGES / sizeof PAGES[0]; i++) {
        if (strcmp(PAGES[i].name, name) == 0) {
            FC_AUTO_PAGE(page, FC_PAGE_MARKDOWN);
            PAGES[i].write(&page);
            return fc_page_print(&page, err);
        }
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "docs \"%.60s\", allowed: options, errors, stages, routes, openapi, cli, man, "
                   "models, presets or check",
                   name);
}

const fc_command fc_command_docs = {
    .name = "docs",
    .operands = "options|errors|stages|routes|openapi|cli|man|models|presets|check",
    .purpose = "Print a page of the documentation, made from the program's tables",
    .run = run,
};
