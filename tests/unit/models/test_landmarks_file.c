#include "models/landmarks_file.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_predictor.h"
#include "support/fc_test.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

static void a_model_comes_out_as_it_was_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_predictor predictor = FC_PREDICTOR;
    predictor.cascades = 2;
    predictor.trees = 3;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), err);
    assert_int_equal(model->cascade_count, 2);
    assert_int_equal(model->tree_count, 3);
    assert_int_equal(model->pixel_count, 2);
    assert_true(model->initial[2 * 67] == 3 / 8.0F);
    assert_true(model->initial[2 * 67 + 1] == 1.0F);
    const fc_landmark_split *last = &model->splits[2 * 3 * FC_LANDMARK_SPLITS - 1];
    assert_int_equal(last->pixel_a, 0);
    assert_int_equal(last->pixel_b, 1);
    assert_true(last->threshold == 10.0F);
    const size_t leaf = 2 * 3 * FC_LANDMARK_LEAVES - 1;
    assert_true(model->leaves[leaf * FC_LANDMARK_COORDINATES] == 15 / 16.0F);
    assert_true(model->leaves[leaf * FC_LANDMARK_COORDINATES + 1] == 0.0F);
    assert_int_equal(model->anchors[3], 67);
}

static void assert_refused(const fc_predictor *predictor, const char *reason)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(predictor, &file);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err),
                 err);
    assert_null(model);
    if (strstr(err.text, reason) == NULL) {
        fail_msg("expected \"%s\" in \"%s\"", reason, err.text);
    }
}

static void another_kind_of_model_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        int value;
        const char *reason;
    } CASES[] = {
        { offsetof(fc_predictor, version), 2, "no version 1" },
        { offsetof(fc_predictor, coordinates), 10, "another number of points" },
        { offsetof(fc_predictor, splits), 31, "another depth" },
        { offsetof(fc_predictor, leaves), 17, "another depth" },
        { offsetof(fc_predictor, cascades), 0, "cascades outside 1..64" },
        { offsetof(fc_predictor, cascades), -5, "cascades outside 1..64" },
        { offsetof(fc_predictor, cascades), 65, "cascades outside 1..64" },
        { offsetof(fc_predictor, trees), 0, "trees outside 1..4096" },
        { offsetof(fc_predictor, pixels), 0, "pixels outside 1..1024" },
        { offsetof(fc_predictor, pixels), 1025, "pixels outside 1..1024" },
        { offsetof(fc_predictor, pixel_a), 2, "a pixel that is not sampled" },
        { offsetof(fc_predictor, pixel_a), 1024, "pixel that cannot be" },
        { offsetof(fc_predictor, anchor_of_1), 68, "no such anchor" },
        { offsetof(fc_predictor, threshold), 1025, "outside +-1024" },
        { offsetof(fc_predictor, exponent), 32000, "not finite" },
        { offsetof(fc_predictor, exponent), -200, "without extent" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_predictor predictor = FC_PREDICTOR;
        memcpy((char *)&predictor + CASES[i].field, &CASES[i].value, sizeof CASES[i].value);
        assert_refused(&predictor, CASES[i].reason);
    }
}

static void a_file_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    fc_landmark_model *model = NULL;
    for (size_t size = 0; size < file.size; size++) {
        /* A copy of its own, so that a read beyond its end is seen by the address sanitizer. */
        void *copy = NULL;
        ASSERT_OK(fc_memory_new(size, 1, &copy, &err), err);
        memcpy(copy, file.data, size);
        const fc_bytes bytes = { copy, size };
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(bytes, &model, &err), err);
        fc_memory_free(copy);
    }
    assert_null(model);
}

static void bytes_after_the_end_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    ASSERT_OK(fc_buffer_append(&file, "", 1, &err), err);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err),
                 err);
    assert_non_null(strstr(err.text, "after the last number"));
}

/* 64 x 4096 trees would take 2.3 GB: such a file of 555 bytes must not be believed. */
static void announced_trees_take_no_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_predictor predictor = FC_PREDICTOR;
    predictor.cascades = 64;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX << 4);
    fc_predictor_write(&predictor, &file);
    const size_t head = 2 + 2 + 2 + 136 * 4; /* version, initial shape */
    assert_memory_equal(file.data + head, "\x01\x40\x01\x01", 4);
    FC_AUTO_BUFFER(lie, FILE_BYTES_MAX);
    ASSERT_OK(fc_buffer_append(&lie, file.data, head, &err), err);
    ASSERT_OK(fc_buffer_append(&lie, "\x01\x40\x02\x00\x10", 5, &err), err);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&lie), &model, &err),
                 err);
    assert_non_null(strstr(err.text, "more trees announced"));
}

/* The plain reference: one number after the other, without any checks. */
static int64_t plain_integer(const uint8_t **at)
{
    const uint8_t *number = *at;
    const int size = number[0] & 0x0F;
    int64_t magnitude = 0;
    for (int i = size; i > 0; i--) {
        magnitude = magnitude << 8 | number[i];
    }
    *at += 1 + size;
    return (number[0] & 0x80) != 0 ? -magnitude : magnitude;
}

static void assert_reals(const uint8_t **at, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int64_t mantissa = plain_integer(at);
        const int64_t exponent = plain_integer(at);
        const float wanted = (float)ldexp((double)mantissa, (int)exponent);
        assert_memory_equal(&values[i], &wanted, sizeof wanted);
    }
}

static void reals_of_every_length_come_out_exact(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(plain, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &plain);
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    const size_t head = 2 + 2 + 2;
    ASSERT_OK(fc_buffer_append(&file, plain.data, head, &err), err);
    for (int i = 0; i < FC_LANDMARK_COORDINATES; i++) {
        static const uint8_t EXPONENTS[] = { 14, 15, 24, 125, 126, 127, 130, 13, 20 };
        const uint8_t exponent = EXPONENTS[i % 9];
        const int bytes = exponent == 13 ? 2 : i % 31 == 30 ? 1 : 3;
        const uint8_t number[] = { (uint8_t)(bytes | (i % 2 != 0 ? 0x80 : 0)),
                                   (uint8_t)(i * 37 + 1), (uint8_t)(i * 91), 0xFF };
        const uint8_t power[] = { 0x81, exponent };
        ASSERT_OK(fc_buffer_append(&file, number, (size_t)bytes + 1, &err), err);
        ASSERT_OK(fc_buffer_append(&file, power, sizeof power, &err), err);
    }
    const size_t column = (size_t)FC_LANDMARK_COORDINATES * 4;
    ASSERT_OK(fc_buffer_append(&file, plain.data + head + column, plain.size - head - column, &err),
              err);
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), err);
    const uint8_t *at = file.data + head;
    assert_reals(&at, model->initial, FC_LANDMARK_COORDINATES);
}

static void the_published_file_comes_out_as_the_plain_reference_reads_it(void **state)
{
    (void)state;
    static const char PATH[] = "models/shape_predictor_68_face_landmarks.dat";
    if (access(PATH, R_OK) != 0) {
        print_message("%s is not here: run tools/fetch --with dlib\n", PATH);
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_mapping_new(PATH, (size_t)1 << 28, &file, &err), err);
    ASSERT_OK(fc_landmark_model_load(file, &model, &err), err);
    const uint8_t *at = file->bytes.data + 2 + 2 + 2;
    assert_reals(&at, model->initial, FC_LANDMARK_COORDINATES);
    assert_int_equal(plain_integer(&at), model->cascade_count);
    const fc_landmark_split *split = model->splits;
    const float *leaf = model->leaves;
    for (int32_t i = 0; i < model->cascade_count * model->tree_count; i++) {
        if (i % model->tree_count == 0) {
            assert_int_equal(plain_integer(&at), model->tree_count);
        }
        (void)plain_integer(&at);
        for (int j = 0; j < FC_LANDMARK_SPLITS; j++, split++) {
            assert_int_equal(plain_integer(&at), split->pixel_a);
            assert_int_equal(plain_integer(&at), split->pixel_b);
            assert_reals(&at, &split->threshold, 1);
        }
        (void)plain_integer(&at);
        for (int j = 0; j < FC_LANDMARK_LEAVES; j++, leaf += FC_LANDMARK_COORDINATES) {
            (void)plain_integer(&at);
            (void)plain_integer(&at);
            assert_reals(&at, leaf, FC_LANDMARK_COORDINATES);
        }
    }
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    FC_AUTO(fc_landmark_model) model = NULL;
    SWEEP_ALLOCATIONS(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), model == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_comes_out_as_it_was_written),
        cmocka_unit_test(another_kind_of_model_is_refused_with_the_reason),
        cmocka_unit_test(a_file_cut_short_anywhere_is_refused),
        cmocka_unit_test(bytes_after_the_end_are_refused),
        cmocka_unit_test(announced_trees_take_no_memory),
        cmocka_unit_test(reals_of_every_length_come_out_exact),
        cmocka_unit_test(the_published_file_comes_out_as_the_plain_reference_reads_it),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/landmarks_file", tests, NULL, NULL);
}
