#include "convert/torch_checkpoint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "convert/arena.h"
#include "convert/torch_pickle.h"
#include "convert/torch_zip.h"

/** Memory for what the pickle makes; CodeFormer needs 3 MB, nearly all of it stack and memo. */
#define ARENA_BYTES_MAX ((size_t)32 << 20)

struct fc_torch_checkpoint {
    fc_torch_zip *zip;
    fc_torch_tensor *tensors; /* ordered by name */
    size_t count;
};

static int compare_names(const void *a, const void *b)
{
    const fc_bytes left = ((const fc_torch_tensor *)a)->name;
    const fc_bytes right = ((const fc_torch_tensor *)b)->name;
    const size_t shorter = left.size < right.size ? left.size : right.size;
    const int order = shorter == 0 ? 0 : memcmp(left.data, right.data, shorter);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

static fc_status find_part(const fc_torch_value *top, const char *part, const fc_torch_dict **out,
                           fc_error *err)
{
    const fc_torch_dict *dict = top->kind == FC_TORCH_DICT ? top->dict : NULL;
    for (size_t i = 0; dict != NULL && i + 1 < dict->count; i += 2) {
        const fc_torch_value *key = &dict->items[i];
        const fc_torch_value *value = &dict->items[i + 1];
        if (key->kind == FC_TORCH_TEXT && key->text.size == strlen(part) &&
            memcmp(key->text.data, part, key->text.size) == 0 && value->kind == FC_TORCH_DICT) {
            *out = value->dict;
            return FC_OK;
        }
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: no dictionary '%s' in it", part);
}

static fc_status collect(const fc_torch_dict *dict, fc_torch_checkpoint *into, fc_error *err)
{
    const size_t count = dict->count / 2;
    if (count == 0 || count > FC_TORCH_TENSORS_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: %zu tensors, 1 to %d are read",
                       count, FC_TORCH_TENSORS_MAX);
    }
    FC_TRY(fc_memory_new_zeroed(count, sizeof *into->tensors, (void **)&into->tensors, err));
    into->count = count;
    for (size_t i = 0; i < count; i++) {
        const fc_torch_value *name = &dict->items[2 * i];
        const fc_torch_value *tensor = &dict->items[2 * i + 1];
        if (name->kind != FC_TORCH_TEXT || tensor->kind != FC_TORCH_TENSOR) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "checkpoint: item %zu is no tensor with a name", i);
        }
        into->tensors[i] = *tensor->tensor;
        into->tensors[i].name = name->text;
    }
    qsort(into->tensors, count, sizeof *into->tensors, compare_names);
    for (size_t i = 1; i < count; i++) {
        if (compare_names(&into->tensors[i - 1], &into->tensors[i]) == 0) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: two tensors have one name");
        }
    }
    return FC_OK;
}

static fc_status read_tensors(fc_torch_checkpoint *checkpoint, fc_arena *arena, const char *part,
                              fc_error *err)
{
    fc_torch_value top = { 0 };
    const fc_torch_dict *dict = NULL;
    FC_TRY(fc_torch_pickle_read(checkpoint->zip, arena, &top, err));
    FC_TRY(find_part(&top, part, &dict, err));
    FC_ASSERT(dict != NULL);
    return collect(dict, checkpoint, err);
}

fc_status fc_torch_checkpoint_new(fc_bytes file, const char *part, fc_torch_checkpoint **out,
                                  fc_error *err)
{
    FC_ASSERT(part != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_torch_checkpoint), (void **)&checkpoint, err));
    FC_TRY(fc_torch_zip_new(file, &checkpoint->zip, err));
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    const fc_status status = read_tensors(checkpoint, &arena, part, err);
    fc_arena_clear(&arena);
    FC_TRY(status);
    *out = FC_STEAL(checkpoint);
    return FC_OK;
}

void fc_torch_checkpoint_free(fc_torch_checkpoint *checkpoint)
{
    if (checkpoint != NULL) {
        fc_torch_zip_free(checkpoint->zip);
        fc_memory_free(checkpoint->tensors);
        fc_memory_free(checkpoint);
    }
}

const fc_torch_tensor *fc_torch_checkpoint_lookup(const fc_torch_checkpoint *checkpoint,
                                                  const char *name)
{
    FC_ASSERT(checkpoint != NULL);
    FC_ASSERT(name != NULL);
    const fc_torch_tensor wanted = { .name = { (const uint8_t *)name, strlen(name) } };
    return bsearch(&wanted, checkpoint->tensors, checkpoint->count, sizeof *checkpoint->tensors,
                   compare_names);
}

const fc_torch_zip *fc_torch_checkpoint_zip(const fc_torch_checkpoint *checkpoint)
{
    FC_ASSERT(checkpoint != NULL);
    return checkpoint->zip;
}
