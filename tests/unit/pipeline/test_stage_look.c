/* The stage with selfie, where its file is fetched (else skipped). */
#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/person_models.h"
#include "support/pictures.h"

/* The astronaut's face. */
static fc_portrait portrait_of(fc_photo *photo)
{
    photo->preview = &fc_test_astronaut;
    photo->faces.items[0].box = (fc_box){ 172, 70, 100, 100 };
    photo->faces.count = 1;
    return (fc_portrait){ .photo = photo };
}

static void the_network_is_asked_once(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    fc_portrait portrait = portrait_of(&photo);
    const fc_rough_mask *first = &portrait.found.coarse[FC_ROUGH_MASK_SELFIE_FAST];
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_look(&portrait, &report, &err), err);
    assert_true(portrait.looked);
    assert_string_equal(report.model, "selfie_segmentation");
    assert_string_equal(report.note, "");
    const fc_plane *mask = first->mask;
    assert_non_null(mask);
    portrait.looked = false;
    ASSERT_OK(fc_stage_look(&portrait, &report, &err), err);
    assert_false(portrait.looked);
    assert_ptr_equal(first->mask, mask);
    assert_string_equal(report.note, "known");
    fc_face_cache_clear(&portrait.found);
}

static void no_network_is_asked_that_is_not_needed(void **state)
{
    (void)state;
    const fc_models models = { 0 };
    fc_photo photos[2] = { { .params = fc_params_default(), .models = &models },
                           { .params = fc_params_default(), .models = &models } };
    photos[0].params.matte = FC_MATTE_U2NET;
    photos[1].params.background.kind = FC_BACKGROUND_KEEP;
    photos[1].params.enhance_photo = FC_ENHANCE_OFF;
    photos[1].params.framing = FC_FRAMING_FACE;
    for (size_t i = 0; i < 2; i++) {
        fc_portrait portrait = portrait_of(&photos[i]);
        fc_stage_report report = { 0 };
        fc_error err = { 0 };
        ASSERT_OK(fc_stage_look(&portrait, &report, &err), err);
        assert_null(portrait.found.coarse[FC_ROUGH_MASK_SELFIE_FAST].mask);
        assert_null(report.model);
        assert_string_equal(report.note, "not needed");
    }
}

static void without_memory_nothing_is_known(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    fc_portrait portrait = portrait_of(&photo);
    const fc_rough_mask *first = &portrait.found.coarse[FC_ROUGH_MASK_SELFIE_FAST];
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_look(&portrait, &report, &err),
                      first->mask == NULL && !portrait.looked);
    fc_face_cache_clear(&portrait.found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_is_asked_once),
        cmocka_unit_test(no_network_is_asked_that_is_not_needed),
        cmocka_unit_test(without_memory_nothing_is_known),
    };
    return cmocka_run_group_tests_name("pipeline/stage_look", tests, fc_test_person_models_setup,
                                       fc_test_person_models_teardown);
}
