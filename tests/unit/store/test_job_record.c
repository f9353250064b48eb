#include "store/job_record.h"

#include "support/fc_test.h"

static void types_have_the_names_of_routes_and_files(void **state)
{
    (void)state;
    assert_string_equal(fc_picture_type_name(FC_PICTURE_PNG), "png");
    assert_string_equal(fc_picture_type_name(FC_PICTURE_JPEG), "jpg");
    assert_string_equal(fc_picture_type_name(FC_PICTURE_WEBP), "webp");
    assert_string_equal(fc_picture_type_media(FC_PICTURE_PNG), "image/png");
    assert_string_equal(fc_picture_type_media(FC_PICTURE_JPEG), "image/jpeg");
    assert_string_equal(fc_picture_type_media(FC_PICTURE_WEBP), "image/webp");
}

static void states_of_callbacks_have_the_names_of_answers(void **state)
{
    (void)state;
    assert_string_equal(fc_callback_state_name(FC_CALLBACK_WAITING), "waiting");
    assert_string_equal(fc_callback_state_name(FC_CALLBACK_DELIVERED), "delivered");
    assert_string_equal(fc_callback_state_name(FC_CALLBACK_FAILED), "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_the_names_of_routes_and_files),
        cmocka_unit_test(states_of_callbacks_have_the_names_of_answers),
    };
    return cmocka_run_group_tests_name("store/job_record", tests, NULL, NULL);
}
