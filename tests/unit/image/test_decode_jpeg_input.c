#include "base/file.h"
#include "base/memory.h"
#include "support/jpeg_file.h"
#include "support/sources.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* Sides that no block divides. */
static const fc_size SIZE = { 157, 83 };

static const jpeg_kind BASELINE = { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } } };

/* Every way of coding a picture. */
static const jpeg_kind CODINGS[] = {
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } } },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .restart_blocks = 3 },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .apart = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .progressive = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .arithmetic = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .arithmetic = true, .progressive = true },
};
#define CODINGS_COUNT (sizeof CODINGS / sizeof CODINGS[0])

static fc_source *open_source(fc_bytes file)
{
    fc_error err = { 0 };
    fc_source *source = NULL;
    ASSERT_OK(fc_jpeg_open(file, &sources_limits, &source, &err), err);
    return source;
}

/* What comes of a file: opened, and read whole. */
static fc_status decode(fc_bytes file, int32_t shrink, uint8_t **pixels, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_jpeg_open(file, &sources_limits, &source, err));
    const fc_size size = sources_shrunk(source, shrink);
    return sources_read(source, shrink, (fc_rect){ 0, 0, size.width, size.height }, pixels, err);
}

static void assert_refused(fc_status status, fc_bytes file)
{
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        fc_error err = { 0 };
        FC_AUTO(fc_octets) pixels = NULL;
        ASSERT_FAILS(status, decode(file, shrink, &pixels, &err), err);
        assert_null(pixels);
    }
}

static void assert_same_picture(fc_bytes a, fc_bytes b, size_t channels)
{
    fc_error err = { 0 };
    FC_AUTO(fc_octets) first = NULL;
    FC_AUTO(fc_octets) second = NULL;
    ASSERT_OK(decode(a, 1, &first, &err), err);
    ASSERT_OK(decode(b, 1, &second, &err), err);
    assert_memory_equal(first, second, channels * (size_t)SIZE.width * (size_t)SIZE.height);
}

static void put(fc_buffer *file, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

/* As some phones write it, with or without zeros, a film or a second picture behind. */
static void picture_without_end_marker_is_whole(void **state)
{
    (void)state;
    static const uint8_t ZEROS[1000] = { 0 };
    for (size_t i = 0; i < CODINGS_COUNT - 1; i++) { /* the last one: see below */
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(open_end, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(zeros, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(second, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &whole);
        const size_t size = whole.size - 2;
        put(&open_end, whole.data, size);
        put(&zeros, whole.data, size);
        put(&zeros, ZEROS, sizeof ZEROS);
        put(&second, whole.data, size);
        put(&second, whole.data, whole.size);
        put(&second,
            "\0\0\0\x18"
            "ftypmp42\xff\x02\xff\xc0\0\0",
            18);
        const fc_bytes expected = fc_buffer_bytes(&whole);
        assert_same_picture(expected, fc_buffer_bytes(&open_end), 3);
        assert_same_picture(expected, fc_buffer_bytes(&zeros), 3);
        assert_same_picture(expected, fc_buffer_bytes(&second), 3);
        FC_AUTO_BUFFER(ended, FILE_SIZE_MAX);
        put(&ended, whole.data, whole.size);
        put(&ended, whole.data, size / 2); /* behind an end marker: anything */
        assert_same_picture(expected, fc_buffer_bytes(&ended), 3);
    }
}

/* Half of the rows would be grey: with an end marker put behind, libjpeg only warns. Of arithmetic
 * coding in many scans not even that: nobody can tell zeros that were dropped from ones cut off. */
static void picture_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &whole);
        for (size_t eighths = 3; eighths < 8; eighths++) {
            FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
            put(&cut, whole.data, whole.size * eighths / 8);
            assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
            if (!CODINGS[i].arithmetic || !CODINGS[i].progressive) {
                put(&cut, "\xff\xd9", 2);
                assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
            }
        }
    }
}

/* The last 20 bytes hold the last block or two. */
static void last_block_counts(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &whole);
    FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
    put(&cut, whole.data, whole.size - 20);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
    put(&cut, "\xff\xd9", 2);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
}

/* Offset of the n-th restart marker. */
static size_t find_restart(fc_bytes file, int n)
{
    for (size_t i = 0; i + 1 < file.size; i++) {
        if (file.data[i] == 0xff && (file.data[i + 1] & 0xf8) == 0xd0 && n-- == 0) {
            return i;
        }
    }
    fail();
    return 0;
}

static void lost_restart_interval_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&CODINGS[1], SIZE, &whole);
    const size_t from = find_restart(fc_buffer_bytes(&whole), 4);
    const size_t to = find_restart(fc_buffer_bytes(&whole), 5);
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, whole.data, from);
    put(&file, whole.data + to, whole.size - to);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&file));
}

/* Damage above a part is no part's business; it is seen where the whole picture is read. */
static void damage_is_seen_up_to_the_last_row_that_is_read(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &cut);
    cut.size = cut.size * 3 / 4;
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&cut));
    FC_AUTO(fc_octets) above = NULL;
    FC_AUTO(fc_octets) below = NULL;
    ASSERT_OK(sources_read(source, 1, (fc_rect){ 100, 0, 20, 16 }, &above, &err), err);
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 sources_read(source, 1, (fc_rect){ 100, 82, 20, 1 }, &below, &err), err);
}

static void oddities_that_cost_no_pixel_pass(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &whole);
    FC_AUTO_BUFFER(odd, FILE_SIZE_MAX);
    put(&odd, whole.data, whole.size - 2);
    put(&odd, "\0\0\0\0\xff\xd9", 6); /* bytes before the end marker */
    jpeg_file_insert(&odd, 0xe0, "JFIF\0\x09\x09\0\0\1\0\1\0\0", 14);       /* of a day to come */
    jpeg_file_insert(&odd, 0xee, "Adobe\0\x64\0\0\0\0\x07", 12);            /* an unknown model */
    jpeg_file_insert(&odd, 0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>", 33); /* no EXIF */
    assert_same_picture(fc_buffer_bytes(&whole), fc_buffer_bytes(&odd), 3);
}

/* A damaged file is refused or decoded, at every scale the same. */
static void damage_is_the_same_at_every_scale(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &file);
        for (size_t at = 100; at < file.size; at += 97) {
            const uint8_t before = file.data[at];
            file.data[at] = (uint8_t)~before;
            FC_AUTO(fc_octets) whole = NULL;
            const fc_status status = decode(fc_buffer_bytes(&file), 1, &whole, NULL);
            for (int32_t shrink = 2; shrink <= 8; shrink *= 2) {
                FC_AUTO(fc_octets) pixels = NULL;
                assert_int_equal(decode(fc_buffer_bytes(&file), shrink, &pixels, NULL), status);
            }
            file.data[at] = before;
        }
    }
}

static void faulty_files_have_their_right_answers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_status status;
    } FILES[] = { { "faults/05_half_with_eoi.jpg", FC_CORRUPT_IMAGE },
                  { "faults/09_no_eoi.jpg", FC_OK } };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        const char *path = fc_test_shared_file(FILES[i].name);
        if (path == NULL) {
            skip();
        }
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(path, FILE_SIZE_MAX, &file, &err), err);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            FC_AUTO(fc_octets) pixels = NULL;
            assert_int_equal(decode(file->bytes, shrink, &pixels, &err), FILES[i].status);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture_without_end_marker_is_whole),
        cmocka_unit_test(picture_that_is_cut_is_refused),
        cmocka_unit_test(last_block_counts),
        cmocka_unit_test(lost_restart_interval_is_refused),
        cmocka_unit_test(damage_is_seen_up_to_the_last_row_that_is_read),
        cmocka_unit_test(oddities_that_cost_no_pixel_pass),
        cmocka_unit_test(damage_is_the_same_at_every_scale),
        cmocka_unit_test(faulty_files_have_their_right_answers),
    };
    return cmocka_run_group_tests_name("image/decode_jpeg_input", tests, NULL, NULL);
}
