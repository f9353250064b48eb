#define _GNU_SOURCE /* memmem */
#include "support/tflite_case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "convert/tflite.h"
#include "infer/session.h"

#define FILE_BYTES_MAX ((size_t)1 << 26)
#define TOLERANCE 1e-5F

fc_buffer fc_test_file(const char *path)
{
    fc_error err = { 0 };
    fc_buffer file = FC_BUFFER(0);
    ASSERT_OK(fc_file_read(path, FILE_BYTES_MAX, &file, &err), err);
    return file;
}

fc_buffer fc_test_convert(const char *path, int32_t block)
{
    fc_error err = { 0 };
    fc_buffer file = fc_test_file(path);
    fc_buffer onnx = FC_BUFFER(FILE_BYTES_MAX);
    ASSERT_OK(fc_tflite_to_onnx(fc_buffer_bytes(&file), (fc_size){ 0 }, block, &onnx, &err), err);
    fc_buffer_clear(&file);
    return onnx;
}

const char *fc_test_find(const fc_buffer *onnx, const char *word)
{
    return memmem(onnx->data, onnx->size, word, strlen(word));
}

void fc_test_split_planes(float *picture, size_t count)
{
    fc_error err = { 0 };
    FC_AUTO(fc_floats) copy = NULL;
    ASSERT_OK(fc_memory_new(3 * count, sizeof *copy, (void **)&copy, &err), err);
    memcpy(copy, picture, 3 * count * sizeof *copy);
    for (size_t i = 0; i < 3 * count; i++) {
        picture[i % 3 * count + i / 3] = copy[i];
    }
}

/* The input of every case. */
static void run_ramp(fc_session *session, float *out, const int64_t *shape, int32_t rank)
{
    enum { COUNT = 1 * 5 * 6 * 3 };
    float ramp[COUNT];
    for (int i = 0; i < COUNT; i++) {
        ramp[i] = (float)((i * 37) % 101 - 50) / 16.0F;
    }
    fc_test_split_planes(ramp, COUNT / 3);
    fc_error err = { 0 };
    const fc_tensor input = { .data = ramp, .shape = { 1, 3, 5, 6 }, .rank = 4 };
    fc_tensor output = { .data = out, .rank = rank };
    memcpy(output.shape, shape, (size_t)rank * sizeof *shape);
    ASSERT_OK(fc_session_run(session, &input, 1, &output, 1, &err), err);
}

/* The shape of a .npy file, from its header: "'shape': (1, 5, 6, 3)". */
static int32_t read_npy_shape(const char *path, int64_t *shape)
{
    fc_buffer file = fc_test_file(path);
    const char *text = strstr((const char *)file.data + 10, "'shape': (");
    assert_non_null(text);
    long long lengths[4] = { 0 };
    const int32_t rank = sscanf(text, "'shape': (%lld, %lld, %lld, %lld", &lengths[0], &lengths[1],
                                &lengths[2], &lengths[3]);
    assert_true(rank > 0);
    for (int32_t axis = 0; axis < rank; axis++) {
        shape[axis] = lengths[axis];
    }
    fc_buffer_clear(&file);
    return rank;
}

/* Convert and run with blocks of this many channels, and compare with what is kept. */
static void run_case(fc_runtime *runtime, const char *name, int32_t block)
{
    char path[256];
    fc_error err = { 0 };
    (void)snprintf(path, sizeof path, "tests/data/tflite/%s.tflite", name);
    fc_buffer onnx = fc_test_convert(path, block);

    (void)snprintf(path, sizeof path, "tests/data/tflite/%s.npy", name);
    int64_t shape[4] = { 0 };
    const int32_t rank = read_npy_shape(path, shape);
    size_t count = 0;
    FC_AUTO(fc_floats) expected = fc_test_npy_read(path, &count);
    FC_AUTO(fc_floats) actual = NULL;
    ASSERT_OK(fc_memory_new(count, sizeof *actual, (void **)&actual, &err), err);

    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_new(runtime, name, fc_buffer_bytes(&onnx), &session, &err), err);
    fc_buffer_clear(&onnx);
    run_ramp(session, actual, shape, rank);
    for (size_t i = 0; i < count; i++) {
        if (!(fabsf(actual[i] - expected[i]) <= TOLERANCE)) {
            fail_msg("%s: value %zu is %g, expected %g, blocks of %d", name, i, (double)actual[i],
                     (double)expected[i], block);
        }
    }
}

void fc_test_tflite_case(const char *name)
{
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    run_case(runtime, name, 1);
    run_case(runtime, name, fc_runtime_block(runtime));
}

void fc_test_tflite_odd(const char *name, const char *hint)
{
    char path[256];
    fc_error err = { 0 };
    (void)snprintf(path, sizeof path, "tests/data/tflite/odd_%s.tflite", name);
    fc_buffer file = fc_test_file(path);
    FC_AUTO_BUFFER(onnx, FILE_BYTES_MAX);
    const fc_status status =
        fc_tflite_to_onnx(fc_buffer_bytes(&file), (fc_size){ 0 }, 16, &onnx, &err);
    fc_buffer_clear(&file);
    assert_int_equal(status, FC_MODEL_UNAVAILABLE);
    assert_null(onnx.data);
    if (strstr(err.text, hint) == NULL) {
        fail_msg("odd_%s: \"%s\" instead of \"%s\"", name, err.text, hint);
    }
}
