#include "store/job_record.h"

#include "support/fc_test.h"

static void types_have_the_names_of_routes_and_files(void **state)
{
    (void)state;
    assert_string_equal(fc_picture_type_name(FC_PICTURE_PNG), "png");
    assert_string_equal(fc_picture_type_name(FC_PICTURE_JPEG), "jpg");
    assert_string_equal(fc_picture_type_name(FC_PICTURE_WEBP), "webp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_have_the_names_of_routes_and_files),
    };
    return cmocka_run_group_tests_name("store/job_record", tests, NULL, NULL);
}
