#include "models/onnx_writer.h"

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
    const fc_onnx_node flip = { "Transpose", { x }, 1, &order, 1 };
    FC_TRY(fc_onnx_add_node(writer, &flip, &flipped, err));
    const fc_onnx_node add = { "Add", { flipped, ten }, 2, NULL, 0 };
    FC_TRY(fc_onnx_add_node(writer, &add, &sum, err));
    for (int i = 0; i < more; i++) {
        const fc_onnx_node again = { "Add", { sum, flipped }, 2, NULL, 0 };
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
    const fc_onnx_node reshape = { "Reshape", { x, shape }, 2, NULL, 0 };
    ASSERT_OK(fc_onnx_add_node(writer, &reshape, &y, &err), err);
    ASSERT_OK(fc_onnx_add_output(writer, y, values, 2, &err), err);
    FC_AUTO_BUFFER(model, BYTES_MAX);
    ASSERT_OK(fc_onnx_pack(writer, &model, &err), err);

    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_session_new(runtime, "written", fc_buffer_bytes(&model), &session, &err), err);
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
        cmocka_unit_test(limits_hold_for_memory_and_for_the_result),
        cmocka_unit_test(writers_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/onnx_writer", tests, NULL, NULL);
}
