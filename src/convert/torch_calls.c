#include "convert/torch_calls.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum name {
    ORDERED_DICT,
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    FLOAT_STORAGE,
    HALF_STORAGE,
    NAMES_COUNT,
};

static const struct {
    const char *module;
    const char *name;
} NAMES[NAMES_COUNT] = {
    [ORDERED_DICT] = { "collections", "OrderedDict" },
    [REBUILD_TENSOR] = { "torch._utils", "_rebuild_tensor_v2" },
    [REBUILD_PARAMETER] = { "torch._utils", "_rebuild_parameter" },
    [FLOAT_STORAGE] = { "torch", "FloatStorage" },
    [HALF_STORAGE] = { "torch", "HalfStorage" },
};

static fc_status refuse(fc_error *err, const char *what)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: %s", what);
}

static bool equals(fc_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Untrusted bytes for a text: what cannot be printed becomes a question mark, and it is cut. */
static void copy_printable(fc_bytes from, char *to, size_t size)
{
    size_t length = 0;
    while (length < from.size && length + 1 < size) {
        const uint8_t letter = from.data[length];
        to[length++] = (char)(letter > ' ' && letter < 0x7f ? letter : '?');
    }
    to[length] = '\0';
}

fc_status fc_torch_name(fc_bytes module, fc_bytes name, fc_torch_value *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    for (int i = 0; i < NAMES_COUNT; i++) {
        if (equals(module, NAMES[i].module) && equals(name, NAMES[i].name)) {
            *out = (fc_torch_value){ .kind = FC_TORCH_NAME, .name = i };
            return FC_OK;
        }
    }
    char words[2][48];
    copy_printable(module, words[0], sizeof words[0]);
    copy_printable(name, words[1], sizeof words[1]);
    return fc_fail(err, FC_MODEL_UNAVAILABLE,
                   "checkpoint: it wants to use '%s.%s'; only float32 and float16 tensors are read",
                   words[0], words[1]);
}

/* ---- tensors ---- */

static size_t size_of(fc_torch_type type)
{
    return type == FC_TORCH_FLOAT16 ? 2 : 4;
}

fc_status fc_torch_storage(fc_arena *arena, const fc_torch_zip *zip,
                           const fc_torch_value *identifier, fc_torch_value *out, fc_error *err)
{
    const fc_torch_value *parts = identifier->items;
    const bool fits = identifier->kind == FC_TORCH_TUPLE && identifier->count == 5 &&
                      parts[0].kind == FC_TORCH_TEXT && equals(parts[0].text, "storage") &&
                      parts[1].kind == FC_TORCH_NAME && parts[1].name >= FLOAT_STORAGE &&
                      parts[2].kind == FC_TORCH_TEXT && parts[3].kind == FC_TORCH_TEXT &&
                      parts[4].kind == FC_TORCH_INTEGER;
    if (!fits) {
        return refuse(err, "a storage is not described as PyTorch does");
    }
    const int64_t count = parts[4].integer;
    const fc_torch_type type = parts[1].name == HALF_STORAGE ? FC_TORCH_FLOAT16 : FC_TORCH_FLOAT32;
    char key[48];
    copy_printable(parts[2].text, key, sizeof key);
    const fc_torch_entry *entry = fc_torch_zip_lookup(zip, "data/", parts[2].text);
    if (entry == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: no entry data/%s", key);
    }
    if (count <= 0 || (uint64_t)count != entry->data.size / size_of(type) ||
        entry->data.size % size_of(type) != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: entry data/%s has %zu bytes, not %" PRId64 " values of %zu",
                       key, entry->data.size, count, size_of(type));
    }
    fc_torch_tensor *storage = NULL;
    FC_TRY(fc_arena_new(arena, 1, sizeof *storage, (void **)&storage, err));
    *storage =
        (fc_torch_tensor){ .data = entry->data, .shape = { count }, .rank = 1, .type = type };
    *out = (fc_torch_value){ .kind = FC_TORCH_STORAGE, .tensor = storage };
    return FC_OK;
}

/* Reads the lengths of the axes, and counts the values: at most `limit`. */
static bool read_shape(const fc_torch_value *lengths, int64_t limit, fc_torch_tensor *tensor,
                       int64_t *count)
{
    if (lengths->kind != FC_TORCH_TUPLE || lengths->count > FC_TORCH_RANK_MAX) {
        return false;
    }
    *count = 1;
    tensor->rank = (int32_t)lengths->count;
    for (size_t axis = 0; axis < lengths->count; axis++) {
        const fc_torch_value *length = &lengths->items[axis];
        if (length->kind != FC_TORCH_INTEGER || length->integer < 1 ||
            length->integer > limit / *count) {
            return false;
        }
        tensor->shape[axis] = length->integer;
        *count *= length->integer;
    }
    return true;
}

/* Rows without gaps, in C order. Along an axis of length 1 no step is ever made. */
static bool is_dense(const fc_torch_tensor *tensor, const fc_torch_value *strides)
{
    if (strides->kind != FC_TORCH_TUPLE || strides->count != (size_t)tensor->rank) {
        return false;
    }
    int64_t wanted = 1;
    for (int32_t axis = tensor->rank - 1; axis >= 0; axis--) {
        const fc_torch_value *stride = &strides->items[axis];
        const bool fits = stride->kind == FC_TORCH_INTEGER &&
                          (stride->integer == wanted || tensor->shape[axis] == 1);
        if (!fits) {
            return false;
        }
        wanted *= tensor->shape[axis];
    }
    return true;
}

/* (storage, offset, shape, strides, requires_grad, hooks), and perhaps something about it. */
static fc_status rebuild_tensor(fc_arena *arena, const fc_torch_value *arguments,
                                fc_torch_value *out, fc_error *err)
{
    const fc_torch_value *parts = arguments->items;
    if (arguments->count < 6 || arguments->count > 7 || parts[0].kind != FC_TORCH_STORAGE ||
        parts[1].kind != FC_TORCH_INTEGER) {
        return refuse(err, "a tensor is not described as PyTorch does");
    }
    const fc_torch_tensor *storage = parts[0].tensor;
    const int64_t offset = parts[1].integer;
    const int64_t room = offset < 0 ? 0 : storage->shape[0] - offset;
    fc_torch_tensor *tensor = NULL;
    FC_TRY(fc_arena_new(arena, 1, sizeof *tensor, (void **)&tensor, err));
    int64_t count = 0;
    if (room < 1 || !read_shape(&parts[2], room, tensor, &count)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: a tensor from value %" PRId64
                       " on, with its shape, does not fit into its storage of %" PRId64 " values",
                       offset, storage->shape[0]);
    }
    if (!is_dense(tensor, &parts[3])) {
        return refuse(err, "a tensor does not lie in C order, only those are read");
    }
    const size_t size = size_of(storage->type);
    tensor->type = storage->type;
    tensor->data = (fc_bytes){ storage->data.data + (size_t)offset * size, (size_t)count * size };
    *out = (fc_torch_value){ .kind = FC_TORCH_TENSOR, .tensor = tensor };
    return FC_OK;
}

fc_status fc_torch_call(fc_arena *arena, const fc_torch_value *called,
                        const fc_torch_value *arguments, fc_torch_value *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    if (called->kind != FC_TORCH_NAME || arguments->kind != FC_TORCH_TUPLE) {
        return refuse(err, "its pickle calls a value that is not a name, or without a tuple");
    }
    const fc_torch_value *parts = arguments->items;
    if (called->name == ORDERED_DICT && arguments->count == 0) {
        fc_torch_dict *dict = NULL;
        FC_TRY(fc_arena_new(arena, 1, sizeof *dict, (void **)&dict, err));
        *out = (fc_torch_value){ .kind = FC_TORCH_DICT, .dict = dict };
        return FC_OK;
    }
    if (called->name == REBUILD_TENSOR) {
        return rebuild_tensor(arena, arguments, out, err);
    }
    if (called->name == REBUILD_PARAMETER && arguments->count == 3 &&
        parts[0].kind == FC_TORCH_TENSOR) {
        *out = parts[0];
        return FC_OK;
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: '%s' is called with %zu values",
                   NAMES[called->name].name, arguments->count);
}
