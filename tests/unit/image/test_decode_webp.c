#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>

#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/sources.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)
#define WIDTH 61
#define HEIGHT 43

typedef struct webp_kind {
    bool lossless;
    bool has_alpha;
} webp_kind;

static const webp_kind KINDS[] = {
    { false, false }, { true, false }, { false, true }, { true, true }
};
#define KINDS_COUNT (sizeof KINDS / sizeof KINDS[0])

static void draw(uint8_t *rgba, bool has_alpha)
{
    for (int32_t i = 0; i < WIDTH * HEIGHT; i++) {
        const int32_t x = i % WIDTH;
        const int32_t y = i / WIDTH;
        const uint8_t square = (uint8_t)((x / 3 + y / 3) % 3 * 30);
        const uint8_t pixel[4] = { (uint8_t)(3 * x + square), (uint8_t)(4 * y + square),
                                   (uint8_t)(x + 2 * y), (uint8_t)(has_alpha ? 80 + x + y : 255) };
        memcpy(rgba + 4 * i, pixel, 4);
    }
}

static void make(webp_kind kind, fc_buffer *out)
{
    uint8_t rgba[4 * WIDTH * HEIGHT];
    draw(rgba, kind.has_alpha);
    uint8_t *bytes = NULL;
    const size_t size = kind.lossless
                            ? WebPEncodeLosslessRGBA(rgba, WIDTH, HEIGHT, 4 * WIDTH, &bytes)
                            : WebPEncodeRGBA(rgba, WIDTH, HEIGHT, 4 * WIDTH, 80, &bytes);
    assert_true(size > 0);
    assert_int_equal(fc_buffer_append(out, bytes, size, NULL), FC_OK);
    WebPFree(bytes);
}

static void put(fc_buffer *file, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

static void put_32(fc_buffer *file, size_t value)
{
    const uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                               (uint8_t)(value >> 24) };
    put(file, bytes, sizeof bytes);
}

/* An animation of one picture at 10, 6 on a canvas of 80 x 60 px, whose size is told as
 * `width` x HEIGHT. The picture's chunks are those of a plain file. */
static void make_animation(fc_bytes still, uint8_t width, fc_buffer *out)
{
    /* A still file of many parts has a header of its own, which an animation's picture lacks. */
    const size_t skipped = memcmp(still.data + 12, "VP8X", 4) == 0 ? 30 : 12;
    const size_t chunks = still.size - skipped;
    put(out, "RIFF", 4);
    put_32(out, 4 + 18 + 24 + chunks);
    put(out, "WEBPVP8X\x0a\0\0\0\x12\0\0\0\x4f\0\0\x3b\0\0", 22);
    put(out, "ANMF", 4);
    put_32(out, 16 + chunks);
    const uint8_t head[16] = { 5, 0, 0, 3, 0, 0, (uint8_t)(width - 1), 0, 0, HEIGHT - 1 };
    put(out, head, sizeof head);
    put(out, still.data + skipped, chunks);
}

static fc_source *open_source(fc_bytes file)
{
    fc_error err = { 0 };
    fc_source *source = NULL;
    ASSERT_OK(fc_webp_codec.open(file, &sources_limits, &source, &err), err);
    return source;
}

static fc_status decode(fc_bytes file, uint8_t **pixels, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_webp_codec.open(file, &sources_limits, &source, err));
    const fc_rect all = { 0, 0, source->size.width, source->size.height };
    return sources_read(source, 1, all, pixels, err);
}

static void pixels_are_those_that_were_stored(void **state)
{
    (void)state;
    uint8_t drawn[4 * WIDTH * HEIGHT];
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        draw(drawn, KINDS[i].has_alpha);
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(KINDS[i], &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        assert_int_equal(source->size.width, WIDTH);
        assert_int_equal(source->size.height, HEIGHT);
        assert_int_equal(source->space.model, FC_COLOUR_RGB);
        assert_int_equal(source->space.has_alpha, KINDS[i].has_alpha);
        assert_int_equal(source->orientation, 1);
        assert_false(source->shrinks);
        FC_AUTO(fc_octets) pixels = sources_read_whole(source, 1);
        const int32_t channels = KINDS[i].has_alpha ? 4 : 3;
        int64_t sum = 0;
        for (int32_t k = 0; k < channels * WIDTH * HEIGHT; k++) {
            sum += abs(pixels[k] - drawn[k / channels * 4 + k % channels]);
        }
        assert_true(KINDS[i].lossless ? sum == 0 : sum < 10 * channels * WIDTH * HEIGHT);
    }
}

static void parts_are_those_of_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(still, FILE_SIZE_MAX);
        make(KINDS[i], &still);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&still));
        sources_assert_parts(source, 1);
        FC_AUTO_BUFFER(animation, FILE_SIZE_MAX);
        make_animation(fc_buffer_bytes(&still), WIDTH, &animation);
        FC_AUTO(fc_source) animated = open_source(fc_buffer_bytes(&animation));
        sources_assert_parts(animated, 1);
    }
}

static void first_picture_lies_on_its_canvas(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(still, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(animation, FILE_SIZE_MAX);
        make(KINDS[i], &still);
        make_animation(fc_buffer_bytes(&still), WIDTH, &animation);
        FC_AUTO(fc_source) inner = open_source(fc_buffer_bytes(&still));
        FC_AUTO(fc_octets) picture = sources_read_whole(inner, 1);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&animation));
        assert_int_equal(source->size.width, 80);
        assert_int_equal(source->size.height, 60);
        assert_true(source->space.has_alpha);
        FC_AUTO(fc_octets) canvas = sources_read_whole(source, 1);
        const int32_t channels = KINDS[i].has_alpha ? 4 : 3;
        for (int32_t y = 0; y < 60; y++) {
            for (int32_t x = 0; x < 80; x++) {
                const uint8_t *pixel = canvas + 4 * (80 * y + x);
                const bool is_inside = x >= 10 && x < 10 + WIDTH && y >= 6 && y < 6 + HEIGHT;
                if (is_inside) {
                    const uint8_t *from = picture + channels * (WIDTH * (y - 6) + x - 10);
                    assert_memory_equal(pixel, from, (size_t)channels);
                }
                assert_int_equal(pixel[3] > 0, is_inside);
            }
        }
    }
}

static void metadata_is_found(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(still, FILE_SIZE_MAX);
    make(KINDS[0], &still);
    const size_t chunks = still.size - 12;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "RIFF", 4);
    put_32(&file, 4 + 18 + 12 + chunks + 8 + 26);
    put(&file, "WEBPVP8X\x0a\0\0\0\x28\0\0\0\x3c\0\0\x2a\0\0", 22);
    put(&file, "ICCP\x04\0\0\0icc.", 12);
    put(&file, still.data + 12, chunks);
    put(&file, "EXIF\x1a\0\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0", 34);
    FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
    assert_int_equal(source->orientation, 8);
    assert_int_equal(source->space.profile.size, 4);
    assert_memory_equal(source->space.profile.data, "icc.", 4);
    assert_ptr_equal(source->coded.data + source->coded.size, file.data + file.size);
    FC_AUTO(fc_octets) pixels = sources_read_whole(source, 1);
}

/* The lengths in the file say that nothing is missing. */
static void picture_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        make(KINDS[i], &whole);
        for (size_t eighths = 1; eighths < 8; eighths++) {
            fc_error err = { 0 };
            FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
            put(&cut, whole.data, whole.size * eighths / 8);
            FC_AUTO(fc_octets) pixels = NULL;
            ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(fc_buffer_bytes(&cut), &pixels, &err), err);
            if (!KINDS[i].has_alpha) { /* one chunk */
                const size_t size = cut.size & ~(size_t)1;
                cut.size = 0;
                put(&cut, "RIFF", 4);
                put_32(&cut, size - 8);
                put(&cut, whole.data + 8, 8);
                put_32(&cut, size - 20);
                put(&cut, whole.data + 20, size - 20);
                ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(fc_buffer_bytes(&cut), &pixels, &err), err);
            }
        }
    }
}

static void picture_of_another_size_than_told_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(still, FILE_SIZE_MAX);
    make(KINDS[1], &still);
    for (uint8_t i = 0; i < 2; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make_animation(fc_buffer_bytes(&still), (uint8_t)(WIDTH - 1 + 2 * i), &file);
        FC_AUTO(fc_octets) pixels = NULL;
        ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(fc_buffer_bytes(&file), &pixels, &err), err);
    }
}

static void bytes_for_each_pixel_are_told(void **state)
{
    (void)state;
    static const int64_t EXPECTED[] = { 3, 7, 9, 8 };
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        make(KINDS[i], &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        assert_int_equal(source->kept_bytes, EXPECTED[i] * WIDTH * HEIGHT);
        const fc_source_limits tight[] = { { WIDTH * HEIGHT - 1, 1 << 20 },
                                           { 1 << 20, EXPECTED[i] * WIDTH * HEIGHT - 1 } };
        for (size_t k = 0; k < 2; k++) {
            FC_AUTO(fc_source) refused = NULL;
            ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                         fc_webp_codec.open(fc_buffer_bytes(&file), &tight[k], &refused, &err),
                         err);
        }
    }
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(still, FILE_SIZE_MAX);
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    make(KINDS[0], &still);
    make_animation(fc_buffer_bytes(&still), WIDTH, &file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    FC_AUTO(fc_source) source = NULL;
    SWEEP_ALLOCATIONS(fc_webp_codec.open(bytes, &sources_limits, &source, &err), source == NULL);
    FC_AUTO(fc_rows) rows = NULL;
    SWEEP_ALLOCATIONS(source->rows(source, 1, (fc_rect){ 0, 0, 80, 60 }, &rows, &err),
                      rows == NULL);
}

static void version_is_told(void **state)
{
    (void)state;
    assert_in_range(atoi(fc_webp_codec.version()), 1, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_those_that_were_stored),
        cmocka_unit_test(parts_are_those_of_the_whole),
        cmocka_unit_test(first_picture_lies_on_its_canvas),
        cmocka_unit_test(metadata_is_found),
        cmocka_unit_test(picture_that_is_cut_is_refused),
        cmocka_unit_test(picture_of_another_size_than_told_is_refused),
        cmocka_unit_test(bytes_for_each_pixel_are_told),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(version_is_told),
    };
    return cmocka_run_group_tests_name("image/decode_webp", tests, NULL, NULL);
}
