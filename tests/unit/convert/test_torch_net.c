#include "convert/torch_net.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_graph.h"

enum { CHANNELS = 32, WIDTH = 16 };

#define TOLERANCE 1e-5F

static void assert_close(const float *found, const float *expected, size_t count)
{
    fc_torch_assert_close(found, expected, count, TOLERANCE);
}

/* ---- weights ---- */

static void tensors_are_told_by_name_and_length(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int64_t length = 0;
    assert_true(fc_net_has(&fc_test_graph.net, "encoder.blocks.0", ".weight"));
    assert_false(fc_net_has(&fc_test_graph.net, "encoder.blocks.0", ".weights"));
    ASSERT_OK(fc_net_length(&fc_test_graph.net, "encoder.blocks.0", ".weight", 4, 1, &length, &err),
              err);
    assert_int_equal(length, 3);
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_net_length(&fc_test_graph.net, "encoder.blocks.0", ".weight", 2, 0, &length, &err), err);
    assert_string_equal(err.text,
                        "checkpoint: tensor 'encoder.blocks.0.weight' is 32x3x3x3, ?x? is needed");
    assert_int_equal(length, 3);
}

static void a_weight_of_another_shape_or_name_is_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const int64_t shape[] = { FC_NET_ANY, 4, 3, 3 };
    fc_onnx_value out = 77;
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_net_weight(&fc_test_graph.net, "encoder.blocks.0", ".weight", shape, 4, &out, &err),
        err);
    assert_string_equal(
        err.text, "checkpoint: tensor 'encoder.blocks.0.weight' is 32x3x3x3, ?x4x3x3 is needed");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_net_weight(&fc_test_graph.net, "nowhere", ".bias", shape, 1, &out, &err), err);
    assert_string_equal(err.text, "checkpoint: no tensor 'nowhere.bias'");
    assert_int_equal(out, 77);
}

/* rows * weight^T, for a weight of `count` rows. */
static void multiply(const float *rows, const float *weight, const float *bias, int count,
                     int width, float *out)
{
    for (int i = 0; i < 2 * count; i++) {
        double sum = bias != NULL ? (double)bias[i % count] : 0.0;
        for (int k = 0; k < width; k++) {
            sum += (double)rows[i / count * width + k] * (double)weight[i % count * width + k];
        }
        out[i] = (float)sum;
    }
}

static void rows_of_a_weight_begin_where_they_should(void **state)
{
    (void)state;
    static const char PREFIX[] = "ft_layers.1.self_attn.in_proj_weight";
    const int64_t shape[] = { 3 * (int64_t)WIDTH, WIDTH };
    const int64_t rows[] = { 2, WIDTH };
    fc_error err = { 0 };
    fc_onnx_value in = 0;
    fc_onnx_value weight = 0;
    fc_torch_graph_port out = { .shape = { 2, WIDTH }, .rank = 2 };
    float input[2 * WIDTH];
    float found[2 * WIDTH];
    float expected[2 * WIDTH];
    ASSERT_OK(fc_onnx_add_input(fc_test_graph.writer, rows, 2, &in, &err), err);
    ASSERT_OK(fc_net_rows(&fc_test_graph.net, PREFIX, "", shape, 2, WIDTH, WIDTH, &weight, &err),
              err);
    ASSERT_OK(fc_net_product(&fc_test_graph.net, in, weight, 0, &out.value, &err), err);
    fc_torch_graph_waves(input, 2 * WIDTH);
    const fc_torch_graph_port from = { 0, { 2, WIDTH }, 2, input };
    out.data = found;
    fc_torch_graph_run(&fc_test_graph, &from, 1, &out, 1);
    multiply(input, fc_torch_graph_weight(&fc_test_graph, PREFIX, "") + WIDTH * WIDTH, NULL, WIDTH,
             WIDTH, expected);
    assert_close(found, expected, 2 * WIDTH);
}

/* ---- layers ---- */

static void convolutions_are_those_of_the_formula(void **state)
{
    (void)state;
    enum { SIDE = 6 };
    static const fc_net_window WINDOWS[] = {
        { 3, 1, { 1, 1, 1, 1 } },
        { 3, 2, { 0, 0, 1, 1 } },
    };
    fc_error err = { 0 };
    float input[3 * SIDE * SIDE];
    float found[CHANNELS * SIDE * SIDE];
    float expected[CHANNELS * SIDE * SIDE];
    fc_torch_graph_waves(input, 3 * SIDE * SIDE);
    for (int i = 0; i < 2; i++) {
        fc_torch_graph_again(&fc_test_graph);
        const fc_net_map in = fc_torch_graph_map(&fc_test_graph, 3, SIDE);
        fc_net_map out = { 0 };
        ASSERT_OK(fc_net_conv(&fc_test_graph.net, "encoder.blocks.0", &WINDOWS[i], in, &out, &err),
                  err);
        assert_int_equal(out.channels, CHANNELS);
        assert_int_equal(out.side, SIDE / WINDOWS[i].stride);
        fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
        fc_torch_reference_conv(&fc_test_graph, "encoder.blocks.0", &WINDOWS[i], in, input,
                                CHANNELS, expected);
        assert_close(found, expected, (size_t)(CHANNELS * out.side * out.side));
    }
}

static void a_convolution_of_other_channels_is_refused(void **state)
{
    (void)state;
    static const fc_net_window WINDOW = { 3, 1, { 1, 1, 1, 1 } };
    fc_error err = { 0 };
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, 5, 4);
    fc_net_map out = { 1, 2, 3 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_net_conv(&fc_test_graph.net, "encoder.blocks.0", &WINDOW, in, &out, &err), err);
    assert_int_equal(out.value, 1);
}

static void group_norm_is_that_of_the_formula(void **state)
{
    (void)state;
    enum { SIDE = 3, COUNT = CHANNELS * SIDE * SIDE };
    fc_error err = { 0 };
    float input[COUNT];
    float found[COUNT];
    float expected[COUNT];
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    ASSERT_OK(
        fc_net_group_norm(&fc_test_graph.net, "encoder.blocks.1.norm1", 8, 1e-6F, in, &out, &err),
        err);
    fc_torch_graph_waves(input, COUNT);
    fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
    fc_torch_reference_norm(&fc_test_graph, "encoder.blocks.1.norm1", 8, in, input, expected);
    assert_close(found, expected, COUNT);
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_net_group_norm(&fc_test_graph.net, "encoder.blocks.1.norm1", 5, 1e-6F, in, &out, &err),
        err);
}

static void rows_are_normalised_and_projected(void **state)
{
    (void)state;
    const int64_t shape[] = { 2, CHANNELS };
    fc_error err = { 0 };
    fc_onnx_value in = 0;
    fc_onnx_value value = 0;
    int64_t width = 0;
    float input[2 * CHANNELS];
    float found[2 * WIDTH];
    float rows[2 * WIDTH];
    float expected[2 * WIDTH];
    ASSERT_OK(fc_onnx_add_input(fc_test_graph.writer, shape, 2, &in, &err), err);
    ASSERT_OK(fc_net_linear(&fc_test_graph.net, "feat_emb", CHANNELS, in, &width, &value, &err),
              err);
    assert_int_equal(width, WIDTH);
    ASSERT_OK(
        fc_net_layer_norm(&fc_test_graph.net, "ft_layers.0.norm1", width, value, &value, &err),
        err);
    fc_torch_graph_waves(input, 2 * CHANNELS);
    const fc_torch_graph_port from = { 0, { 2, CHANNELS }, 2, input };
    const fc_torch_graph_port to = { value, { 2, WIDTH }, 2, found };
    fc_torch_graph_run(&fc_test_graph, &from, 1, &to, 1);
    multiply(input, fc_torch_graph_weight(&fc_test_graph, "feat_emb", ".weight"),
             fc_torch_graph_weight(&fc_test_graph, "feat_emb", ".bias"), WIDTH, CHANNELS, rows);
    for (int row = 0; row < 2; row++) { /* a row is a group of its own; epsilon hardly shows */
        fc_torch_reference_norm(&fc_test_graph, "ft_layers.0.norm1", 1, (fc_net_map){ 0, WIDTH, 1 },
                                rows + row * WIDTH, expected + row * WIDTH);
    }
    for (int i = 0; i < 2 * WIDTH; i++) {
        assert_float_equal(found[i], expected[i], 1e-4F);
    }
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_net_linear(&fc_test_graph.net, "feat_emb", WIDTH, in, &width, &value, &err),
                 err);
}

static void small_nodes_do_what_they_are_called(void **state)
{
    (void)state;
    const int64_t flat[] = { 2, 3 };
    const int64_t tall[] = { 3, 2 };
    const int64_t flip[] = { 1, 0 };
    fc_error err = { 0 };
    fc_onnx_value in = 0;
    fc_onnx_value ten = 0;
    fc_torch_graph_port out[3] = { { .shape = { 3, 2 }, .rank = 2 },
                                   { .shape = { 3, 2 }, .rank = 2 },
                                   { .shape = { 2, 3 }, .rank = 2 } };
    float input[6] = { 1, 2, 3, 4, 5, 6 };
    float found[3][6];
    ASSERT_OK(fc_onnx_add_input(fc_test_graph.writer, flat, 2, &in, &err), err);
    ASSERT_OK(fc_net_number(&fc_test_graph.net, 10.0F, &ten, &err), err);
    ASSERT_OK(fc_net_reshape(&fc_test_graph.net, in, tall, 2, &out[0].value, &err), err);
    ASSERT_OK(fc_net_transpose(&fc_test_graph.net, in, flip, 2, &out[1].value, &err), err);
    ASSERT_OK(fc_net_unary(&fc_test_graph.net, "Neg", out[1].value, &out[1].value, &err), err);
    ASSERT_OK(fc_net_binary(&fc_test_graph.net, "Mul", in, ten, &out[2].value, &err), err);
    ASSERT_OK(fc_net_softmax(&fc_test_graph.net, out[2].value, &out[2].value, &err), err);
    for (int i = 0; i < 3; i++) {
        out[i].data = found[i];
    }
    const fc_torch_graph_port from = { 0, { 2, 3 }, 2, input };
    fc_torch_graph_run(&fc_test_graph, &from, 1, out, 3);
    assert_close(found[0], input, 6);
    assert_close(found[1], (const float[]){ -1, -4, -2, -5, -3, -6 }, 6);
    assert_close(found[2],
                 (const float[]){ 2.06e-9F, 4.54e-5F, 0.99995F, 2.06e-9F, 4.54e-5F, 0.99995F }, 6);
}

static fc_status build_some(fc_error *err)
{
    static const fc_net_window WINDOW = { 3, 1, { 1, 1, 1, 1 } };
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(FC_TORCH_GRAPH_BYTES_MAX, &writer, err));
    fc_net net = fc_test_graph.net;
    net.writer = writer;
    fc_net_map map = { 0, 3, 4 };
    const int64_t shape[] = { 1, 3, 4, 4 };
    FC_TRY(fc_onnx_add_input(writer, shape, 4, &map.value, err));
    FC_TRY(fc_net_conv(&net, "encoder.blocks.0", &WINDOW, map, &map, err));
    FC_TRY(fc_net_group_norm(&net, "encoder.blocks.1.norm1", 32, 1e-6F, map, &map, err));
    return fc_net_swish(&net, map, &map, err);
}

static void layers_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(build_some(&err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(tensors_are_told_by_name_and_length, fc_test_graph_begin),
        cmocka_unit_test_setup(a_weight_of_another_shape_or_name_is_refused_by_name,
                               fc_test_graph_begin),
        cmocka_unit_test_setup(rows_of_a_weight_begin_where_they_should, fc_test_graph_begin),
        cmocka_unit_test_setup(convolutions_are_those_of_the_formula, fc_test_graph_begin),
        cmocka_unit_test_setup(a_convolution_of_other_channels_is_refused, fc_test_graph_begin),
        cmocka_unit_test_setup(group_norm_is_that_of_the_formula, fc_test_graph_begin),
        cmocka_unit_test_setup(rows_are_normalised_and_projected, fc_test_graph_begin),
        cmocka_unit_test_setup(small_nodes_do_what_they_are_called, fc_test_graph_begin),
        cmocka_unit_test_setup(layers_survive_every_allocation_failure, fc_test_graph_begin),
    };
    return cmocka_run_group_tests_name("convert/torch_net", tests, fc_test_graph_setup,
                                       fc_test_graph_teardown);
}
