#define _GNU_SOURCE /* mkdtemp, memmem */

#include "convert/onnx_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "infer/session.h"
#include "support/fc_test.h"

#define BYTES_MAX ((size_t)1 << 20)

static const int64_t SHAPE[] = { 2, 3 };

/* y = x transposed, plus a constant, plus itself `more` times. */
static fc_status write_model(size_t bytes_max, int more, fc_buffer *out, fc_error *err)
{
    static const int64_t FLIPPED[] = { 3, 2 };
    static const int64_t ORDER[] = { 1, 0 };
    const fc_onnx_attribute order = { .name = "perm", .integers = ORDER, .count = 2 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    fc_onnx_value x = 0;
    fc_onnx_value ten = 0;
    fc_onnx_value flipped = 0;
    fc_onnx_value sum = 0;
    float *data = NULL;
    FC_TRY(fc_onnx_writer_new(bytes_max, &writer, err));
    FC_TRY(fc_onnx_add_input(writer, SHAPE, 2, &x, err));
    FC_TRY(fc_onnx_add_floats(writer, NULL, 0, &data, &ten, err));
    *data = 10.0F;
    const fc_onnx_node flip = { "Transpose", { x }, 1, &order, 1, NULL };
    FC_TRY(fc_onnx_add_node(writer, &flip, &flipped, err));
    const fc_onnx_node add = { "Add", { flipped, ten }, 2, NULL, 0, NULL };
    FC_TRY(fc_onnx_add_node(writer, &add, &sum, err));
    for (int i = 0; i < more; i++) {
        const fc_onnx_node again = { "Add", { sum, flipped }, 2, NULL, 0, NULL };
        FC_TRY(fc_onnx_add_node(writer, &again, &sum, err));
    }
    FC_TRY(fc_onnx_add_output(writer, sum, FLIPPED, 2, err));
    return fc_onnx_pack(writer, out, err);
}

static void what_is_written_runs(void **state)
{
    (void)state;
    enum { MORE = 70 }; /* so that the list of nodes grows twice */
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_OK(write_model(BYTES_MAX, MORE, &model, &err), err);

    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_session_new(runtime, "written", fc_buffer_bytes(&model), &session, &err), err);
    float x[6] = { 1, 2, 3, 4, 5, 6 };
    float y[6] = { 0 };
    const fc_tensor input = { .data = x, .shape = { 2, 3 }, .rank = 2 };
    const fc_tensor output = { .data = y, .shape = { 3, 2 }, .rank = 2 };
    ASSERT_OK(fc_session_run(session, &input, 1, &output, 1, &err), err);
    const float expected[6] = { 1, 4, 2, 5, 3, 6 };
    for (int i = 0; i < 6; i++) {
        assert_float_equal(y[i], expected[i] * (MORE + 1) + 10, 0.0F);
    }
}

static void integers_are_64_bit_constants(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    ASSERT_OK(fc_onnx_writer_new(BYTES_MAX, &writer, &err), err);
    const int64_t values[] = { 3, 2 };
    fc_onnx_value x = 0;
    fc_onnx_value shape = 0;
    fc_onnx_value y = 0;
    ASSERT_OK(fc_onnx_add_input(writer, SHAPE, 2, &x, &err), err);
    ASSERT_OK(fc_onnx_add_integers(writer, values, 2, &shape, &err), err);
    const fc_onnx_node reshape = { "Reshape", { x, shape }, 2, NULL, 0, NULL };
    ASSERT_OK(fc_onnx_add_node(writer, &reshape, &y, &err), err);
    ASSERT_OK(fc_onnx_add_output(writer, y, values, 2, &err), err);
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_OK(fc_onnx_pack(writer, &model, &err), err);

    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_session_new(runtime, "written", fc_buffer_bytes(&model), &session, &err), err);
}

/* 1 x 1 x 1 x 2 values through a convolution that turns their signs. */
static fc_status write_turned(fc_onnx_value *x, fc_onnx_value *y, fc_onnx_writer **out,
                              fc_error *err)
{
    static const int64_t PICTURE[] = { 1, 1, 1, 2 };
    static const int64_t KERNEL[] = { 1, 1, 1, 1 };
    fc_onnx_value factor = 0;
    float *data = NULL;
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(BYTES_MAX, &writer, err));
    FC_TRY(fc_onnx_add_input(writer, PICTURE, 4, x, err));
    FC_TRY(fc_onnx_add_floats(writer, KERNEL, 4, &data, &factor, err));
    *data = -1.0F;
    const fc_onnx_node turn = { "Conv", { *x, factor }, 2, NULL, 0, NULL };
    FC_TRY(fc_onnx_add_node(writer, &turn, y, err));
    FC_TRY(fc_onnx_add_output(writer, *y, PICTURE, 4, err));
    *out = FC_STEAL(writer);
    return FC_OK;
}

static void convolutions_take_in_an_activation(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    fc_onnx_value x = 0;
    fc_onnx_value y = 0;
    bool fused = false;
    ASSERT_OK(write_turned(&x, &y, &writer, &err), err);
    ASSERT_OK(fc_onnx_fuse_activation(writer, y, "Relu", &fused, &err), err);
    assert_true(fused);
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_OK(fc_onnx_pack(writer, &model, &err), err);

    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_session_new(runtime, "written", fc_buffer_bytes(&model), &session, &err), err);
    float values[2] = { 3, -4 };
    float results[2] = { 0 };
    const fc_tensor input = { .data = values, .shape = { 1, 1, 1, 2 }, .rank = 4 };
    const fc_tensor output = { .data = results, .shape = { 1, 1, 1, 2 }, .rank = 4 };
    ASSERT_OK(fc_session_run(session, &input, 1, &output, 1, &err), err);
    assert_float_equal(results[0], 0, 0.0F);
    assert_float_equal(results[1], 4, 0.0F);
}

static void only_plain_convolutions_take_in_an_activation(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    fc_onnx_value x = 0;
    fc_onnx_value y = 0;
    bool fused = true;
    ASSERT_OK(write_turned(&x, &y, &writer, &err), err);
    ASSERT_OK(fc_onnx_fuse_activation(writer, x, "Relu", &fused, &err), err);
    assert_false(fused); /* an input */
    ASSERT_OK(fc_onnx_fuse_activation(writer, y, "Relu", &fused, &err), err);
    ASSERT_OK(fc_onnx_fuse_activation(writer, y, "Sigmoid", &fused, &err), err);
    assert_false(fused); /* it has one */
}

/* x, and two convolutions of it in blocks of 4 channels. */
static fc_status write_blocks(fc_onnx_value values[3], fc_onnx_writer **out, fc_error *err)
{
    static const int64_t PICTURE[] = { 1, 3, 1, 2 };
    static const int64_t KERNEL[] = { 4, 3, 1, 1 };
    fc_onnx_value factors = 0;
    float *data = NULL;
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(BYTES_MAX, &writer, err));
    FC_TRY(fc_onnx_add_input(writer, PICTURE, 4, &values[0], err));
    FC_TRY(fc_onnx_add_floats(writer, KERNEL, 4, &data, &factors, err));
    const fc_onnx_node node = { "Conv", { values[0], factors }, 2, NULL, 0, FC_ONNX_BLOCKS };
    FC_TRY(fc_onnx_add_node(writer, &node, &values[1], err));
    FC_TRY(fc_onnx_add_node(writer, &node, &values[2], err));
    *out = FC_STEAL(writer);
    return FC_OK;
}

static void convolutions_in_blocks_take_in_one_sum(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    fc_onnx_value values[3] = { 0 };
    bool fused = true;
    ASSERT_OK(write_blocks(values, &writer, &err), err);
    ASSERT_OK(fc_onnx_fuse_sum(writer, values[0], values[1], &fused, &err), err);
    assert_false(fused); /* an input */
    ASSERT_OK(fc_onnx_fuse_sum(writer, values[1], values[2], &fused, &err), err);
    assert_true(fused);
    ASSERT_OK(fc_onnx_fuse_sum(writer, values[1], values[2], &fused, &err), err);
    assert_false(fused); /* it has one */
    ASSERT_OK(fc_onnx_fuse_activation(writer, values[1], "Relu", &fused, &err), err);
    assert_true(fused);
    ASSERT_OK(fc_onnx_fuse_activation(writer, values[2], "Relu", &fused, &err), err);
    ASSERT_OK(fc_onnx_fuse_sum(writer, values[2], values[0], &fused, &err), err);
    assert_false(fused); /* its function comes before */

    fc_onnx_value x = 0;
    fc_onnx_value y = 0;
    FC_AUTO(fc_onnx_writer) plain = NULL;
    ASSERT_OK(write_turned(&x, &y, &plain, &err), err);
    ASSERT_OK(fc_onnx_fuse_sum(plain, y, x, &fused, &err), err);
    assert_false(fused);
}

/* y = x + six numbers of the file "numbers", float32 or float16. */
static fc_status write_external(const fc_onnx_external *place, fc_buffer *out, fc_error *err)
{
    static const fc_onnx_attribute FLOAT32 = { .name = "to", .integer = 1 };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    fc_onnx_value x = 0;
    fc_onnx_value numbers = 0;
    FC_TRY(fc_onnx_writer_new(BYTES_MAX, &writer, err));
    FC_TRY(fc_onnx_add_input(writer, SHAPE, 2, &x, err));
    FC_TRY(fc_onnx_add_external(writer, place, SHAPE, 2, &numbers, err));
    FC_TRY(fc_onnx_add_remark(writer, "made.by", "a test", err));
    const fc_onnx_node cast = { "Cast", { numbers }, 1, &FLOAT32, 1, NULL };
    FC_TRY(fc_onnx_add_node(writer, &cast, &numbers, err));
    const fc_onnx_node add = { "Add", { x, numbers }, 2, NULL, 0, NULL };
    FC_TRY(fc_onnx_add_node(writer, &add, &x, err));
    FC_TRY(fc_onnx_add_output(writer, x, SHAPE, 2, err));
    return fc_onnx_pack(writer, out, err);
}

static fc_status run_external(const char *folder, const fc_onnx_external *place, float y[6],
                              fc_error *err)
{
    char path[64];
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_OK(write_external(place, &model, err), *err);
    assert_non_null(memmem(model.data, model.size, "made.by", 7));
    (void)snprintf(path, sizeof path, "%s/model.onnx", folder);
    ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&model), err), *err);
    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, err), *err);
    const fc_status status = fc_session_open(runtime, "external", path, &session, err);
    assert_int_equal(unlink(path), 0);
    FC_TRY(status);
    float x[6] = { 10, 20, 30, 40, 50, 60 };
    const fc_tensor input = { .data = x, .shape = { 2, 3 }, .rank = 2 };
    const fc_tensor output = { .data = y, .shape = { 2, 3 }, .rank = 2 };
    return fc_session_run(session, &input, 1, &output, 1, err);
}

static void numbers_may_stay_in_another_file(void **state)
{
    (void)state;
    static const uint16_t HALVES[6] = { 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600 }; /* 1..6 */
    static const float FLOATS[6] = { 1, 2, 3, 4, 5, 6 };
    fc_error err = { 0 };
    char folder[] = "/tmp/fc_onnx_writer_XXXXXX";
    char path[64];
    uint8_t content[4 + sizeof HALVES + sizeof FLOATS] = { 0 };
    float y[6];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/numbers", folder);
    memcpy(content + 4, HALVES, sizeof HALVES);
    memcpy(content + 4 + sizeof HALVES, FLOATS, sizeof FLOATS);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ content, sizeof content }, &err), err);
    const fc_onnx_external places[] = { { "numbers", 4, true },
                                        { "numbers", 4 + sizeof HALVES, false } };
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(run_external(folder, &places[i], y, &err), err);
        for (int k = 0; k < 6; k++) {
            assert_float_equal(y[k], (float)(11 * (k + 1)), 0.0F);
        }
    }
    const fc_onnx_external beyond = { "numbers", 8 + sizeof HALVES, false };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, run_external(folder, &beyond, y, &err), err);
    assert_int_equal(unlink(path) | rmdir(folder), 0);
}

static void external_numbers_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_onnx_external place = { "numbers", 0, false };
    FC_AUTO_BUFFER(model, BYTES_MAX);
    SWEEP_ALLOCATIONS((fc_buffer_clear(&model), write_external(&place, &model, &err)), true);
}

static void limits_hold_for_memory_and_for_the_result(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write_model(1000, 0, &model, &err), err);
    FC_AUTO_BUFFER(small, 50);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write_model(BYTES_MAX, 0, &small, &err), err);

    FC_AUTO(fc_onnx_writer) writer = NULL;
    ASSERT_OK(fc_onnx_writer_new(BYTES_MAX, &writer, &err), err);
    const int64_t huge[] = { INT64_MAX, INT64_MAX };
    float *data = NULL;
    fc_onnx_value constant = 0;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_onnx_add_floats(writer, huge, 2, &data, &constant, &err),
                 err);
}

static void writers_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, BYTES_MAX);
    SWEEP_ALLOCATIONS((fc_buffer_clear(&model), write_model(BYTES_MAX, 3, &model, &err)), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_runs),
        cmocka_unit_test(integers_are_64_bit_constants),
        cmocka_unit_test(convolutions_take_in_an_activation),
        cmocka_unit_test(only_plain_convolutions_take_in_an_activation),
        cmocka_unit_test(convolutions_in_blocks_take_in_one_sum),
        cmocka_unit_test(numbers_may_stay_in_another_file),
        cmocka_unit_test(external_numbers_survive_every_allocation_failure),
        cmocka_unit_test(limits_hold_for_memory_and_for_the_result),
        cmocka_unit_test(writers_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/onnx_writer", tests, NULL, NULL);
}
