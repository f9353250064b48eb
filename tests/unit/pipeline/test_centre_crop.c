#include "pipeline/centre_crop.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static const fc_models one_thread = { 0 };

/* Three columns of a photo: red, green, blue. */
static fc_image *columns(fc_size size)
{
    fc_image *image = fc_pattern_flat(size, 3, 0);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            fc_image_row(image, y)[3 * x + 3 * x / size.width] = 200;
        }
    }
    return image;
}

/* A photo that was looked at. */
static void start(fc_photo *photo, fc_raster *raster, fc_size size, fc_size canvas)
{
    *raster = (fc_raster){ .pixels = columns(size), .to_photo = FC_SIMILARITY_IDENTITY };
    *photo = (fc_photo){ .params = fc_params_default(),
                         .outputs = FC_OUTPUT_PNG | FC_OUTPUT_WEBP,
                         .facts = { .size = size },
                         .models = &one_thread,
                         .preview = raster };
    photo->params.width = canvas.width;
    photo->params.height = canvas.height;
}

static void the_middle_of_the_photo_is_shown_and_nothing_is_done_to_it(void **state)
{
    (void)state;
    static fc_photo photo;
    fc_raster raster;
    fc_portrait portrait = { 0 };
    fc_error err = { 0 };
    start(&photo, &raster, (fc_size){ 300, 100 }, (fc_size){ 64, 64 });
    photo.params.check = true;
    ASSERT_OK(fc_centre_crop(&photo, &portrait, &err), err);
    assert_int_equal(portrait.flat->size.width, 64);
    assert_int_equal(portrait.flat->size.height, 64);
    for (int32_t x = 2; x < 62; x++) { /* the green column alone */
        const uint8_t *px = fc_image_row(portrait.flat, 32) + (ptrdiff_t)3 * x;
        assert_in_range(px[1], 195, 205);
        assert_in_range(px[0], 0, 5);
        assert_in_range(px[2], 0, 5);
    }
    assert_true(portrait.png.size > 0 && portrait.webp.size > 0 && portrait.jpeg.size == 0);
    fc_portrait_clear(&portrait);
    fc_image_free(raster.pixels);
}

static void a_tall_photo_is_cut_above_and_below(void **state)
{
    (void)state;
    static fc_photo photo;
    fc_raster raster;
    fc_portrait portrait = { 0 };
    fc_error err = { 0 };
    start(&photo, &raster, (fc_size){ 90, 400 }, (fc_size){ 180, 90 });
    photo.params.grey = true;
    photo.params.dpi = 300;
    ASSERT_OK(fc_centre_crop(&photo, &portrait, &err), err);
    assert_int_equal(portrait.flat->channels, 1);
    assert_int_equal(portrait.flat->dpi, 300);
    assert_true(portrait.frame.to_photo.a == 0.5 && portrait.frame.to_photo.ty == 177.5);
    fc_portrait_clear(&portrait);
    fc_image_free(raster.pixels);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        static fc_photo photo;
        fc_raster raster;
        fc_portrait portrait = { 0 };
        fc_error err = { 0 };
        start(&photo, &raster, (fc_size){ 90, 90 }, (fc_size){ 64, 64 });
        photo.params.grey = true;
        fc_memory_fail_after(n);
        const fc_status status = fc_centre_crop(&photo, &portrait, &err);
        fc_memory_fail_after(0);
        fc_portrait_clear(&portrait);
        fc_image_free(raster.pixels);
        if (status == FC_OK) {
            break;
        }
        assert_int_equal(status, FC_OUT_OF_MEMORY);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_middle_of_the_photo_is_shown_and_nothing_is_done_to_it),
        cmocka_unit_test(a_tall_photo_is_cut_above_and_below),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests_name("pipeline/centre_crop", tests, NULL, NULL);
}
