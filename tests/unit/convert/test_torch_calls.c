/* Checkpoints that are refused as a whole: test_torch_checkpoint. */
#include "convert/torch_calls.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)1 << 16)
#define ARENA_BYTES_MAX ((size_t)1 << 16)

static fc_bytes text(const char *letters)
{
    return (fc_bytes){ (const uint8_t *)letters, strlen(letters) };
}

static fc_torch_value text_value(const char *letters)
{
    return (fc_torch_value){ .kind = FC_TORCH_TEXT, .text = text(letters) };
}

static fc_torch_value number(int64_t integer)
{
    return (fc_torch_value){ .kind = FC_TORCH_INTEGER, .integer = integer };
}

static fc_torch_value tuple(const fc_torch_value *items, size_t count)
{
    return (fc_torch_value){ .kind = FC_TORCH_TUPLE, .count = count, .items = items };
}

static fc_torch_value name_of(const char *module, const char *name)
{
    fc_error err = { 0 };
    fc_torch_value value = { 0 };
    ASSERT_OK(fc_torch_name(text(module), text(name), &value, &err), err);
    assert_int_equal(value.kind, FC_TORCH_NAME);
    return value;
}

static void names_are_known_with_their_module_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_torch_value value = { .count = 77 };
    (void)name_of("torch", "HalfStorage");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_torch_name(text("os"), text("FloatStorage"), &value, &err), err);
    assert_string_equal(err.text, "checkpoint: it wants to use 'os.FloatStorage'; only float32 and "
                                  "float16 tensors are read");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_torch_name(text(""), text("torch"), &value, &err), err);
    assert_int_equal(value.count, 77);
}

static void dictionaries_are_made_and_parameters_are_their_tensors(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value made = { 0 };
    const fc_torch_value nothing = tuple(NULL, 0);
    const fc_torch_value dictionary = name_of("collections", "OrderedDict");
    const fc_torch_value parameter = name_of("torch._utils", "_rebuild_parameter");
    ASSERT_OK(fc_torch_call(&arena, &dictionary, &nothing, &made, &err), err);
    assert_int_equal(made.kind, FC_TORCH_DICT);
    assert_int_equal(made.dict->count, 0);

    const fc_torch_tensor tensor = { .rank = 1 };
    const fc_torch_value items[] = { { .kind = FC_TORCH_TENSOR, .tensor = &tensor },
                                     { .kind = FC_TORCH_NONE },
                                     made };
    const fc_torch_value three = tuple(items, 3);
    ASSERT_OK(fc_torch_call(&arena, &parameter, &three, &made, &err), err);
    assert_ptr_equal(made.tensor, &tensor);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_torch_call(&arena, &dictionary, &three, &made, &err),
                 err);
    assert_string_equal(err.text, "checkpoint: 'OrderedDict' is called with 3 values");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_torch_call(&arena, &items[0], &nothing, &made, &err),
                 err);
    assert_string_equal(err.text,
                        "checkpoint: its pickle calls a value that is not a name, or without a "
                        "tuple");
    fc_arena_clear(&arena);
}

/* Storage 0 of the file: 8 values of float32, 16 of float16. */
static fc_status take_storage(const fc_torch_zip *zip, const char *type, const char *key,
                              int64_t count, fc_arena *arena, fc_torch_value *out, fc_error *err)
{
    const fc_torch_value parts[] = { text_value("storage"), name_of("torch", type), text_value(key),
                                     text_value("cpu"), number(count) };
    const fc_torch_value identifier = tuple(parts, 5);
    return fc_torch_storage(arena, zip, &identifier, out, err);
}

static fc_status make_tensor(const fc_torch_value *storage, int64_t rows, int64_t stride,
                             fc_arena *arena, fc_torch_value *out, fc_error *err)
{
    const fc_torch_value shape[] = { number(rows), number(2) };
    const fc_torch_value strides[] = { number(stride), number(1) };
    const fc_torch_value parts[] = { *storage,
                                     number(2),
                                     tuple(shape, 2),
                                     tuple(strides, 2),
                                     { .kind = FC_TORCH_NONE },
                                     { .kind = FC_TORCH_NONE } };
    const fc_torch_value called = name_of("torch._utils", "_rebuild_tensor_v2");
    const fc_torch_value arguments = tuple(parts, 6);
    return fc_torch_call(arena, &called, &arguments, out, err);
}

static fc_torch_zip *open_zip(fc_buffer *file)
{
    fc_error err = { 0 };
    fc_torch_zip *zip = NULL;
    fc_torch_pickle_write(".", 1, file);
    ASSERT_OK(fc_torch_zip_new(fc_buffer_bytes(file), &zip, &err), err);
    return zip;
}

static void tensors_lie_in_their_storage(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value storage = { 0 };
    fc_torch_value made = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_AUTO(fc_torch_zip) zip = open_zip(&file);
    ASSERT_OK(take_storage(zip, "HalfStorage", "0", 16, &arena, &storage, &err), err);
    assert_int_equal(storage.tensor->type, FC_TORCH_FLOAT16);
    ASSERT_OK(take_storage(zip, "FloatStorage", "0", 8, &arena, &storage, &err), err);
    ASSERT_OK(make_tensor(&storage, 3, 2, &arena, &made, &err), err);
    const float expected[6] = { 2, 3, 4, 5, 6, 7 };
    assert_int_equal(made.tensor->data.size, sizeof expected);
    assert_memory_equal(made.tensor->data.data, expected, sizeof expected);
    fc_arena_clear(&arena);
}

static void what_does_not_fit_its_storage_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value storage = { 0 };
    fc_torch_value made = { .count = 77 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_AUTO(fc_torch_zip) zip = open_zip(&file);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 take_storage(zip, "FloatStorage", "0", 7, &arena, &storage, &err), err);
    assert_string_equal(err.text, "checkpoint: entry data/0 has 32 bytes, not 7 values of 4");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 take_storage(zip, "FloatStorage", "../1", 8, &arena, &storage, &err), err);
    const fc_torch_value flat = number(1);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_torch_storage(&arena, zip, &flat, &storage, &err), err);

    ASSERT_OK(take_storage(zip, "FloatStorage", "0", 8, &arena, &storage, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, make_tensor(&storage, 4, 2, &arena, &made, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, make_tensor(&storage, INT64_MAX, 2, &arena, &made, &err),
                 err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, make_tensor(&storage, 2, 1, &arena, &made, &err), err);
    assert_string_equal(err.text,
                        "checkpoint: a tensor does not lie in C order, only those are read");
    assert_int_equal(made.count, 77);
    fc_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known_with_their_module_only),
        cmocka_unit_test(dictionaries_are_made_and_parameters_are_their_tensors),
        cmocka_unit_test(tensors_lie_in_their_storage),
        cmocka_unit_test(what_does_not_fit_its_storage_is_refused),
    };
    return cmocka_run_group_tests_name("convert/torch_calls", tests, NULL, NULL);
}
