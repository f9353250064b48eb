#include "convert/codeformer_codes.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_file.h"
#include "support/torch_graph.h"

enum { CHANNELS = 32, SIDE = 16, TOKENS = SIDE * SIDE, ENTRIES = 16, COUNT = CHANNELS * TOKENS };

static fc_torch_graph graph;
static float input[COUNT];
static float found[COUNT];
static float codes[TOKENS];

/* One run for all tests that look at the result. */
static int start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_torch_graph_start(&graph);
    const fc_net_map in = fc_torch_graph_map(&graph, CHANNELS, SIDE);
    fc_net_map out = { 0 };
    fc_onnx_value chosen = 0;
    ASSERT_OK(fc_codeformer_codes(&graph.net, in, &chosen, &out, &err), err);
    assert_int_equal(out.channels, CHANNELS);
    assert_int_equal(out.side, SIDE);
    fc_torch_graph_waves(input, COUNT);
    const fc_torch_graph_port from = { 0, { 1, CHANNELS, SIDE, SIDE }, 4, input };
    const fc_torch_graph_port to[] = {
        { out.value, { 1, CHANNELS, SIDE, SIDE }, 4, found },
        { chosen, { TOKENS }, 1, codes },
    };
    fc_torch_graph_run(&graph, &from, 1, to, 2);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fc_torch_graph_end(&graph);
    return 0;
}

static void every_place_has_an_entry_of_the_codebook(void **state)
{
    (void)state;
    int different = 0;
    for (int i = 0; i < TOKENS; i++) {
        assert_true(codes[i] >= 0.0F && codes[i] < (float)ENTRIES);
        assert_float_equal(codes[i], rintf(codes[i]), 0.0F);
        different += codes[i] < codes[0] || codes[i] > codes[0];
    }
    assert_true(different > 0);
}

/* Mean and unbiased deviation of a channel. */
static void measure(const float *channel, double *mean, double *deviation)
{
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < TOKENS; i++) {
        sum += (double)channel[i];
    }
    *mean = sum / TOKENS;
    for (int i = 0; i < TOKENS; i++) {
        squares += ((double)channel[i] - *mean) * ((double)channel[i] - *mean);
    }
    *deviation = sqrt(squares / (TOKENS - 1));
}

/* entry * scale + shift, both of the channel: places of one code have one value. */
static void entries_take_mean_and_deviation_of_the_input(void **state)
{
    (void)state;
    const float *book = fc_torch_graph_weight(&graph, "quantize.embedding", ".weight");
    for (int channel = 0; channel < CHANNELS; channel++) {
        double mean[2];
        double deviation[2];
        float entries[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
            entries[i] = book[(int)codes[i] * CHANNELS + channel];
        }
        measure(entries, &mean[0], &deviation[0]);
        measure(input + channel * TOKENS, &mean[1], &deviation[1]);
        deviation[0] = sqrt(deviation[0] * deviation[0] + 1e-5);
        deviation[1] = sqrt(deviation[1] * deviation[1] + 1e-5);
        for (int i = 0; i < TOKENS; i++) {
            const double expected =
                ((double)entries[i] - mean[0]) / deviation[0] * deviation[1] + mean[1];
            assert_float_equal(found[channel * TOKENS + i], (float)expected, 1e-4F);
        }
    }
}

static fc_status build(const fc_torch_checkpoint *checkpoint, fc_error *err)
{
    FC_AUTO(fc_onnx_writer) writer = NULL;
    FC_TRY(fc_onnx_writer_new(FC_TORCH_GRAPH_BYTES_MAX, &writer, err));
    fc_net net = graph.net;
    net.writer = writer;
    net.checkpoint = checkpoint;
    fc_net_map map = { 0, CHANNELS, SIDE };
    const int64_t shape[] = { 1, CHANNELS, SIDE, SIDE };
    fc_onnx_value chosen = 0;
    FC_TRY(fc_onnx_add_input(writer, shape, 4, &map.value, err));
    return fc_codeformer_codes(&net, map, &chosen, &map, err);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const fc_torch_fault FAULTS[] = {
        { .missing = "quantize.embedding.weight" },
        { .flat = "idx_pred_layer.1.weight" },
        { .missing = "ft_layers.1.linear2.bias" },
    };
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, (size_t)16 << 20);
        FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
        fc_torch_codeformer_write(&FAULTS[i], &file);
        ASSERT_OK(fc_torch_checkpoint_new(fc_buffer_bytes(&file), "params_ema", &checkpoint, &err),
                  err);
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, build(checkpoint, &err), err);
        const char *name = FAULTS[i].missing != NULL ? FAULTS[i].missing : FAULTS[i].flat;
        assert_non_null(strstr(err.text, name));
    }
}

static void building_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(build(graph.checkpoint, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place_has_an_entry_of_the_codebook),
        cmocka_unit_test(entries_take_mean_and_deviation_of_the_input),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(building_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/codeformer_codes", tests, start, stop);
}
