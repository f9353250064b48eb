#include "infer/onnx_check.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

#define BYTES(text) ((fc_bytes){ (const uint8_t *)(text), sizeof(text) - 1 })

static fc_status check_file(const char *path, fc_error *err)
{
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read(path, 1 << 20, &model, err), *err);
    return fc_onnx_check("model", fc_buffer_bytes(&model), NULL, NULL, err);
}

static void models_in_one_file_pass(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(check_file("tests/data/onnx/sum_and_product.onnx", &err), err);
    ASSERT_OK(check_file("tests/data/onnx/integers.onnx", &err), err);
    ASSERT_OK(fc_onnx_check("empty", BYTES(""), NULL, NULL, &err), err);
}

static void data_in_other_files_is_found_at_every_depth(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, check_file("tests/data/onnx/external.onnx", &err), err);
    assert_non_null(strstr(err.text, "other files"));
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 check_file("tests/data/onnx/external_in_a_branch.onnx", &err), err);
    assert_non_null(strstr(err.text, "other files"));
}

/* The first place of a word; the models of the tests hold few bytes. */
static uint8_t *find_word(fc_buffer *model, const char *word)
{
    size_t at = 0;
    while (memcmp(model->data + at, word, strlen(word)) != 0) {
        at++;
        assert_true(at + strlen(word) <= model->size);
    }
    return model->data + at;
}

static fc_status check_in_folder(fc_buffer *model, fc_error *err)
{
    return fc_onnx_check("model", fc_buffer_bytes(model), "tests/data/onnx", NULL, err);
}

static void data_in_the_models_folder_passes_where_that_is_allowed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/weights_outside.onnx", 1 << 20, &model, &err), err);
    ASSERT_OK(check_in_folder(&model, &err), err);

    uint8_t *offset = find_word(&model, "4096");
    offset[0] = '9';
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, check_in_folder(&model, &err), err);
    assert_string_equal(err.text, "model: 8 bytes at 9096 of 'weights.bin', which has 4104");
    offset[0] = '4';
    uint8_t *key = find_word(&model, "location");
    key[0] = 'L';
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, check_in_folder(&model, &err), err);
    assert_non_null(strstr(err.text, "a way that is not known"));
}

static void data_elsewhere_without_a_place_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes model = BYTES("\x3a\x04\x2a\x02\x70\x01"); /* a graph, a tensor, external */
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_onnx_check("m", model, "tests", NULL, &err), err);
    assert_non_null(strstr(err.text, "plain name"));
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_bytes damaged[] = {
        BYTES("\x3a\x05\x00"), /* a graph longer than the file */
        BYTES("\x12\x05\x00"), /* a text longer than the file */
        BYTES("\x08"),         /* no value */
        BYTES("\x09\x01\x02"), /* half of 64 bits */
        BYTES("\x0b"),         /* a group, which ONNX does not have */
        BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* an endless number */
    };
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_onnx_check("odd", damaged[i], NULL, NULL, &err), err);
        assert_string_equal(err.text, "odd: damaged, not an ONNX file");
    }
}

/* Graph in attribute in node in graph ...: an attacker's way to a stack overflow. */
static fc_status check_nested(int levels, fc_error *err)
{
    enum { LEVELS_MAX = 63 };                             /* so that each length is one byte */
    static const uint8_t FIELDS[] = { 0x0a, 0x2a, 0x32 }; /* node, attribute, graph */
    assert_true(levels <= LEVELS_MAX);
    uint8_t model[2 + 2 * LEVELS_MAX] = { 0x3a, (uint8_t)(2 * levels) };
    for (int i = 0; i < levels; i++) {
        model[2 + 2 * i] = FIELDS[i % 3];
        model[3 + 2 * i] = (uint8_t)(2 * (levels - 1 - i));
    }
    return fc_onnx_check("deep", (fc_bytes){ model, 2 + 2 * (size_t)levels }, NULL, NULL, err);
}

static void bottomless_nesting_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(check_nested(62, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, check_nested(63, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_in_one_file_pass),
        cmocka_unit_test(data_in_other_files_is_found_at_every_depth),
        cmocka_unit_test(data_in_the_models_folder_passes_where_that_is_allowed),
        cmocka_unit_test(data_elsewhere_without_a_place_is_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(bottomless_nesting_is_refused),
    };
    return cmocka_run_group_tests_name("infer/onnx_check", tests, NULL, NULL);
}
