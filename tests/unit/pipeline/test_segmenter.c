#include "pipeline/segmenter.h"

#include <string.h>

#include "support/fc_test.h"

static void assert_choice(fc_mask_confidence doubt, bool installed, bool u2net, const char *why)
{
    const fc_segmenter_choice choice = fc_segmenter_select(doubt, installed);
    assert_int_equal(choice.u2net, u2net);
    assert_string_equal(choice.why, why);
}

static void a_clear_mask_is_taken(void **state)
{
    (void)state;
    assert_choice((fc_mask_confidence){ 0.03, 0.99 }, true, false,
                  "auto: selfie, mask certain but for 0.03");
    assert_choice((fc_mask_confidence){ 0.0, FC_MATTE_FACE_MIN }, false, false,
                  "auto: selfie, mask certain but for 0.00");
}

static void an_uncertain_mask_asks_u2net(void **state)
{
    (void)state;
    assert_choice((fc_mask_confidence){ FC_MATTE_UNDECIDED_MIN, 0.99 }, true, true,
                  "auto: u2net, mask uncertain 0.06");
}

static void a_mask_without_the_face_asks_u2net(void **state)
{
    (void)state;
    assert_choice((fc_mask_confidence){ 0.0, 0.12 }, true, true,
                  "auto: u2net, mask holds 0.12 of the face");
}

static void without_u2net_it_is_said_where_it_matters(void **state)
{
    (void)state;
    assert_choice((fc_mask_confidence){ 0.23, 0.99 }, false, false,
                  "auto: selfie, mask uncertain 0.23, u2net is not installed");
    assert_choice((fc_mask_confidence){ 0.5, 0.1 }, false, false,
                  "auto: selfie, mask holds 0.10 of the face, u2net is not installed");
}

static void doubt_of_any_size_fits_the_note(void **state)
{
    (void)state;
    const fc_segmenter_choice choice =
        fc_segmenter_select((fc_mask_confidence){ 1.0, -0.0 }, false);
    assert_true(strlen(choice.why) + 2 < sizeof choice.why);
}

static void u2net_is_obeyed_only_where_it_is_installed(void **state)
{
    (void)state;
    const fc_models models = { 0 };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    fc_segmenter_choice choice = { .u2net = true };
    fc_error err = { 0 };
    photo.params.matte = FC_MATTE_SELFIE;
    ASSERT_OK(fc_segmenter_requested(&photo, &choice, &err), err);
    assert_false(choice.u2net);
    assert_string_equal(choice.why, "selfie");
    photo.params.matte = FC_MATTE_U2NET;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_segmenter_requested(&photo, &choice, &err), err);
    assert_string_equal(choice.why, "selfie");
}

static void the_better_mask_holds_more_of_the_face_and_is_surer(void **state)
{
    (void)state;
    const fc_mask_confidence good = { .undecided = 0.05, .face = 0.98 };
    const fc_mask_confidence hazy = { .undecided = 0.4, .face = 0.99 };
    const fc_mask_confidence empty = { .undecided = 0, .face = 0 };
    assert_true(fc_matte_is_better(good, hazy));
    assert_true(fc_matte_is_better(hazy, empty));
    assert_false(fc_matte_is_better(empty, good));
    assert_false(fc_matte_is_better(good, good));
}

static void a_box_is_found_on_the_mask_with_a_scale_for_each_axis(void **state)
{
    (void)state;
    const fc_plane mask = { .size = { 100, 50 } };
    const fc_box covered = { 10, 20, 200, 200 };
    const fc_box there = fc_segmenter_box_on_mask(&mask, covered, (fc_box){ 30, 60, 40, 80 });
    assert_float_equal(there.x, 10, 1e-9);
    assert_float_equal(there.y, 10, 1e-9);
    assert_float_equal(there.width, 20, 1e-9);
    assert_float_equal(there.height, 20, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_mask_is_taken),
        cmocka_unit_test(an_uncertain_mask_asks_u2net),
        cmocka_unit_test(a_mask_without_the_face_asks_u2net),
        cmocka_unit_test(without_u2net_it_is_said_where_it_matters),
        cmocka_unit_test(u2net_is_obeyed_only_where_it_is_installed),
        cmocka_unit_test(doubt_of_any_size_fits_the_note),
        cmocka_unit_test(the_better_mask_holds_more_of_the_face_and_is_surer),
        cmocka_unit_test(a_box_is_found_on_the_mask_with_a_scale_for_each_axis),
    };
    return cmocka_run_group_tests_name("pipeline/segmenter", tests, NULL, NULL);
}
