#define _GNU_SOURCE /* mkdtemp, nftw */

#include "convert/codeformer_graph.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "infer/session.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/torch_file.h"

enum { SIDE = 512, CODES = 256, EVERY = 4 };

#define PIXELS ((size_t)SIDE * SIDE)
#define FILE_BYTES_MAX ((size_t)16 << 20)

static char folder[64];
static fc_runtime *runtime;

static int start(void **state)
{
    fc_error err = { 0 };
    (void)snprintf(folder, sizeof folder, "/tmp/facecraft-graph-XXXXXX");
    if (mkdtemp(folder) == NULL || fc_runtime_new(2, &runtime, &err) != FC_OK) {
        return -1;
    }
    (void)state;
    return 0;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
    (void)facts;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int stop(void **state)
{
    (void)state;
    fc_runtime_free(runtime);
    return nftw(folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

/* ---- building ---- */

static fc_status build(fc_bytes file, fc_codeformer_part part, fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_TRY(fc_torch_checkpoint_new(file, "params_ema", &checkpoint, err));
    const fc_codeformer_source source = { checkpoint, file, "net.pth", "digest" };
    return fc_codeformer_graph(&source, part, out, err);
}

static fc_session *open_part(fc_bytes file, fc_codeformer_part part)
{
    fc_error err = { 0 };
    char path[96];
    fc_session *session = NULL;
    FC_AUTO_BUFFER(model, FC_CODEFORMER_GRAPH_BYTES_MAX);
    ASSERT_OK(build(file, part, &model, &err), err);
    (void)snprintf(path, sizeof path, "%s/net.pth", folder);
    ASSERT_OK(fc_file_write(path, file, &err), err);
    (void)snprintf(path, sizeof path, "%s/part%d.onnx", folder, (int)part);
    ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&model), &err), err);
    ASSERT_OK(fc_session_open_fp32(runtime, "part", path, &session, &err), err);
    return session;
}

/* ---- running ---- */

static fc_tensor picture_tensor(float *data)
{
    return (fc_tensor){ .data = data, .shape = { 1, 3, SIDE, SIDE }, .rank = 4 };
}

static fc_tensor list_tensor(float *data, int64_t count)
{
    return (fc_tensor){ .data = data, .shape = { count }, .rank = 1 };
}

static float *new_floats(size_t count)
{
    fc_error err = { 0 };
    float *data = NULL;
    ASSERT_OK(fc_memory_new(count, sizeof *data, (void **)&data, &err), err);
    return data;
}

static void run_whole(fc_session *whole, float *picture, float fidelity, float *out,
                      float codes[CODES])
{
    fc_error err = { 0 };
    const fc_tensor inputs[] = { picture_tensor(picture), list_tensor(&fidelity, 1) };
    const fc_tensor outputs[] = { picture_tensor(out), list_tensor(codes, CODES) };
    ASSERT_OK(fc_session_run(whole, inputs, 2, outputs, 2, &err), err);
}

static void run_halves(fc_session *codes, fc_session *generator, float *picture, float fidelity,
                       float *out)
{
    fc_error err = { 0 };
    fc_tensor between[6];
    const fc_tensor given = picture_tensor(picture);
    const fc_tensor made = picture_tensor(out);
    for (size_t i = 0; i < 5; i++) {
        between[i] = fc_session_output(codes, i);
        const int64_t *shape = between[i].shape;
        between[i].data = new_floats((size_t)(shape[1] * shape[2] * shape[3]));
    }
    between[5] = list_tensor(&fidelity, 1);
    ASSERT_OK(fc_session_run(codes, &given, 1, between, 5, &err), err);
    ASSERT_OK(fc_session_run(generator, between, 6, &made, 1, &err), err);
    for (size_t i = 0; i < 5; i++) {
        fc_memory_free(between[i].data);
    }
}

/* Waves, different in each channel. */
static float *new_waves(void)
{
    float *data = new_floats(3 * PIXELS);
    for (size_t i = 0; i < 3 * PIXELS; i++) {
        const size_t x = i % SIDE;
        const size_t y = i / SIDE % SIDE;
        const size_t channel = i / PIXELS;
        data[i] = 0.8F * sinf((float)(x * (channel + 1) + 3 * y) * 0.02F);
    }
    return data;
}

static void the_halves_together_are_the_whole(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_codeformer_write(&(fc_torch_fault){ 0 }, &file);
    FC_AUTO(fc_session) whole = open_part(fc_buffer_bytes(&file), FC_CODEFORMER_WHOLE);
    FC_AUTO(fc_session) first = open_part(fc_buffer_bytes(&file), FC_CODEFORMER_CODES);
    FC_AUTO(fc_session) second = open_part(fc_buffer_bytes(&file), FC_CODEFORMER_GENERATOR);
    FC_AUTO(fc_floats) picture = new_waves();
    FC_AUTO(fc_floats) one = new_floats(3 * PIXELS);
    FC_AUTO(fc_floats) two = new_floats(3 * PIXELS);
    FC_AUTO(fc_floats) plain = new_floats(3 * PIXELS);
    float codes[CODES];
    run_whole(whole, picture, 0.5F, one, codes);
    run_halves(first, second, picture, 0.5F, two);
    run_halves(first, second, picture, 0.0F, plain);
    double moved = 0.0;
    for (size_t i = 0; i < 3 * PIXELS; i++) {
        assert_true(isfinite(one[i]));
        assert_float_equal(one[i], two[i], 1e-4F);
        moved += fabs((double)one[i] - (double)plain[i]);
    }
    assert_true(moved / (3.0 * (double)PIXELS) > 1e-3); /* fidelity matters */
    for (int i = 0; i < CODES; i++) {
        assert_true(codes[i] >= 0.0F && codes[i] < 16.0F);
        assert_float_equal(codes[i], rintf(codes[i]), 0.0F);
    }
}

/* ---- against PyTorch ---- */

static float *read_golden_input(void)
{
    FC_AUTO(fc_image) picture = fc_photo_read(fc_test_shared_file("golden/codeformer/input.png"));
    float *data = new_floats(3 * PIXELS);
    for (size_t i = 0; i < 3 * PIXELS; i++) {
        const size_t x = i % SIDE;
        const uint8_t *row = fc_image_row(picture, (int32_t)(i / SIDE % SIDE));
        data[i] = ((float)row[3 * x + i / PIXELS] / 255.0F - 0.5F) / 0.5F;
    }
    return data;
}

/* Every fourth pixel of every fourth row. */
static void compare(const float *made, const char *golden)
{
    size_t count = 0;
    FC_AUTO(fc_floats) expected = fc_test_npy_read(fc_test_shared_file(golden), &count);
    assert_int_equal(count, 3 * PIXELS / (EVERY * EVERY));
    double sum = 0.0;
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        const size_t x = i % (SIDE / EVERY) * EVERY;
        const size_t y = i / (SIDE / EVERY) * EVERY; /* planes follow each other as rows do */
        const double difference = fabs((double)expected[i] - (double)made[y * SIDE + x]);
        sum += difference;
        largest = fmax(largest, difference);
    }
    assert_true(sum / (double)count <= 1e-4);
    assert_true(largest <= 1e-3);
}

/* An .npy file of 256 int32 ends with them. */
static void compare_codes(const float codes[CODES], const char *golden)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(fc_test_shared_file(golden), (size_t)1 << 16, &file, &err), err);
    const uint8_t *from = file->bytes.data + file->bytes.size - CODES * sizeof(int32_t);
    for (int i = 0; i < CODES; i++) {
        int32_t expected = 0;
        memcpy(&expected, from + (size_t)i * sizeof expected, sizeof expected);
        assert_int_equal((int32_t)codes[i], expected);
    }
}

static void pictures_and_codes_are_those_of_pytorch(void **state)
{
    (void)state;
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    const char *path = fc_test_shared_file("golden/codeformer/tiny.pth");
    ASSERT_OK(fc_mapping_new(path, FILE_BYTES_MAX, &file, &err), err);
    FC_AUTO(fc_session) whole = open_part(file->bytes, FC_CODEFORMER_WHOLE);
    FC_AUTO(fc_floats) picture = read_golden_input();
    FC_AUTO(fc_floats) made = new_floats(3 * PIXELS);
    const int hundredths[] = { 0, 50, 70, 100 };
    for (size_t i = 0; i < 4; i++) {
        char golden[64];
        float codes[CODES];
        (void)snprintf(golden, sizeof golden, "golden/codeformer/tiny_w%03d_every4.npy",
                       hundredths[i]);
        run_whole(whole, picture, (float)hundredths[i] / 100.0F, made, codes);
        compare(made, golden);
        compare_codes(codes, "golden/codeformer/tiny_indices.npy");
    }
}

/* ---- refusals ---- */

static void assert_refused(const fc_torch_fault *fault, fc_codeformer_part part, const char *text)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_AUTO_BUFFER(model, FC_CODEFORMER_GRAPH_BYTES_MAX);
    fc_torch_codeformer_write(fault, &file);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, build(fc_buffer_bytes(&file), part, &model, &err), err);
    assert_string_equal(err.text, text);
    assert_int_equal(model.size, 0);
}

static void a_tensor_that_is_missing_or_of_another_shape_is_named(void **state)
{
    (void)state;
    assert_refused(&(fc_torch_fault){ .missing = "encoder.blocks.3.conv.weight" },
                   FC_CODEFORMER_CODES, "checkpoint: no tensor 'encoder.blocks.3.conv.weight'");
    assert_refused(&(fc_torch_fault){ .missing = "position_emb" }, FC_CODEFORMER_WHOLE,
                   "checkpoint: no tensor 'position_emb'");
    assert_refused(
        &(fc_torch_fault){ .flat = "generator.blocks.9.conv1.weight" }, FC_CODEFORMER_GENERATOR,
        "checkpoint: tensor 'generator.blocks.9.conv1.weight' is 9216, ?x?x?x? is needed");
    assert_refused(&(fc_torch_fault){ .flat = "ft_layers.1.self_attn.in_proj_weight" },
                   FC_CODEFORMER_CODES,
                   "checkpoint: tensor 'ft_layers.1.self_attn.in_proj_weight' is 768, 48x16 is "
                   "needed");
}

static void building_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_AUTO_BUFFER(model, FC_CODEFORMER_GRAPH_BYTES_MAX);
    fc_torch_codeformer_write(&(fc_torch_fault){ 0 }, &file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    SWEEP_ALLOCATIONS(
        (fc_buffer_clear(&model), build(bytes, FC_CODEFORMER_GENERATOR, &model, &err)), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_halves_together_are_the_whole),
        cmocka_unit_test(pictures_and_codes_are_those_of_pytorch),
        cmocka_unit_test(a_tensor_that_is_missing_or_of_another_shape_is_named),
        cmocka_unit_test(building_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/codeformer_graph", tests, start, stop);
}
