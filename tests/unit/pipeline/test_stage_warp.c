#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/pictures.h"

/* Flat blocks of 8 px, as strong compression leaves them on skin. */
static fc_image *blocked(fc_size size)
{
    fc_image *image = fc_test_flat(size, 0, 0, 0);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t i = 0; i < 3 * size.width; i++) {
            const int32_t number = i / 24 * 31 + y / 8 * 17;
            fc_image_row(image, y)[i] = (uint8_t)(120 + number * number % 13);
        }
    }
    return image;
}

/* A canvas whose right part lies beyond the photo, at so many px of the photo a px. */
static fc_portrait portrait_of(fc_photo *photo, const fc_raster *raster, double scale)
{
    fc_portrait portrait = { .photo = photo, .raster = raster };
    portrait.frame.canvas = (fc_size){ 200, 160 };
    portrait.frame.to_photo =
        (fc_similarity){ scale, 0, raster->pixels->size.width - 150 * scale, 10 };
    return portrait;
}

static fc_portrait run(fc_photo *photo, const fc_raster *raster, double scale,
                       fc_stage_report *report)
{
    fc_error err = { 0 };
    fc_portrait portrait = portrait_of(photo, raster, scale);
    ASSERT_OK(fc_stage_warp(&portrait, report, &err), err);
    return portrait;
}

static void blocks_are_smoothed_before_they_are_enlarged_and_only_then(void **state)
{
    (void)state;
    const fc_models models = { 0 };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    fc_raster raster = { .pixels = blocked((fc_size){ 240, 240 }),
                         .to_photo = FC_SIMILARITY_IDENTITY };
    fc_stage_report report = { 0 };
    fc_portrait enlarged = run(&photo, &raster, 0.5, &report);
    assert_non_null(strstr(report.note, "blocks of "));

    photo.params.enhance_photo = FC_ENHANCE_OFF;
    report = (fc_stage_report){ 0 };
    fc_portrait plain = run(&photo, &raster, 0.5, &report);
    assert_string_equal(report.note, "");
    assert_true(fc_test_largest_difference(enlarged.canvas, plain.canvas) > 2);
    assert_memory_equal(enlarged.coverage->data, plain.coverage->data,
                        fc_plane_bytes(plain.coverage));

    photo.params.enhance_photo = FC_ENHANCE_NATURAL;
    fc_portrait reduced = run(&photo, &raster, 0.8, &report);
    assert_string_equal(report.note, "");
    fc_portrait_clear(&enlarged);
    fc_portrait_clear(&plain);
    fc_portrait_clear(&reduced);
    fc_image_free(raster.pixels);
}

static void the_stage_survives_every_allocation_failure(void **state)
{
    (void)state;
    const fc_models models = { 0 };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    fc_raster raster = { .pixels = blocked((fc_size){ 240, 240 }),
                         .to_photo = FC_SIMILARITY_IDENTITY };
    fc_portrait portrait = portrait_of(&photo, &raster, 0.5);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_warp(&portrait, &report, &err),
                      portrait.canvas == NULL && portrait.coverage == NULL);
    fc_portrait_clear(&portrait);
    fc_image_free(raster.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_smoothed_before_they_are_enlarged_and_only_then),
        cmocka_unit_test(the_stage_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_warp", tests, NULL, NULL);
}
