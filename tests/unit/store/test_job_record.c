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

static void what_finds_no_room_is_refused_for_now_or_for_good(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_job_room room = { 3, 3 << 20 };
    const fc_job_room kept = { 2, 2 << 20 };
    ASSERT_OK(fc_job_room_check(room, kept, (fc_job_room){ 1, 1 << 20 }, &err), err);
    ASSERT_OK(fc_job_room_check(room, (fc_job_room){ 0 }, room, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_room_check(room, kept, (fc_job_room){ 2, 0 }, &err), err);
    assert_string_equal(err.text, "2 photos of 2.0 MB are accepted already, "
                                  "at most 3 of 3.0 MB may be");
    ASSERT_FAILS(FC_BUSY, fc_job_room_check(room, kept, (fc_job_room){ 1, (1 << 20) + 1 }, &err),
                 err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_job_room_check(room, kept, (fc_job_room){ 4, 0 }, &err),
                 err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_job_room_check(room, kept, (fc_job_room){ 1, (3 << 20) + 1 }, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_the_names_of_routes_and_files),
        cmocka_unit_test(states_of_callbacks_have_the_names_of_answers),
        cmocka_unit_test(what_finds_no_room_is_refused_for_now_or_for_good),
    };
    return cmocka_run_group_tests_name("store/job_record", tests, NULL, NULL);
}
