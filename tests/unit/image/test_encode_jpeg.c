#include <stdlib.h>

#include "base/memory.h"
#include "image/encode.h"
#include "image/jpeg_scan.h"
#include "image/jpeg_writer.h"
#include "support/fc_photo.h"

#define JPEG_SIZE_MAX ((size_t)1 << 22)

/* Less than any JPEG of the photo takes. */
#define SMALL_BYTES 2000

static fc_image *open_photo(void)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new("tests/data/astronaut.png", JPEG_SIZE_MAX, &file, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    return FC_STEAL(raster->pixels);
}

static void best_quality_is_used_where_it_fits(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(image, 500000, &jpeg, &quality, &err), err);
    assert_int_equal(quality, 95);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&jpeg));
    double sum = 0;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < 3 * image->size.width; i++) {
            sum += abs(fc_image_row(raster->pixels, y)[i] - fc_image_row(image, y)[i]);
        }
    }
    assert_true(sum / (3.0 * image->size.width * image->size.height) < 2);
}

/* Where the file fits as it is quickly made, bytes are not saved; the picture is the same. */
static void bytes_are_saved_only_where_they_count(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(quick, JPEG_SIZE_MAX);
    FC_AUTO_BUFFER(same, JPEG_SIZE_MAX);
    FC_AUTO_BUFFER(small, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(image, JPEG_SIZE_MAX, &quick, &quality, &err), err);
    assert_int_equal(quality, 95);
    ASSERT_OK(fc_encode_jpeg(image, quick.size, &same, &quality, &err), err);
    assert_int_equal(quality, 95);
    assert_int_equal(same.size, quick.size);
    assert_memory_equal(same.data, quick.data, quick.size);
    ASSERT_OK(fc_encode_jpeg(image, quick.size - 1, &small, &quality, &err), err);
    assert_int_equal(quality, 95);
    assert_true(small.size < quick.size && quick.size < small.size * 103 / 100);
    FC_AUTO(fc_raster) a = fc_photo_decode(fc_buffer_bytes(&small));
    FC_AUTO(fc_raster) b = fc_photo_decode(fc_buffer_bytes(&quick));
    for (int32_t y = 0; y < image->size.height; y++) {
        assert_memory_equal(fc_image_row(a->pixels, y), fc_image_row(b->pixels, y),
                            3 * (size_t)image->size.width);
    }
}

/* One quality more would not fit: asked for one byte less than a result, the next is lower. */
static void size_bounds_the_quality(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    size_t bytes_max = 60000;
    int32_t before = 95;
    while (bytes_max > 8000) {
        FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
        int32_t quality = 0;
        ASSERT_OK(fc_encode_jpeg(image, bytes_max, &jpeg, &quality, &err), err);
        assert_true(jpeg.size <= bytes_max);
        assert_true(jpeg.size > bytes_max * 8 / 10);
        assert_true(quality < before);
        before = quality;
        bytes_max = jpeg.size * 2 / 3;
    }
}

/* The best quality whose file fits, tried one by one. */
static int32_t find_quality_plainly(const fc_image *image, size_t bytes_max)
{
    for (int32_t quality = 95; quality > 0; quality--) {
        FC_AUTO_BUFFER(file, bytes_max);
        fc_error err = { 0 };
        size_t size = 0;
        ASSERT_OK(fc_jpeg_write(image, quality, true, &file, &size, &err), err);
        if (size <= bytes_max) {
            return quality;
        }
    }
    return 0;
}

/* Whatever the first guess makes of them: a photo, the same without colours, a slope, noise. */
static void no_better_quality_would_fit(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = open_photo();
    for (int kind = 0; kind < 4; kind++) {
        FC_AUTO(fc_image) image = NULL;
        ASSERT_OK(fc_image_new((fc_size){ 120, 100 }, 3, &image, &err), err);
        uint32_t seed = 1;
        for (int32_t y = 0; y < 100; y++) {
            for (int32_t i = 0; i < 360; i++) {
                const uint8_t *pixel = fc_image_row(photo, 40 + y) + 480 + i - i % 3;
                const int32_t choices[] = { pixel[i % 3], pixel[1], y + i / 3,
                                            (int32_t)((seed = seed * 69069 + 1) >> 24) };
                fc_image_row(image, y)[i] = (uint8_t)choices[kind];
            }
        }
        for (size_t bytes_max = 1000; bytes_max < 15000; bytes_max = bytes_max * 4 / 3) {
            const int32_t wanted = find_quality_plainly(image, bytes_max);
            FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
            int32_t quality = 0;
            const fc_status status = fc_encode_jpeg(image, bytes_max, &jpeg, &quality, &err);
            assert_int_equal(status, wanted > 0 ? FC_OK : FC_LIMIT_EXCEEDED);
            assert_int_equal(quality, wanted);
        }
    }
}

static void file_is_baseline_and_tagged_where_there_is_room(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    static const size_t SIZES[] = { 19999, 20000 };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
        int32_t quality = 0;
        ASSERT_OK(fc_encode_jpeg(image, SIZES[i], &jpeg, &quality, &err), err);
        assert_true(jpeg.size <= SIZES[i]);
        fc_jpeg_frame frame = { 0 };
        ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&jpeg), &frame, &err), err);
        assert_int_equal(frame.scans, 1);
        assert_false(frame.progressive);
        fc_photo_facts facts = { 0 };
        ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&jpeg), &fc_photo_limits, &facts, &err), err);
        assert_int_equal(facts.has_profile, i == 1);
    }
}

static void result_is_the_same_every_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(first, JPEG_SIZE_MAX);
    FC_AUTO_BUFFER(second, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(image, 30000, &first, &quality, &err), err);
    ASSERT_OK(fc_encode_jpeg(image, 30000, &second, &quality, &err), err);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
}

static void picture_that_cannot_fit_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
    int32_t quality = -1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_jpeg(image, SMALL_BYTES, &jpeg, &quality, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_jpeg(image, 0, &jpeg, &quality, &err), err);
    assert_int_equal(jpeg.size, 0);
    assert_int_equal(quality, -1);
}

/* The JPEG would fit into what it may have; where it goes, it does not. */
static void result_beyond_the_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(jpeg, 10000);
    int32_t quality = -1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_jpeg(image, 500000, &jpeg, &quality, &err), err);
    assert_int_equal(jpeg.size, 0);
    assert_int_equal(quality, -1);
}

static void encoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
    int32_t quality = 0;
    SWEEP_ALLOCATIONS(fc_encode_jpeg(image, 500000, &jpeg, &quality, &err), jpeg.size == 0);
}

static int32_t count_comments(const fc_buffer *jpeg)
{
    int32_t count = 0;
    for (size_t at = 2; jpeg->data[at] == 0xff && jpeg->data[at + 1] != 0xda;
         at += 2 + (size_t)(256 * jpeg->data[at + 2] + jpeg->data[at + 3])) {
        count += jpeg->data[at + 1] == 0xfe;
    }
    return count;
}

static void a_density_is_told_first(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    static const size_t SIZES[] = { 15000, 60000 };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
        int32_t quality = 0;
        image->dpi = 600;
        ASSERT_OK(fc_encode_jpeg(image, SIZES[i], &jpeg, &quality, &err), err);
        assert_true(jpeg.size <= SIZES[i]);
        static const uint8_t JFIF[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 16,   'J', 'F',  'I', 'F',
                                        0,    1,    1,    1,    2, 0x58, 2,   0x58, 0,   0 };
        assert_memory_equal(jpeg.data, JFIF, sizeof JFIF);
        FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&jpeg));
        assert_int_equal(raster->pixels->size.width, image->size.width);
    }
}

/* First by quality; what that does not reach is filled by comments, to the byte. */
static void a_file_that_is_too_small_is_filled_up(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    FC_AUTO_BUFFER(usual, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(image, JPEG_SIZE_MAX, &usual, &quality, &err), err);
    const struct {
        size_t bytes_min;
        int32_t quality;
        int32_t comments;
    } cases[] = { { 1000, 95, 0 }, { usual.size + 10, 100, 0 }, { 600000, 100, 5 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
        ASSERT_OK(
            fc_encode_jpeg_between(image, cases[i].bytes_min, JPEG_SIZE_MAX, &jpeg, &quality, &err),
            err);
        assert_true(jpeg.size >= cases[i].bytes_min);
        assert_int_equal(quality, cases[i].quality);
        assert_true(cases[i].comments == 0 ? count_comments(&jpeg) == 0
                                           : jpeg.size == cases[i].bytes_min &&
                                                 count_comments(&jpeg) >= cases[i].comments);
        FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&jpeg));
        assert_int_equal(raster->pixels->size.height, image->size.height);
    }
}

/* Also where the two limits meet, and where quality 100 would be too large. */
static void the_largest_size_holds_beside_the_smallest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    for (size_t bytes = 40000; bytes < 40012; bytes++) {
        FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
        int32_t quality = 0;
        ASSERT_OK(fc_encode_jpeg_between(image, bytes, bytes, &jpeg, &quality, &err), err);
        assert_int_equal(jpeg.size, bytes);
    }
}

static void grey_has_one_component_and_no_tag(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) grey = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 64, 48 }, 1, &grey, &err), err);
    for (int32_t y = 0; y < 48; y++) {
        for (int32_t x = 0; x < 64; x++) {
            fc_image_row(grey, y)[x] = (uint8_t)(3 * x + y);
        }
    }
    FC_AUTO_BUFFER(jpeg, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(grey, 100000, &jpeg, &quality, &err), err);
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&jpeg), &frame, &err), err);
    assert_int_equal(frame.components, 1);
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&jpeg), &fc_photo_limits, &facts, &err), err);
    assert_false(facts.has_profile);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&jpeg));
    assert_in_range(fc_image_row(raster->pixels, 10)[3 * 20], 64, 76);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_quality_is_used_where_it_fits),
        cmocka_unit_test(bytes_are_saved_only_where_they_count),
        cmocka_unit_test(size_bounds_the_quality),
        cmocka_unit_test(no_better_quality_would_fit),
        cmocka_unit_test(file_is_baseline_and_tagged_where_there_is_room),
        cmocka_unit_test(result_is_the_same_every_time),
        cmocka_unit_test(a_density_is_told_first),
        cmocka_unit_test(a_file_that_is_too_small_is_filled_up),
        cmocka_unit_test(the_largest_size_holds_beside_the_smallest),
        cmocka_unit_test(grey_has_one_component_and_no_tag),
        cmocka_unit_test(picture_that_cannot_fit_is_refused),
        cmocka_unit_test(result_beyond_the_buffer_is_refused),
        cmocka_unit_test(encoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/encode_jpeg", tests, NULL, NULL);
}
