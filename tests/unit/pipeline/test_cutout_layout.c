#include "pipeline/cutout_layout.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* 100 x 80 px, see-through but for a person of 20 x 40 px at (30, 25). */
static const fc_region PERSON = { 30, 25, { 20, 40 } };

static fc_image *new_cutout(void)
{
    fc_error err = { 0 };
    fc_image *cutout = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 100, 80 }, 4, &cutout, &err), err);
    for (int32_t y = 0; y < 80; y++) {
        memset(fc_image_row(cutout, y), 0, 400);
        if (y >= 25 && y < 65) {
            memset(fc_image_row(cutout, y) + 4 * 30, 200, 4 * 20);
        }
    }
    return cutout;
}

static void assert_region(fc_region region, int32_t left, int32_t top, int32_t width,
                          int32_t height)
{
    assert_int_equal(region.left, left);
    assert_int_equal(region.top, top);
    assert_int_equal(region.size.width, width);
    assert_int_equal(region.size.height, height);
}

/* What is reported lies where the pixels are. */
static fc_region arranged(const fc_cutout_plan *plan, fc_size canvas)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) cutout = new_cutout();
    fc_region person = PERSON;
    ASSERT_OK(fc_cutout_arrange(plan, &person, &cutout, &err), err);
    assert_int_equal(cutout->size.width, canvas.width);
    assert_int_equal(cutout->size.height, canvas.height);
    const fc_region seen = fc_cutout_person(cutout);
    assert_region(seen, person.left, person.top, person.size.width, person.size.height);
    return person;
}

static void person_is_found_and_nobody_is_an_empty_box(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_cutout();
    assert_region(fc_cutout_person(cutout), 30, 25, 20, 40);
    for (int32_t y = 0; y < 80; y++) {
        memset(fc_image_row(cutout, y), 0, 400);
    }
    fc_image_row(cutout, 3)[4 * 7 + 3] = 5; /* too faint to be seen */
    assert_region(fc_cutout_person(cutout), 0, 0, 0, 0);
}

static void crop_leaves_the_margins_that_were_asked_for(void **state)
{
    (void)state;
    fc_cutout_plan plan = { .crop = true };
    assert_region(arranged(&plan, (fc_size){ 20, 40 }), 0, 0, 20, 40);
    plan.margin[FC_TOP] = (fc_length){ 10, true };
    plan.margin[FC_RIGHT] = (fc_length){ 3, false };
    plan.margin[FC_BOTTOM] = (fc_length){ 1000, false }; /* at most half of the person */
    plan.margin[FC_LEFT] = (fc_length){ 50, true };
    assert_region(arranged(&plan, (fc_size){ 33, 64 }), 10, 4, 20, 40);
}

static void scale_keeps_the_canvas_and_centres_the_person(void **state)
{
    (void)state;
    const fc_cutout_plan plan = { .scale = 0.5 };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 40, 20, 20, 40);
    const fc_cutout_plan whole = { .scale = 1.0 };
    assert_region(arranged(&whole, (fc_size){ 100, 80 }), 30, 0, 40, 80);
}

static void position_is_a_share_of_the_room_that_is_left(void **state)
{
    (void)state;
    fc_cutout_plan plan = { .placed = true, .position = { 0, 1 } };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 0, 40, 20, 40);
    plan.scale = 0.25;
    plan.position = (fc_point){ 1, 0 };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 90, 0, 10, 20);
}

static void roi_clears_what_lies_outside(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    FC_AUTO(fc_image) cutout = new_cutout();
    const fc_cutout_plan plan = {
        .has_roi = true, .roi = { { 80, false }, { 50, true }, { 100, true }, { 160, false } }
    };
    /* px are those of the photo, twice as large as the cut-out */
    ASSERT_OK(fc_cutout_limit(&plan, (fc_size){ 200, 160 }, cutout, &fault, &err), err);
    assert_region(fc_cutout_person(cutout), 40, 40, 10, 25);
}

static void roi_beyond_the_photo_or_empty_is_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    FC_AUTO(fc_image) cutout = new_cutout();
    fc_cutout_plan plan = { .has_roi = true,
                            .roi = { { 0, false }, { 0, false }, { 101, false }, { 80, false } } };
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_cutout_limit(&plan, (fc_size){ 100, 80 }, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_ROI_OUTSIDE);
    plan.roi[2].value = 0;
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_cutout_limit(&plan, (fc_size){ 100, 80 }, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_ROI_EMPTY);
}

static void arranging_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) cutout = new_cutout();
    const fc_image *before = cutout;
    fc_region person = PERSON;
    const fc_cutout_plan plan = { .scale = 0.3 };
    SWEEP_ALLOCATIONS(fc_cutout_arrange(&plan, &person, &cutout, &err), cutout == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(person_is_found_and_nobody_is_an_empty_box),
        cmocka_unit_test(crop_leaves_the_margins_that_were_asked_for),
        cmocka_unit_test(scale_keeps_the_canvas_and_centres_the_person),
        cmocka_unit_test(position_is_a_share_of_the_room_that_is_left),
        cmocka_unit_test(roi_clears_what_lies_outside),
        cmocka_unit_test(roi_beyond_the_photo_or_empty_is_refused_by_name),
        cmocka_unit_test(arranging_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/cutout_layout", tests, NULL, NULL);
}
