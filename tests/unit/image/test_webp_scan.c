#include "image/webp_scan.h"

#include <string.h>

#include "base/limits.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

static void put(fc_buffer *file, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

/* Writes the length of all into the head. */
static fc_bytes finish(fc_buffer *file)
{
    const size_t size = file->size - 8;
    for (size_t i = 0; i < 4; i++) {
        file->data[4 + i] = (uint8_t)(size >> 8 * i);
    }
    return fc_buffer_bytes(file);
}

/* An animation of 40 x 30 px. */
static void put_animation(fc_buffer *file)
{
    put(file, "RIFF\0\0\0\0WEBP", 12);
    put(file, "VP8X\x0a\0\0\0\2\0\0\0\x27\0\0\x1d\0\0", 18);
}

/* A picture of 8 x 8 px at 2 x and 2 y, with a chunk of 3 bytes, which is padded, in it. */
static void put_frame(fc_buffer *file, uint8_t x, uint8_t y)
{
    const uint8_t head[] = { 'A', 'N', 'M', 'F', 28, 0, 0, 0, x, 0, 0, y,
                             0,   0,   7,   0,   0,  7, 0, 0, 0, 0, 0, 0 };
    put(file, head, sizeof head);
    put(file, "VP8 \3\0\0\0abc", 12); /* and the zero that C adds */
}

static void animations_are_bounded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_animation(&file);
    for (int i = 0; i < FC_FRAMES_MAX; i++) {
        put_frame(&file, 0, 0);
    }
    fc_webp_layout layout = { 0 };
    ASSERT_OK(fc_webp_scan(finish(&file), &layout, &err), err);
    put_frame(&file, 0, 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_webp_scan(finish(&file), &layout, &err), err);
}

static void first_picture_of_an_animation_is_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_animation(&file);
    put(&file, "ICCP\4\0\0\0icc.", 12);
    put_frame(&file, 16, 11);
    put_frame(&file, 0, 0);
    put(&file, "EXIF\1\0\0\0x", 10);
    const size_t size = file.size;
    put(&file, "more\xff\0\0\0", 8); /* a chunk that ends after the file */
    fc_webp_layout layout = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_webp_scan(finish(&file), &layout, &err), err);
    file.data[size + 4] = 0; /* and an empty one */
    (void)finish(&file);
    put(&file, "behind the end", 14);
    ASSERT_OK(fc_webp_scan(fc_buffer_bytes(&file), &layout, &err), err);
    assert_true(layout.is_animation);
    assert_int_equal(layout.canvas.width, 40);
    assert_int_equal(layout.canvas.height, 30);
    assert_int_equal(layout.frame.x, 32);
    assert_int_equal(layout.frame.y, 22);
    assert_int_equal(layout.frame.width, 8);
    assert_int_equal(layout.frame.height, 8);
    assert_int_equal(layout.image.size, 12);
    assert_memory_equal(layout.image.data, "VP8 \3\0\0\0abc", 12);
    assert_int_equal(layout.profile.size, 4);
    assert_memory_equal(layout.profile.data, "icc.", 4);
    assert_int_equal(layout.exif.size, 1);
}

static void real_files_pass(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const NAMES[] = { "lossy.webp", "lossless.webp", "animated.webp" };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        fc_webp_layout layout = { 0 };
        ASSERT_OK(fc_webp_scan(file->bytes, &layout, &err), err);
        assert_int_equal(layout.is_animation, i == 2);
        assert_true(layout.image.size > 0);
    }
}

static void file_cut_anywhere_is_damaged(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("lossy.webp");
    for (size_t size = 12; size < file->bytes.size; size++) {
        fc_webp_layout layout = { 0 };
        ASSERT_FAILS(FC_CORRUPT_IMAGE,
                     fc_webp_scan((fc_bytes){ file->bytes.data, size }, &layout, &err), err);
    }
}

static void structures_that_contradict_themselves_are_damaged(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const struct {
        const char *bytes;
        size_t size;
    } FILES[] = {
        { "RIFF\0\0\0\0WEBP", 12 },                       /* shorter than its head */
        { "RIFF\x0c\0\0\0WEBPANMF\xff\xff\xff\xff", 20 }, /* a chunk past the end */
        { "RIFF\x0d\0\0\0WEBPVP8X\1\0\0\0\2", 21 },       /* half a header */
        { "RIFF\x0d\0\0\0WEBPANMF\1\0\0\0\2", 21 },       /* half a picture */
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        const fc_bytes file = { (const uint8_t *)FILES[i].bytes, FILES[i].size };
        fc_webp_layout layout = { 0 };
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_webp_scan(file, &layout, &err), err);
    }
    for (uint8_t i = 0; i < 3; i++) { /* too far right, too far down, none at all */
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        put_animation(&file);
        if (i < 2) {
            put_frame(&file, i == 0 ? 17 : 16, i == 1 ? 12 : 11);
        }
        fc_webp_layout layout = { 0 };
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_webp_scan(finish(&file), &layout, &err), err);
    }
}

static void a_profile_above_its_bound_is_left_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_PROFILE_BYTES_MAX + 1000);
    put_animation(&file);
    put_frame(&file, 0, 0);
    put(&file, "ICCP\1\0\x40\0", 8);                         /* 4 MB and a byte */
    const size_t end = file.size + FC_PROFILE_BYTES_MAX + 2; /* and one to make it even */
    while (file.size < end) {
        put(&file, "01", 2);
    }
    fc_webp_layout layout = { 0 };
    ASSERT_OK(fc_webp_scan(finish(&file), &layout, &err), err);
    assert_true(layout.lost_profile);
    assert_int_equal(layout.profile.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(animations_are_bounded),
        cmocka_unit_test(first_picture_of_an_animation_is_found),
        cmocka_unit_test(real_files_pass),
        cmocka_unit_test(file_cut_anywhere_is_damaged),
        cmocka_unit_test(structures_that_contradict_themselves_are_damaged),
        cmocka_unit_test(a_profile_above_its_bound_is_left_out),
    };
    return cmocka_run_group_tests_name("image/webp_scan", tests, NULL, NULL);
}
