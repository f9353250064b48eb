#include "cli/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "image/decode.h"

/** Bytes that tell every accepted type apart. */
#define SNIFF_SIZE 64

static void close_walk(FTS **walk)
{
    if (*walk != NULL) {
        (void)fts_close(*walk);
    }
}

#define AUTO_WALK __attribute__((cleanup(close_walk))) FTS *

static fc_status reserve(fc_inputs *inputs, fc_error *err)
{
    if (inputs->count == FC_INPUTS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d photos; give fewer at a time",
                       FC_INPUTS_MAX);
    }
    return fc_array_make_room((void **)&inputs->items, inputs->count, sizeof *inputs->items, err);
}

/* `below` is where the part inside the folder operand begins in `path`. */
static fc_status add(fc_inputs *inputs, const char *path, size_t below, fc_input_kind kind,
                     int reason, fc_error *err)
{
    FC_TRY(reserve(inputs, err));
    fc_input *input = &inputs->items[inputs->count];
    FC_TRY(fc_text_copy(path, &input->path, err));
    input->below = input->path + below;
    input->kind = kind;
    input->reason = reason;
    inputs->count++;
    return FC_OK;
}

static size_t last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash + 1 - path) : 0;
}

static bool is_called_a_picture(const char *name, uint32_t formats)
{
    const fc_format format = fc_format_of_name(name);
    return format != FC_FORMAT_UNKNOWN && (formats & FC_FORMAT_BIT(format)) != 0;
}

typedef enum finding { FOUND_PICTURE, FOUND_REFUSED, FOUND_UNKNOWN, FOUND_UNREADABLE } finding;

/* What cannot be opened counts as found: it is reported when its turn comes. */
static finding look_into(const char *path, uint32_t formats)
{
    uint8_t head[SNIFF_SIZE];
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return FOUND_UNREADABLE;
    }
    const ssize_t size = read(descriptor, head, sizeof head);
    (void)close(descriptor);
    if (size < 0) {
        return FOUND_UNREADABLE;
    }
    const fc_format format = fc_format_sniff((fc_bytes){ head, (size_t)size });
    if (format == FC_FORMAT_UNKNOWN) {
        return FOUND_UNKNOWN;
    }
    return (formats & FC_FORMAT_BIT(format)) != 0 ? FOUND_PICTURE : FOUND_REFUSED;
}

static bool is_plain_file(const FTSENT *entry)
{
    struct stat facts = { 0 };
    return entry->fts_info == FTS_F ||
           (entry->fts_info == FTS_SL && stat(entry->fts_path, &facts) == 0 &&
            S_ISREG(facts.st_mode));
}

static fc_status take_file(fc_inputs *inputs, const FTSENT *entry, const fc_inputs_request *request,
                           size_t below, fc_error *err)
{
    const finding found =
        is_plain_file(entry) ? look_into(entry->fts_path, request->formats) : FOUND_REFUSED;
    if (found == FOUND_UNKNOWN && is_called_a_picture(entry->fts_name, request->formats)) {
        return add(inputs, entry->fts_path, below, FC_INPUT_NO_PICTURE, 0, err);
    }
    if (found == FOUND_UNKNOWN || found == FOUND_REFUSED) {
        inputs->skipped++;
        return FC_OK;
    }
    return add(inputs, entry->fts_path, below, FC_INPUT_PHOTO, 0, err);
}

static bool is_excluded(const FTSENT *entry, const struct stat *excluded)
{
    return entry->fts_level > 0 && entry->fts_statp->st_dev == excluded->st_dev &&
           entry->fts_statp->st_ino == excluded->st_ino;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* One step of the walk through a folder. */
static fc_status take_entry(fc_inputs *inputs, FTS *walk, FTSENT *entry,
                            const struct stat *excluded, const fc_inputs_request *request,
                            size_t below, fc_error *err)
{
    const bool hidden = entry->fts_level > 0 && entry->fts_name[0] == '.';
    switch (entry->fts_info) {
    case FTS_D:
        if (hidden || is_excluded(entry, excluded)) {
            (void)fts_set(walk, entry, FTS_SKIP);
        } else if (entry->fts_level > FC_FOLDER_DEPTH_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "%s: deeper than the %d folders that are walked",
                           fc_brief_of(entry->fts_path).text, FC_FOLDER_DEPTH_MAX);
        }
        return FC_OK;
    case FTS_DP:
    case FTS_DC:
        return FC_OK;
    case FTS_DNR: /* a folder that may not be read is reported like a photo */
    case FTS_NS:
    case FTS_ERR:
        return add(inputs, entry->fts_path, below, FC_INPUT_SHUT, entry->fts_errno, err);
    default:
        if (hidden) {
            inputs->skipped++;
            return FC_OK;
        }
        return take_file(inputs, entry, request, below, err);
    }
}

static fc_status walk_folder(fc_inputs *inputs, char *folder, const fc_inputs_request *request,
                             fc_error *err)
{
    struct stat excluded = { 0 };
    if (request->excluded != NULL) {
        (void)stat(request->excluded, &excluded); /* not there yet: nothing to leave out */
    }
    size_t below = strlen(folder);
    while (below > 1 && folder[below - 1] == '/') {
        below--;
    }
    char *const roots[] = { folder, NULL };
    AUTO_WALK walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (walk == NULL) {
        return fc_fail(err, FC_IO, "%s: %s", fc_brief_of(folder).text, strerror(errno));
    }
    inputs->folders = true;
    for (FTSENT *entry = fts_read(walk); entry != NULL; entry = fts_read(walk)) {
        size_t start = below;
        while (entry->fts_path[start] == '/') {
            start++;
        }
        FC_TRY(take_entry(inputs, walk, entry, &excluded, request, start, err));
    }
    return FC_OK;
}

static bool is_folder(const char *path)
{
    struct stat facts = { 0 };
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static fc_status take_operand(fc_inputs *inputs, char *operand, const fc_inputs_request *request,
                              fc_error *err)
{
    if (operand[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the name of a photo is empty");
    }
    if (strcmp(operand, "-") == 0) {
        for (size_t i = 0; i < inputs->count; i++) {
            if (strcmp(inputs->items[i].path, "-") == 0) {
                return fc_fail(err, FC_INVALID_ARGUMENT, "standard input is named twice");
            }
        }
    }
    if (request->recursive && is_folder(operand)) {
        return walk_folder(inputs, operand, request, err);
    }
    return add(inputs, operand, last_name(operand), FC_INPUT_PHOTO, 0, err);
}

static int compare_identities(const void *left, const void *right)
{
    const fc_file_identity *a = left;
    const fc_file_identity *b = right;
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->device < b->device ? -1 : a->device > b->device ? 1 : 0;
}

static bool identify(const char *path, fc_file_identity *identity)
{
    struct stat facts = { 0 };
    if (stat(path, &facts) != 0) {
        return false;
    }
    *identity = (fc_file_identity){ facts.st_dev, facts.st_ino };
    return true;
}

static fc_status note_identities(fc_inputs *inputs, fc_error *err)
{
    FC_TRY(fc_memory_new(inputs->count, sizeof *inputs->identities, (void **)&inputs->identities,
                         err));
    for (size_t i = 0; i < inputs->count; i++) {
        const bool known =
            identify(inputs->items[i].path, &inputs->identities[inputs->identity_count]);
        inputs->identity_count += known ? 1 : 0;
    }
    qsort(inputs->identities, inputs->identity_count, sizeof *inputs->identities,
          compare_identities);
    return FC_OK;
}

fc_status fc_inputs_collect(char *const *operands, int count, const fc_inputs_request *request,
                            fc_inputs *out, fc_error *err)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(out != NULL && out->items == NULL);
    for (int i = 0; i < count; i++) {
        FC_TRY(take_operand(out, operands[i], request, err));
    }
    return note_identities(out, err);
}

bool fc_inputs_contain(const fc_inputs *inputs, const char *path)
{
    fc_file_identity identity = { 0 };
    return identify(path, &identity) &&
           bsearch(&identity, inputs->identities, inputs->identity_count, sizeof identity,
                   compare_identities) != NULL;
}

void fc_inputs_clear(fc_inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        fc_memory_free(inputs->items[i].path);
    }
    fc_memory_free(inputs->items);
    fc_memory_free(inputs->identities);
    *inputs = (fc_inputs){ 0 };
}
