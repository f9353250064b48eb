#include "image/jpeg_scan.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

static void put(fc_buffer *file, const char *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

/* Frame header of 16 x 8 px with one component; the caller names marker, bits and components. */
static void put_frame(fc_buffer *file, uint8_t marker, uint8_t bits, uint8_t components)
{
    const uint8_t frame[] = { 0xff, marker, 0, 11, bits, 0, 8, 0, 16, components, 1, 0x11, 0 };
    put(file, (const char *)frame, sizeof frame);
}

/* A scan with an escaped 0xff, a restart marker and filling before the next marker. */
static void put_scan(fc_buffer *file)
{
    put(file, "\xff\xda\0\x08\1\1\0\0\x3f\0\x12\xff\0\xff\xd0\x34\xff", 17);
}

static void frame_and_scans_are_read(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8\xff\xfe\0\4\xff\xda", 8); /* a comment that looks like a scan */
    put_frame(&file, 0xc2, 8, 1);
    for (int i = 0; i < 10; i++) {
        put_scan(&file);
    }
    put(&file, "\xff\xd9", 2);
    put_scan(&file); /* after the end: not counted */
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, 10);
    assert_int_equal(frame.width, 16);
    assert_int_equal(frame.height, 8);
    assert_int_equal(frame.components, 1);
    assert_true(frame.progressive);
}

static void real_files_are_understood(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_jpeg_frame frame = { 0 };
    FC_AUTO(fc_mapping) baseline = fc_photo_open("orientation_6.jpg");
    ASSERT_OK(fc_jpeg_scan(baseline->bytes, &frame, &err), err);
    assert_int_equal(frame.scans, 1);
    assert_int_equal(frame.width, 16);
    assert_false(frame.progressive);
    FC_AUTO(fc_mapping) progressive = fc_photo_open("progressive.jpg");
    ASSERT_OK(fc_jpeg_scan(progressive->bytes, &frame, &err), err);
    assert_int_equal(frame.scans, 10);
    assert_true(frame.progressive);
}

static void too_many_scans_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc2, 8, 1);
    for (int i = 0; i < FC_JPEG_SCANS_MAX; i++) {
        put_scan(&file);
    }
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    put_scan(&file);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, FC_JPEG_SCANS_MAX);
}

static void assert_frame_refused(fc_status status, uint8_t marker, uint8_t bits, uint8_t components)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, marker, bits, components);
    put_scan(&file);
    fc_jpeg_frame frame = { 0 };
    ASSERT_FAILS(status, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
}

static void kinds_that_cannot_be_decoded_are_refused(void **state)
{
    (void)state;
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc1, 12, 1); /* 12 bits */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc3, 8, 1);  /* lossless */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc5, 8, 1);  /* hierarchical */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xcf, 8, 1);
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc0, 8, 2);
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc0, 8, 255);
}

static void damaged_structures_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_jpeg_frame frame = { 0 };
    static const struct {
        const char *bytes;
        size_t size;
    } FILES[] = {
        { "", 0 },
        { "\xff\xd8", 2 },
        { "\xff\xd8\xff\xd9", 4 },
        { "\xff\xd8\xff\xda\0\2", 6 },                           /* a scan before the frame */
        { "\xff\xd8\xff\xe0\0\1", 6 },                           /* a segment of 1 byte */
        { "\xff\xd8\xff\xe0\xff\xff", 6 },                       /* past the end */
        { "\xff\xd8\xff\xe0\0", 5 },                             /* half a length */
        { "\xff\xd8\xff\xc0\0\2", 6 },                           /* an empty frame header */
        { "\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\x10\1\1\x11\0", 15 } /* 16 x 0 px */
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        const fc_bytes file = { (const uint8_t *)FILES[i].bytes, FILES[i].size };
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_scan(file, &frame, &err), err);
    }
}

static void two_frames_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc0, 8, 1);
    put_frame(&file, 0xc0, 8, 1);
    put_scan(&file);
    fc_jpeg_frame frame = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_and_scans_are_read),
        cmocka_unit_test(real_files_are_understood),
        cmocka_unit_test(too_many_scans_are_refused),
        cmocka_unit_test(kinds_that_cannot_be_decoded_are_refused),
        cmocka_unit_test(damaged_structures_are_refused),
        cmocka_unit_test(two_frames_are_refused),
    };
    return cmocka_run_group_tests_name("image/jpeg_scan", tests, NULL, NULL);
}
