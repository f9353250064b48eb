#include "pipeline/matte_region.h"

#include <math.h>

#include "support/fc_test.h"

static const fc_face FACE = { .box = { 400, 300, 100, 100 } };

static void the_square_lies_below_the_face(void **state)
{
    (void)state;
    const fc_raster whole = { .to_photo = FC_SIMILARITY_IDENTITY };
    const fc_box region = fc_matte_region(&FACE, &whole);
    assert_true(fabs(region.width - 400) < 1e-9 && fabs(region.height - 400) < 1e-9);
    assert_true(fabs(fc_box_centre(region).x - 450) < 1e-9);
    assert_true(fabs(fc_box_centre(region).y - 385) < 1e-9);
    assert_true(fabs(fc_matte_face_px(&FACE, &whole) - 100) < 1e-9);
}

static void a_reduced_raster_is_counted_in_its_own_px(void **state)
{
    (void)state;
    const fc_raster half = { .to_photo = { 2, 0, 100, 50 } };
    const fc_box region = fc_matte_region(&FACE, &half);
    assert_true(fabs(region.width - 200) < 1e-9);
    assert_true(fabs(fc_box_centre(region).x - 175) < 1e-9);
    assert_true(fabs(fc_box_centre(region).y - (150 + 17.5)) < 1e-9);
}

static void below_is_where_the_raster_has_its_feet(void **state)
{
    (void)state;
    /* A raster turned by a quarter: its downwards is the photo's leftwards. */
    const fc_raster turned = { .to_photo = { 0, 1, 1000, 0 } };
    const fc_box region = fc_matte_region(&FACE, &turned);
    const fc_point centre = fc_similarity_apply(turned.to_photo, fc_box_centre(region));
    assert_true(fabs(centre.x - 415) < 1e-9);
    assert_true(fabs(centre.y - 350) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_square_lies_below_the_face),
        cmocka_unit_test(a_reduced_raster_is_counted_in_its_own_px),
        cmocka_unit_test(below_is_where_the_raster_has_its_feet),
    };
    return cmocka_run_group_tests_name("pipeline/matte_region", tests, NULL, NULL);
}
