#include "pipeline/wants.h"

#include "support/fc_test.h"

static const fc_models NONE = { 0 };

/* Nothing but a crop by the face. */
static fc_photo plain_crop(void)
{
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG, .models = &NONE };
    photo.params.plain = true;
    fc_params_settle(&photo.params);
    photo.params.framing = FC_FRAMING_FACE;
    return photo;
}

static void a_check_is_wanted_beside_portraits_or_instead_of_them(void **state)
{
    (void)state;
    assert_false(fc_wants_check(&(fc_photo){ .outputs = FC_OUTPUT_PNG }));
    assert_true(fc_wants_check(&(fc_photo){ .outputs = FC_OUTPUT_CHECK }));
    assert_true(fc_wants_check(&(fc_photo){ .outputs = FC_OUTPUT_JPEG | FC_OUTPUT_LOOK }));
    assert_true(fc_wants_check(&(fc_photo){ .params = { .check = true } }));
}

static void restoring_is_wanted_where_it_is_asked_for_and_possible(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default(), .models = &NONE };
    assert_true(photo.params.enhance_face);
    assert_false(fc_wants_restoring(&photo));
    static const char model;
    const fc_models with = { .codeformer = (const fc_codeformer *)&model };
    photo.models = &with;
    assert_true(fc_wants_restoring(&photo));
    photo.params.enhance_face = false;
    assert_false(fc_wants_restoring(&photo));
}

static void masks_are_wanted_where_outputs_say_so(void **state)
{
    (void)state;
    assert_true(fc_wants_cutout(&(fc_photo){ .outputs = FC_OUTPUT_CUTOUT }));
    assert_true(fc_wants_photo_matte(&(fc_photo){ .outputs = FC_OUTPUT_MATTE }));
    assert_false(fc_wants_cutout(&(fc_photo){ .outputs = FC_OUTPUT_PNG }));
    assert_false(fc_wants_photo_matte(&(fc_photo){ .outputs = FC_OUTPUT_PNG }));
}

static void a_plain_crop_wants_no_network_for_the_person(void **state)
{
    (void)state;
    fc_photo photo = plain_crop();
    assert_false(fc_wants_matte(&photo) || fc_wants_head(&photo) || fc_wants_rough_mask(&photo));
    photo.params.check = true;
    assert_true(fc_wants_rough_mask(&photo));
    assert_false(fc_wants_matte(&photo));
}

static void the_head_is_wanted_by_framing_and_by_documents(void **state)
{
    (void)state;
    fc_photo photo = plain_crop();
    photo.params.framing = FC_FRAMING_HEAD;
    assert_true(fc_wants_head(&photo) && fc_wants_rough_mask(&photo));
    photo.params.framing = FC_FRAMING_FACE;
    photo.params.preset = 1;
    assert_true(fc_wants_head(&photo) && fc_wants_rough_mask(&photo));
}

static void a_person_who_is_only_measured_wants_no_fine_edges(void **state)
{
    (void)state;
    fc_photo photo = plain_crop();
    photo.params.enhance_photo = FC_ENHANCE_NATURAL;
    assert_true(fc_wants_enhancing(&photo) && fc_wants_matte(&photo));
    assert_false(fc_wants_fine_edges(&photo));
    photo.outputs |= FC_OUTPUT_MATTE;
    assert_true(fc_wants_fine_edges(&photo));
    photo.outputs = FC_OUTPUT_PNG;
    photo.params.background = fc_background_of(FC_BACKGROUND_BLUR);
    assert_true(fc_wants_fine_edges(&photo));
    photo.params.matte_quality = FC_MATTE_FAST;
    assert_false(fc_wants_fine_edges(&photo));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_is_wanted_beside_portraits_or_instead_of_them),
        cmocka_unit_test(restoring_is_wanted_where_it_is_asked_for_and_possible),
        cmocka_unit_test(masks_are_wanted_where_outputs_say_so),
        cmocka_unit_test(a_plain_crop_wants_no_network_for_the_person),
        cmocka_unit_test(the_head_is_wanted_by_framing_and_by_documents),
        cmocka_unit_test(a_person_who_is_only_measured_wants_no_fine_edges),
    };
    return cmocka_run_group_tests_name("pipeline/wants", tests, NULL, NULL);
}
