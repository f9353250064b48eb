/* With the real models: these tests skip where the model files are not fetched. */
#include "engine/analysis.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "image/encode.h"
#include "ops/resample.h"
#include "ops/turn.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

#define PHOTO_BYTES_MAX ((size_t)64 << 20)

/* What a sink of these tests keeps. */
typedef struct kept {
    int32_t calls;
    fc_buffer png;
    bool new_detail; /* it decoded for itself alone */
    bool kept_detail;
    bool asked_network;
    bool known_check;
    bool smoothed; /* blocks of compression */
} kept;

static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    kept *to = context;
    to->calls++;
    fc_buffer_clear(&to->png);
    to->png = portrait->png;
    portrait->png = FC_BUFFER(0);
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        const fc_stage_report *report = &portrait->reports[i];
        if (report->name != NULL && strcmp(report->name, "segment") == 0) {
            to->asked_network = strncmp(report->note, "known", 5) != 0;
        }
        if (report->name != NULL && strcmp(report->name, "check") == 0) {
            to->known_check = strncmp(report->note, "known", 5) == 0;
        }
        if (report->name != NULL && strcmp(report->name, "warp") == 0) {
            to->smoothed = strstr(report->note, "smoothed") != NULL;
        }
        if (report->name != NULL && strcmp(report->name, "detail") == 0) {
            to->kept_detail = strstr(report->note, "known") != NULL;
            to->new_detail = !to->kept_detail && strncmp(report->note, "1/", 2) == 0;
        }
    }
    return FC_OK;
}

/* The official portrait as a JPEG of so many px a side: its face needs more than the preview shows.
 */
static void make_photo(int32_t side, fc_buffer *out)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    ASSERT_OK(fc_file_read("tests/data/official_portrait.jpg", PHOTO_BYTES_MAX, &file, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&file));
    fc_buffer_clear(&file);
    const fc_box all = { 0, 0, raster->pixels->size.width, raster->pixels->size.height };
    FC_AUTO(fc_image) large = NULL;
    ASSERT_OK(fc_resample(raster->pixels, all, (fc_size){ side, side }, &large, &err), err);
    int32_t quality = 0;
    *out = FC_BUFFER(PHOTO_BYTES_MAX);
    ASSERT_OK(fc_encode_jpeg(large, PHOTO_BYTES_MAX, out, &quality, &err), err);
}

/* A small face on a large grey picture, in so few bytes that the blocks are seen. */
static void make_blocky_photo(fc_buffer *out)
{
    enum { SIDE = 2600, WIDTH = 400, HEIGHT = 500, LEFT = 1203, TOP = 1005 };
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    ASSERT_OK(fc_file_read("tests/data/official_portrait.jpg", PHOTO_BYTES_MAX, &file, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&file));
    fc_buffer_clear(&file);
    const fc_box all = { 0, 0, raster->pixels->size.width, raster->pixels->size.height };
    FC_AUTO(fc_image) small = NULL;
    FC_AUTO(fc_image) large = NULL;
    ASSERT_OK(fc_resample(raster->pixels, all, (fc_size){ WIDTH, HEIGHT }, &small, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &large, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        memset(fc_image_row(large, y), 150, (size_t)SIDE * 3);
    }
    for (int32_t y = 0; y < HEIGHT; y++) {
        memcpy(fc_image_row(large, TOP + y) + (size_t)LEFT * 3, fc_image_row(small, y),
               (size_t)WIDTH * 3);
    }
    int32_t quality = 0;
    *out = FC_BUFFER(PHOTO_BYTES_MAX);
    ASSERT_OK(fc_encode_jpeg(large, 50000, out, &quality, &err), err);
}

static fc_photo photo_of(int32_t side, double margin)
{
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG };
    photo.params.width = side;
    photo.params.height = side;
    photo.params.face_margin = margin;
    return photo;
}

static fc_analysis *analyse(const fc_buffer *file)
{
    fc_error err = { 0 };
    fc_photo photo = photo_of(648, 0.3);
    fc_analysis *analysis = NULL;
    kept seen = { 0 };
    ASSERT_OK(fc_analysis_make(fc_test_engine, &photo, fc_buffer_bytes(file), NULL, keep, &seen,
                               &analysis, &err),
              err);
    assert_int_equal(seen.calls, photo.faces.count);
    assert_null(photo.preview);
    return analysis;
}

/* Both ways to one portrait; their bytes must be the same. */
static kept render(fc_analysis *analysis, const fc_buffer *file, int32_t side, double margin)
{
    fc_error err = { 0 };
    kept wanted = { 0 };
    kept got = { 0 };
    fc_photo photo = photo_of(side, margin);
    ASSERT_OK(
        fc_engine_process(fc_test_engine, &photo, fc_buffer_bytes(file), NULL, keep, &wanted, &err),
        err);
    fc_photo_clear(&photo);
    photo = photo_of(side, margin);
    ASSERT_OK(fc_analysis_render(analysis, &photo, NULL, keep, &got, &err), err);
    fc_photo_clear(&photo);
    assert_int_equal(got.png.size, wanted.png.size);
    assert_memory_equal(got.png.data, wanted.png.data, wanted.png.size);
    fc_buffer_clear(&wanted.png);
    fc_buffer_clear(&got.png);
    return got;
}

static void a_smaller_analysis_gives_the_same_portraits(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_buffer file = { 0 };
    make_photo(2600, &file);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    kept seen = render(analysis, &file, 900, 0.2);
    const size_t before = fc_analysis_size(analysis);
    fc_analysis_shrink(analysis);
    const size_t small = fc_analysis_size(analysis);
    assert_true(small < file.size + (64 << 10));
    seen = render(analysis, &file, 900, 0.2);
    assert_true(seen.asked_network);
    assert_int_equal(fc_analysis_size(analysis), before);
    fc_analysis_shrink(analysis);
    fc_analysis_shrink(analysis); /* there is nothing more to give up */
    assert_int_equal(fc_analysis_size(analysis), small);
    fc_buffer_clear(&file);
}

/* The preview was turned when the face was found. */
static void a_smaller_analysis_of_somebody_who_lies_gives_the_same_portraits(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_buffer upright = { 0 };
    make_photo(1000, &upright);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&upright));
    FC_AUTO(fc_image) lying = NULL;
    ASSERT_OK(fc_turn(raster->pixels, 1, &lying, &err), err);
    fc_buffer file = FC_BUFFER(PHOTO_BYTES_MAX);
    ASSERT_OK(fc_encode_png(lying, &file, &err), err);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    kept seen = render(analysis, &file, 300, 0.2);
    fc_analysis_shrink(analysis);
    seen = render(analysis, &file, 300, 0.2);
    assert_true(seen.asked_network);
    fc_buffer_clear(&upright);
    fc_buffer_clear(&file);
}

static void renders_have_the_bytes_of_portraits_also_where_the_face_is_decoded_again(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_buffer file = { 0 };
    make_photo(2600, &file);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    const size_t before = fc_analysis_size(analysis);
    const kept first = render(analysis, &file, 900, 0.2);
    assert_true(first.asked_network);
    assert_true(first.new_detail);
    const size_t after = fc_analysis_size(analysis);
    assert_true(after > before);
    const kept second = render(analysis, &file, 900, 0.5);
    assert_false(second.asked_network);
    assert_true(second.kept_detail);
    assert_int_equal(fc_analysis_size(analysis), after);
    const kept smaller = render(analysis, &file, 200, 0.3);
    assert_false(smaller.new_detail || smaller.kept_detail);
    fc_buffer_clear(&file);
}

static void blocks_are_smoothed_the_same_way_where_more_of_the_photo_is_kept(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_buffer file = { 0 };
    make_blocky_photo(&file);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    const kept first = render(analysis, &file, 700, 0.2);
    assert_true(first.new_detail && first.smoothed);
    const kept second = render(analysis, &file, 800, 0.1);
    assert_true(second.kept_detail && second.smoothed);
    fc_buffer_clear(&file);
}

static kept check(fc_analysis *analysis, int32_t side, fc_choice quality)
{
    fc_error err = { 0 };
    kept got = { 0 };
    fc_photo photo = photo_of(side, 0.3);
    photo.params.check = true;
    photo.params.matte_quality = quality;
    ASSERT_OK(fc_analysis_render(analysis, &photo, NULL, keep, &got, &err), err);
    fc_photo_clear(&photo);
    fc_buffer_clear(&got.png);
    return got;
}

/* As a fresh process would: another raster or mask gives other values. */
static void the_check_is_known_where_it_looks_at_the_same(void **state)
{
    (void)state;
    if (fc_test_engine == NULL || !fc_engine_model_loaded(fc_test_engine, FC_MODEL_FILE_mesh)) {
        skip();
    }
    fc_buffer file = { 0 };
    make_photo(2600, &file);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    assert_false(check(analysis, 200, FC_MATTE_FAST).known_check);
    assert_true(check(analysis, 200, FC_MATTE_FAST).known_check);
    assert_true(check(analysis, 220, FC_MATTE_FAST).known_check);
    assert_false(check(analysis, 1200, FC_MATTE_FAST).known_check);
    assert_true(check(analysis, 1100, FC_MATTE_FAST).known_check);
    fc_analysis_shrink(analysis);
    assert_true(check(analysis, 1100, FC_MATTE_FAST).known_check);
    fc_buffer_clear(&file);
}

static void a_face_that_is_not_there_is_refused(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    ASSERT_OK(fc_file_read("tests/data/astronaut.png", PHOTO_BYTES_MAX, &file, &err), err);
    FC_AUTO(fc_analysis) analysis = analyse(&file);
    fc_photo photo = photo_of(100, 0.3);
    photo.params.face = -3;
    kept none = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_analysis_render(analysis, &photo, NULL, keep, &none, &err),
                 err);
    assert_int_equal(none.calls, 0);
    assert_null(photo.preview);
    fc_buffer_clear(&file);
}

static void what_is_no_picture_is_not_kept(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_photo photo = photo_of(100, 0.3);
    fc_analysis *analysis = NULL;
    kept none = { 0 };
    const fc_bytes text = { (const uint8_t *)"no picture", 10 };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_analysis_make(fc_test_engine, &photo, text, NULL, keep, &none, &analysis, &err),
                 err);
    assert_null(analysis);
    fc_photo_clear(&photo);
}

/* A photo that was looked at, without models. */
static fc_photo looked_at(fc_error *err)
{
    fc_photo photo = { .params = fc_params_default() };
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo.preview, (void **)&photo.preview, err), *err);
    ASSERT_OK(fc_image_new((fc_size){ 8, 8 }, 3, &photo.preview->pixels, err), *err);
    photo.faces.count = 2;
    return photo;
}

static void keeping_a_photo_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo = looked_at(&err);
    const fc_bytes file = { (const uint8_t *)"photo", 5 };
    fc_analysis *analysis = NULL;
    SWEEP_ALLOCATIONS(fc_analysis_new(NULL, &photo, file, &analysis, &err),
                      analysis == NULL && photo.preview != NULL);
    assert_null(photo.preview);
    fc_analysis *other = fc_analysis_ref(analysis);
    fc_analysis_unref(analysis);
    assert_true(fc_analysis_size(other) > 8 * 64);
    fc_analysis_unref(other);
    fc_analysis_unref(NULL);
}

/* What is shown of a grey picture of this size, of whose file so many bytes are missing. */
static fc_status show(fc_size size, size_t missing, fc_size *out, fc_error *err)
{
    const fc_decode_limits limits = { ~0U, INT64_C(1) << 30, INT64_C(1) << 30 };
    FC_AUTO(fc_image) image = NULL;
    ASSERT_OK(fc_image_new(size, 3, &image, err), *err);
    memset(image->data, 90, fc_image_bytes(image));
    FC_AUTO_BUFFER(png, PHOTO_BYTES_MAX);
    ASSERT_OK(fc_encode_png(image, &png, err), *err);
    fc_bytes file = fc_buffer_bytes(&png);
    fc_photo photo = looked_at(err);
    photo.limits = limits;
    ASSERT_OK(fc_decode_probe(file, &limits, &photo.facts, err), *err);
    FC_AUTO(fc_analysis) analysis = NULL;
    file.size -= missing;
    ASSERT_OK(fc_analysis_new(NULL, &photo, file, &analysis, err), *err);
    FC_AUTO_BUFFER(jpeg, FC_ORIGINAL_BYTES_MAX);
    FC_TRY(fc_analysis_original(analysis, &jpeg, err));
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&jpeg), &limits, &facts, err), *err);
    assert_string_equal(fc_format_name(facts.format), "jpeg");
    *out = facts.size;
    return FC_OK;
}

static void the_original_is_shown_as_a_jpeg_of_1600_px_at_most(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_size size = { 0, 0 };
    ASSERT_OK(show((fc_size){ 3200, 4000 }, 0, &size, &err), err);
    assert_int_equal(size.width, 1280);
    assert_int_equal(size.height, 1600);
    ASSERT_OK(show((fc_size){ 300, 1 }, 0, &size, &err), err);
    assert_int_equal(size.width, 300);
    assert_int_equal(size.height, 1);
}

static void an_original_that_cannot_be_read_again_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_size size = { 0, 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, show((fc_size){ 64, 64 }, 40, &size, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders_have_the_bytes_of_portraits_also_where_the_face_is_decoded_again),
        cmocka_unit_test(blocks_are_smoothed_the_same_way_where_more_of_the_photo_is_kept),
        cmocka_unit_test(the_check_is_known_where_it_looks_at_the_same),
        cmocka_unit_test(a_face_that_is_not_there_is_refused),
        cmocka_unit_test(what_is_no_picture_is_not_kept),
        cmocka_unit_test(keeping_a_photo_survives_every_allocation_failure),
        cmocka_unit_test(the_original_is_shown_as_a_jpeg_of_1600_px_at_most),
        cmocka_unit_test(an_original_that_cannot_be_read_again_is_refused),
        cmocka_unit_test(a_smaller_analysis_gives_the_same_portraits),
        cmocka_unit_test(a_smaller_analysis_of_somebody_who_lies_gives_the_same_portraits),
    };
    return cmocka_run_group_tests_name("engine/analysis", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
