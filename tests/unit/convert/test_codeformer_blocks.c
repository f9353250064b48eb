#include "convert/codeformer_blocks.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_graph.h"

enum { CHANNELS = 32, SIDE = 4, COUNT = CHANNELS * SIDE * SIDE };

static const fc_net_window SAME = { 3, 1, { 1, 1, 1, 1 } };
static const fc_net_window POINT = { 1, 1, { 0, 0, 0, 0 } };

static void assert_close(const float *found, const float *expected, size_t count)
{
    fc_torch_assert_close(found, expected, count, 2e-5F);
}

/* What a half of a residual block does. */
static void half(const char *norm, const char *conv, const float *input, float *out)
{
    const fc_net_map map = { 0, CHANNELS, SIDE };
    float bent[COUNT];
    fc_torch_reference_norm(&fc_test_graph, norm, 32, map, input, bent);
    fc_torch_reference_swish(bent, COUNT);
    fc_torch_reference_conv(&fc_test_graph, conv, &SAME, map, bent, CHANNELS, out);
}

static void a_residual_block_adds_two_convolutions(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float input[COUNT];
    float found[COUNT];
    float between[COUNT];
    float expected[COUNT];
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    ASSERT_OK(fc_block_residual(&fc_test_graph.net, "encoder.blocks.1", in, &out, &err), err);
    fc_torch_graph_waves(input, COUNT);
    fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
    half("encoder.blocks.1.norm1", "encoder.blocks.1.conv1", input, between);
    half("encoder.blocks.1.norm2", "encoder.blocks.1.conv2", between, expected);
    for (int i = 0; i < COUNT; i++) {
        expected[i] += input[i];
    }
    assert_close(found, expected, COUNT);
}

/* Where all pixels are alike each finds the same in all others: the value, projected. */
static void attention_adds_what_the_others_hold(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    float levels[CHANNELS];
    float input[COUNT];
    float found[COUNT];
    float normal[COUNT];
    float value[COUNT];
    float expected[COUNT];
    ASSERT_OK(fc_block_attention(&fc_test_graph.net, "generator.blocks.2", in, &out, &err), err);
    fc_torch_graph_waves(levels, CHANNELS);
    for (int i = 0; i < COUNT; i++) {
        input[i] = levels[i / (SIDE * SIDE)];
    }
    fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
    fc_torch_reference_norm(&fc_test_graph, "generator.blocks.2.norm", 32, in, input, normal);
    fc_torch_reference_conv(&fc_test_graph, "generator.blocks.2.v", &POINT, in, normal, CHANNELS,
                            value);
    fc_torch_reference_conv(&fc_test_graph, "generator.blocks.2.proj_out", &POINT, in, value,
                            CHANNELS, expected);
    for (int i = 0; i < COUNT; i++) {
        expected[i] += input[i];
    }
    assert_close(found, expected, COUNT);
}

static void down_halves_with_pixels_added_right_and_below(void **state)
{
    (void)state;
    static const fc_net_window HALF = { 3, 2, { 0, 0, 1, 1 } };
    fc_error err = { 0 };
    float input[COUNT];
    float found[COUNT / 4];
    float expected[COUNT / 4];
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    ASSERT_OK(fc_block_down(&fc_test_graph.net, "encoder.blocks.3", in, &out, &err), err);
    assert_int_equal(out.side, SIDE / 2);
    fc_torch_graph_waves(input, COUNT);
    fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
    fc_torch_reference_conv(&fc_test_graph, "encoder.blocks.3.conv", &HALF, in, input, CHANNELS,
                            expected);
    assert_close(found, expected, COUNT / 4);
}

static void up_makes_four_pixels_of_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static float input[COUNT];
    static float large[4 * COUNT];
    static float found[4 * COUNT];
    static float expected[4 * COUNT];
    const fc_net_map in = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    ASSERT_OK(fc_block_up(&fc_test_graph.net, "generator.blocks.8", in, &out, &err), err);
    assert_int_equal(out.side, 2 * SIDE);
    fc_torch_graph_waves(input, COUNT);
    for (int i = 0; i < 4 * COUNT; i++) {
        const int x = i % (2 * SIDE) / 2;
        const int row = i / (2 * SIDE); /* of all channels: twice as many */
        large[i] = input[(row / (2 * SIDE) * SIDE + row % (2 * SIDE) / 2) * SIDE + x];
    }
    fc_torch_graph_run_map(&fc_test_graph, in, input, out, found);
    fc_torch_reference_conv(&fc_test_graph, "generator.blocks.8.conv", &SAME,
                            (fc_net_map){ 0, CHANNELS, 2 * SIDE }, large, CHANNELS, expected);
    assert_close(found, expected, 4 * (size_t)COUNT);
}

/* Runs the fusion of a map with the encoder's. */
static void fuse(float fidelity, const float *encoded, const float *map, float *out)
{
    fc_error err = { 0 };
    const int64_t one[] = { 1 };
    fc_onnx_value share = 0;
    fc_net_map made = { 0 };
    fc_torch_graph_again(&fc_test_graph);
    const fc_net_map first = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    const fc_net_map second = fc_torch_graph_map(&fc_test_graph, CHANNELS, SIDE);
    ASSERT_OK(fc_onnx_add_input(fc_test_graph.writer, one, 1, &share, &err), err);
    ASSERT_OK(
        fc_block_fuse(&fc_test_graph.net, "fuse_convs_dict.32", share, first, second, &made, &err),
        err);
    const fc_torch_graph_port inputs[] = {
        { 0, { 1, CHANNELS, SIDE, SIDE }, 4, (float *)(uintptr_t)encoded },
        { 0, { 1, CHANNELS, SIDE, SIDE }, 4, (float *)(uintptr_t)map },
        { 0, { 1 }, 1, &fidelity },
    };
    const fc_torch_graph_port output = { made.value, { 1, CHANNELS, SIDE, SIDE }, 4, out };
    fc_torch_graph_run(&fc_test_graph, inputs, 3, &output, 1);
}

static void fidelity_says_how_much_of_the_encoders_map_comes_in(void **state)
{
    (void)state;
    float encoded[COUNT];
    float map[COUNT];
    float none[COUNT];
    float some[COUNT];
    float all[COUNT];
    double moved = 0.0;
    fc_torch_graph_waves(map, COUNT);
    for (int i = 0; i < COUNT; i++) {
        encoded[i] = cosf((float)i);
    }
    fuse(0.0F, encoded, map, none);
    fuse(0.25F, encoded, map, some);
    fuse(1.0F, encoded, map, all);
    assert_close(none, map, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_float_equal(some[i] - map[i], 0.25F * (all[i] - map[i]), 2e-5F);
        moved += fabs((double)all[i] - (double)map[i]) / COUNT;
    }
    assert_true(moved > 0.01);
}

static void blocks_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_net_map wide = fc_torch_graph_map(&fc_test_graph, 2 * (int64_t)CHANNELS, SIDE);
    fc_net_map out = { 1, 2, 3 };
    const fc_onnx_value some = wide.value;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_block_residual(&fc_test_graph.net, "encoder.blocks.1", wide, &out, &err), err);
    assert_non_null(strstr(err.text, "encoder.blocks.1.norm1.weight' is 32, 64 is needed"));
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_block_attention(&fc_test_graph.net, "encoder.blocks.1", wide, &out, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_block_down(&fc_test_graph.net, "encoder.blocks.1", wide, &out, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_block_up(&fc_test_graph.net, "nowhere", wide, &out, &err),
                 err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_block_norm(&fc_test_graph.net, "nowhere", wide, &out, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_block_conv(&fc_test_graph.net, "nowhere", wide, &out, &err), err);
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_block_fuse(&fc_test_graph.net, "fuse_convs_dict.32", some, wide, wide, &out, &err), err);
    assert_int_equal(out.value, 1);
}

static fc_status build_some(fc_error *err)
{
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(FC_TORCH_GRAPH_BYTES_MAX, &writer, err));
    fc_net net = fc_test_graph.net;
    net.writer = writer;
    fc_net_map map = { 0, CHANNELS, SIDE };
    const int64_t shape[] = { 1, CHANNELS, SIDE, SIDE };
    FC_TRY(fc_onnx_add_input(writer, shape, 4, &map.value, err));
    FC_TRY(fc_block_residual(&net, "encoder.blocks.1", map, &map, err));
    FC_TRY(fc_block_attention(&net, "generator.blocks.2", map, &map, err));
    return fc_block_fuse(&net, "fuse_convs_dict.32", map.value, map, map, &map, err);
}

static void blocks_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(build_some(&err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_residual_block_adds_two_convolutions, fc_test_graph_begin),
        cmocka_unit_test_setup(attention_adds_what_the_others_hold, fc_test_graph_begin),
        cmocka_unit_test_setup(down_halves_with_pixels_added_right_and_below, fc_test_graph_begin),
        cmocka_unit_test_setup(up_makes_four_pixels_of_one, fc_test_graph_begin),
        cmocka_unit_test_setup(fidelity_says_how_much_of_the_encoders_map_comes_in,
                               fc_test_graph_begin),
        cmocka_unit_test_setup(blocks_that_do_not_fit_are_refused, fc_test_graph_begin),
        cmocka_unit_test_setup(blocks_survive_every_allocation_failure, fc_test_graph_begin),
    };
    return cmocka_run_group_tests_name("convert/codeformer_blocks", tests, fc_test_graph_setup,
                                       fc_test_graph_teardown);
}
