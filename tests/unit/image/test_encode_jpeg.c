#include <stdlib.h>

#include "base/memory.h"
#include "image/encode.h"
#include "image/jpeg_scan.h"
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

/* From the size of the bare pixels on bytes are not saved; the picture is the same. */
static void bytes_are_saved_only_where_they_count(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = open_photo();
    const size_t bare = (size_t)3 * (size_t)image->size.width * (size_t)image->size.height;
    FC_AUTO_BUFFER(small, JPEG_SIZE_MAX);
    FC_AUTO_BUFFER(quick, JPEG_SIZE_MAX);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(image, bare - 1, &small, &quality, &err), err);
    ASSERT_OK(fc_encode_jpeg(image, bare, &quick, &quality, &err), err);
    assert_int_equal(quality, 95);
    assert_true(small.size < quick.size && quick.size < small.size * 11 / 10);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_quality_is_used_where_it_fits),
        cmocka_unit_test(bytes_are_saved_only_where_they_count),
        cmocka_unit_test(size_bounds_the_quality),
        cmocka_unit_test(file_is_baseline_and_tagged_where_there_is_room),
        cmocka_unit_test(result_is_the_same_every_time),
        cmocka_unit_test(picture_that_cannot_fit_is_refused),
        cmocka_unit_test(result_beyond_the_buffer_is_refused),
        cmocka_unit_test(encoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/encode_jpeg", tests, NULL, NULL);
}
