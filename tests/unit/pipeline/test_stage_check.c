#include "pipeline/stage_functions.h"

#include <string.h>

#include "support/fc_test.h"

static void without_the_mesh_it_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_models models = { 0 };
    fc_photo photo = { .models = &models };
    fc_portrait portrait = { .photo = &photo };
    fc_stage_report report = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_stage_check(&portrait, &report, &err), err);
    assert_non_null(strstr(err.text, "face_landmark.tflite"));
    assert_false(portrait.check.made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_mesh_it_is_refused),
    };
    return cmocka_run_group_tests_name("pipeline/stage_check", tests, NULL, NULL);
}
