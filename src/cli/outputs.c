#include "cli/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "pipeline/portrait.h"

/* Typedef so that FC_AUTO can release a list of names. */
typedef char *fc_names;
FC_DEFINE_CLEANUP(fc_names, fc_memory_free)

/* Whether -o names a folder: it is one, or ends in "/". */
static bool is_folder(const char *output)
{
    struct stat facts = { 0 };
    const size_t length = strlen(output);
    return (length > 0 && output[length - 1] == '/') ||
           (stat(output, &facts) == 0 && S_ISDIR(facts.st_mode));
}

bool fc_outputs_use_stdout(const fc_outputs *outputs)
{
    return strcmp(outputs->png, "-") == 0 || strcmp(outputs->jpeg, "-") == 0 ||
           strcmp(outputs->matte, "-") == 0;
}

/* Where the ending of a name begins, the point included; the end of the name without one. */
static size_t stem_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *point = strrchr(name, '.');
    return point != NULL && point != name ? (size_t)(point - path) : strlen(path);
}

static uint32_t type_of_name(const char *path)
{
    const char *ending = path + stem_length(path);
    if (strcasecmp(ending, ".png") == 0) {
        return FC_OUTPUT_PNG;
    }
    return strcasecmp(ending, ".jpg") == 0 || strcasecmp(ending, ".jpeg") == 0 ? FC_OUTPUT_JPEG : 0;
}

static uint32_t types_of_format(fc_choice format, uint32_t otherwise)
{
    switch (format) {
    case FC_WRITE_PNG:
        return FC_OUTPUT_PNG;
    case FC_WRITE_JPEG:
        return FC_OUTPUT_JPEG;
    case FC_WRITE_BOTH:
        return FC_OUTPUT_PNG | FC_OUTPUT_JPEG;
    default:
        return otherwise;
    }
}

static void copy(char *target, const char *text)
{
    (void)snprintf(target, FC_OPTION_TEXT_SIZE, "%s", text);
}

static fc_status plan_stdout(const fc_outputs_request *request, fc_outputs *out, fc_error *err)
{
    const uint32_t types = types_of_format(request->format, FC_OUTPUT_PNG);
    if (types == (FC_OUTPUT_PNG | FC_OUTPUT_JPEG)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "standard output takes one picture: --format png or jpg");
    }
    copy(types == FC_OUTPUT_PNG ? out->png : out->jpeg, "-");
    out->mask |= types;
    return FC_OK;
}

/* -o FILE: its ending says the type; --format both adds the other one next to it. */
static fc_status plan_file(const fc_outputs_request *request, fc_outputs *out, fc_error *err)
{
    const char *file = request->output;
    const uint32_t own = type_of_name(file);
    if (own == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "-o %s: the name must end in .png, .jpg or .jpeg, or be a folder",
                       fc_brief_of(file).text);
    }
    if ((own == FC_OUTPUT_PNG ? request->png : request->jpeg)[0] != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "two names for the same %s: -o and --%s",
                       own == FC_OUTPUT_PNG ? "PNG" : "JPEG",
                       own == FC_OUTPUT_PNG ? "png" : "jpeg");
    }
    const uint32_t types = types_of_format(request->format, own);
    if ((types & own) == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "-o %s: the ending contradicts --format",
                       fc_brief_of(file).text);
    }
    const int stem = (int)stem_length(file);
    const char *ending = own == FC_OUTPUT_PNG ? ".jpg" : ".png";
    char *same = own == FC_OUTPUT_PNG ? out->png : out->jpeg;
    char *other = own == FC_OUTPUT_PNG ? out->jpeg : out->png;
    copy(same, file);
    if (types != own && other[0] == '\0') { /* --png or --jpeg has said it otherwise */
        const int length = snprintf(other, FC_OPTION_TEXT_SIZE, "%.*s%s", stem, file, ending);
        FC_ASSERT(length > 0); /* at most one byte longer than .png; cut names fail when written */
    }
    out->mask |= types;
    return FC_OK;
}

/* -o FOLDER, or next to the photos where -o is not given. */
static void plan_folder(const fc_outputs_request *request, fc_outputs *out)
{
    out->beside = request->output[0] == '\0';
    copy(out->folder, request->output);
    out->mask |= types_of_format(request->format, FC_OUTPUT_PNG | FC_OUTPUT_JPEG);
}

static fc_status plan_one(const fc_outputs_request *request, const fc_inputs *inputs,
                          fc_outputs *out, fc_error *err)
{
    const bool unnamed = request->output[0] == '\0';
    if (unnamed && out->mask != 0) { /* --png and the like say it all */
        return FC_OK;
    }
    const bool piped = unnamed && strcmp(inputs->items[0].path, "-") == 0;
    if (piped || strcmp(request->output, "-") == 0) {
        return plan_stdout(request, out, err);
    }
    if (!unnamed && !is_folder(request->output)) {
        return plan_file(request, out, err);
    }
    plan_folder(request, out);
    return FC_OK;
}

static fc_status plan_many(const fc_outputs_request *request, const fc_inputs *inputs,
                           fc_outputs *out, fc_error *err)
{
    if (out->mask != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "--png, --jpeg and --matte-out name one file, but there are %zu photos",
                       inputs->count);
    }
    if (strcmp(request->output, "-") == 0 ||
        (type_of_name(request->output) != 0 && !is_folder(request->output))) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "-o %s is one file, but there are %zu photos",
                       fc_brief_of(request->output).text, inputs->count);
    }
    plan_folder(request, out);
    return FC_OK;
}

/* Writes FOLDER/STEM_portrait, the start of the names of a photo's portraits. */
static bool write_base(const fc_outputs *outputs, const fc_input *input, char *base, size_t size)
{
    const bool standard_input = strcmp(input->path, "-") == 0;
    const char *source = standard_input ? "stdin" : outputs->beside ? input->path : input->below;
    const size_t folder = strlen(outputs->folder);
    const bool slash = folder > 0 && outputs->folder[folder - 1] != '/';
    const int length = snprintf(base, size, "%s%s%.*s_portrait", outputs->folder, slash ? "/" : "",
                                (int)stem_length(source), source);
    return length > 0 && (size_t)length < size;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Where the portraits of each photo go, but for what is known to give none. */
static fc_status list_names(const fc_outputs *outputs, const fc_inputs *inputs, fc_buffer *text,
                            size_t *count, fc_error *err)
{
    for (size_t i = 0; i < inputs->count; i++) {
        char base[PATH_MAX];
        if (inputs->items[i].kind != FC_INPUT_PHOTO) {
            continue;
        }
        if (!write_base(outputs, &inputs->items[i], base, sizeof base)) {
            return fc_fail(err, FC_IO, "%s: the name is too long",
                           fc_brief_of(inputs->items[i].path).text);
        }
        FC_TRY(fc_buffer_append(text, base, strlen(base) + 1, err));
        (*count)++;
    }
    return FC_OK;
}

/* Two photos that would get the same names are refused before the first is touched. */
static fc_status check_distinct(const fc_outputs *outputs, const fc_inputs *inputs, fc_error *err)
{
    FC_AUTO_BUFFER(text, FC_INPUTS_MAX * (size_t)PATH_MAX);
    FC_AUTO(fc_names) names = NULL;
    size_t count = 0;
    FC_TRY(fc_memory_new(inputs->count, sizeof *names, (void **)&names, err));
    FC_TRY(list_names(outputs, inputs, &text, &count, err));
    char *at = (char *)text.data; /* it moves no more */
    for (size_t i = 0; i < count; i++) {
        names[i] = at;
        at += strlen(at) + 1;
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "two photos would both become %s; give them to separate runs, or their "
                           "folder with -r",
                           fc_brief_of(names[i]).text);
        }
    }
    return FC_OK;
}

static fc_status check_stdout(const fc_outputs *outputs, fc_error *err)
{
    const int uses = (strcmp(outputs->png, "-") == 0) + (strcmp(outputs->jpeg, "-") == 0) +
                     (strcmp(outputs->matte, "-") == 0);
    if (uses > 1 || (uses == 1 && outputs->numbered)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "standard output takes one picture only");
    }
    return FC_OK;
}

/* A name that promises another kind of file; names without an ending are taken as they are. */
static fc_status check_kinds(const fc_outputs_request *request, fc_error *err)
{
    const struct {
        const char *flag, *name, *kind;
        uint32_t wrong;
    } given[] = { { "--png", request->png, "PNG", FC_OUTPUT_JPEG },
                  { "--jpeg", request->jpeg, "JPEG", FC_OUTPUT_PNG },
                  { "--matte-out", request->matte, "PNG", FC_OUTPUT_JPEG } };
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (type_of_name(given[i].name) == given[i].wrong) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "%s %s: it writes a %s; the name says otherwise", given[i].flag,
                           fc_brief_of(given[i].name).text, given[i].kind);
        }
    }
    return FC_OK;
}

fc_status fc_outputs_plan(const fc_outputs_request *request, const fc_inputs *inputs,
                          fc_outputs *out, fc_error *err)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(inputs->count > 0);

    FC_TRY(check_kinds(request, err));
    fc_outputs plan = { .numbered = request->numbered };
    copy(plan.png, request->png);
    copy(plan.jpeg, request->jpeg);
    copy(plan.matte, request->matte);
    plan.mask = (request->png[0] != '\0' ? FC_OUTPUT_PNG : 0u) |
                (request->jpeg[0] != '\0' ? FC_OUTPUT_JPEG : 0u) |
                (request->matte[0] != '\0' ? FC_OUTPUT_MATTE : 0u);
    const bool many = inputs->count > 1 || inputs->folders;
    if (many && inputs->folders && request->output[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a folder of photos needs -o FOLDER for the portraits");
    }
    FC_TRY(many ? plan_many(request, inputs, &plan, err) : plan_one(request, inputs, &plan, err));
    FC_TRY(check_stdout(&plan, err));
    if (many) {
        FC_TRY(check_distinct(&plan, inputs, err));
    }
    *out = plan;
    return FC_OK;
}

/* One name: the given one, or base + ending; with the number before the ending. */
static fc_status write_name(const fc_outputs *outputs, const char *given, const char *base,
                            const char *ending, int32_t number, char *name, fc_error *err)
{
    char numbered[16] = "";
    if (outputs->numbered) {
        (void)snprintf(numbered, sizeof numbered, "_%d", number);
    }
    const bool own = given[0] != '\0';
    const char *source = own ? given : base;
    const size_t stem = own ? stem_length(given) : strlen(base);
    const int length = snprintf(name, PATH_MAX, "%.*s%s%s", (int)stem, source, numbered,
                                own ? given + stem : ending);
    if (length < 0 || length >= PATH_MAX) {
        return fc_fail(err, FC_IO, "%s: the name is too long", fc_brief_of(source).text);
    }
    return FC_OK;
}

fc_status fc_outputs_name(const fc_outputs *outputs, const fc_input *input, int32_t number,
                          fc_output_names *out, fc_error *err)
{
    char base[PATH_MAX];
    if (!write_base(outputs, input, base, sizeof base)) {
        return fc_fail(err, FC_IO, "%s: the name is too long", fc_brief_of(input->path).text);
    }
    *out = (fc_output_names){ 0 };
    if ((outputs->mask & FC_OUTPUT_PNG) != 0) {
        FC_TRY(write_name(outputs, outputs->png, base, ".png", number, out->png, err));
    }
    if ((outputs->mask & FC_OUTPUT_JPEG) != 0) {
        FC_TRY(write_name(outputs, outputs->jpeg, base, ".jpg", number, out->jpeg, err));
    }
    if ((outputs->mask & FC_OUTPUT_MATTE) != 0) {
        FC_TRY(write_name(outputs, outputs->matte, base, "_matte.png", number, out->matte, err));
    }
    return FC_OK;
}
