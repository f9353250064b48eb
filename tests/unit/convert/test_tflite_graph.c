#include "convert/tflite_graph.h"

#include <string.h>

#include "base/memory.h"
#include "support/tflite_case.h"

static void a_file_becomes_tensors_and_operators(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer file = fc_test_file("tests/data/tflite/convolution_same.tflite");
    FC_AUTO(fc_tflite_graph) graph = NULL;
    ASSERT_OK(fc_tflite_graph_new(fc_buffer_bytes(&file), &graph, &err), err);

    assert_int_equal(graph->operator_count, 3); /* DEQUANTIZE twice, CONV_2D */
    const fc_tflite_operator *convolution = &graph->operators[2];
    assert_int_equal(convolution->code, FC_TFLITE_CONV_2D);
    assert_int_equal(convolution->input_count, 3);
    assert_int_equal(convolution->inputs[0], graph->input);
    assert_int_equal(convolution->output, graph->outputs[0]);
    assert_int_equal(convolution->options.padding, FC_TFLITE_SAME);
    assert_int_equal(convolution->options.stride_width, 2);
    assert_int_equal(convolution->options.dilation_width, 1);

    const fc_tflite_tensor *weights = &graph->tensors[graph->operators[0].inputs[0]];
    assert_int_equal(weights->type, FC_TFLITE_FLOAT16);
    assert_int_equal(fc_tflite_shape_count(&weights->shape), 4 * 3 * 3 * 3);
    assert_int_equal(weights->data.size, 2 * 4 * 3 * 3 * 3);
    fc_buffer_clear(&file);
}

static void shapes_are_counted_up_to_a_limit(void **state)
{
    (void)state;
    assert_int_equal(fc_tflite_shape_count(&(fc_tflite_shape){ .rank = 0 }), 1);
    assert_int_equal(fc_tflite_shape_count(&(fc_tflite_shape){ 2, { 3, 4 } }), 12);
    assert_int_equal(fc_tflite_shape_count(&(fc_tflite_shape){ 2, { 3, 0 } }), 0);
    assert_int_equal(fc_tflite_shape_count(&(fc_tflite_shape){ 2, { -3, -4 } }), 0);
    assert_int_equal(fc_tflite_shape_count(&(fc_tflite_shape){ 2, { 1 << 20, 1 << 20 } }), 0);
}

static void the_only_reader_of_a_tensor_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer file = fc_test_file("tests/data/tflite/relu_and_add.tflite");
    FC_AUTO(fc_tflite_graph) graph = NULL;
    ASSERT_OK(fc_tflite_graph_new(fc_buffer_bytes(&file), &graph, &err), err);
    const fc_tflite_operator *relu = &graph->operators[0];
    const fc_tflite_operator *sum = &graph->operators[1];
    assert_ptr_equal(fc_tflite_only_reader(graph, relu->output), sum);
    assert_null(fc_tflite_only_reader(graph, graph->input)); /* both read it */
    assert_null(fc_tflite_only_reader(graph, sum->output));  /* the network's result */
    fc_buffer_clear(&file);
}

static void odd_graphs_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_tflite_graph *graph = NULL;
    const fc_bytes text = { (const uint8_t *)"not a network", 13 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_tflite_graph_new(text, &graph, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_tflite_graph_new((fc_bytes){ 0 }, &graph, &err), err);
    assert_null(graph);
    fc_test_tflite_odd("short_constant", "tensor 1 with 4 bytes, its shape needs 16");
    fc_test_tflite_odd("no_shape", "has no length");
    fc_test_tflite_odd("huge_shape", "more than 2^28 values");
}

static void graphs_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer file = fc_test_file("tests/data/tflite/depthwise.tflite");
    FC_AUTO(fc_tflite_graph) graph = NULL;
    SWEEP_ALLOCATIONS(fc_tflite_graph_new(fc_buffer_bytes(&file), &graph, &err), graph == NULL);
    fc_buffer_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_tensors_and_operators),
        cmocka_unit_test(shapes_are_counted_up_to_a_limit),
        cmocka_unit_test(the_only_reader_of_a_tensor_is_told),
        cmocka_unit_test(odd_graphs_are_refused),
        cmocka_unit_test(graphs_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/tflite_graph", tests, NULL, NULL);
}
