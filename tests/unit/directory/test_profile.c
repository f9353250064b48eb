#include "directory/profile.h"

#include <string.h>

#include "support/fc_test.h"

static void each_profile_is_found_and_can_be_asked_for(void **state)
{
    (void)state;
    assert_true(fc_profiles_count >= 8);
    for (size_t i = 0; i < fc_profiles_count; i++) {
        const fc_profile *found = NULL;
        fc_error err = { 0 };
        fc_params params = fc_params_default();
        ASSERT_OK(fc_profile_find(fc_profiles[i].name, &found, &err), err);
        assert_ptr_equal(found, &fc_profiles[i]);
        params.background.red = 7;
        fc_profile_apply(found, &params);
        assert_int_equal(params.width, found->width);
        assert_int_equal(params.height, found->height);
        assert_true(params.max_jpeg_kb > 0 && params.max_jpeg_kb * 1024 <= found->bytes_max);
        assert_false(params.use_oval_mask || params.enlarge);
        assert_int_equal(params.background.red, 7);
    }
}

static void an_unknown_one_is_refused_with_all_that_there_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_profile *found = NULL;
    ASSERT_FAILS(FC_NOT_FOUND, fc_profile_find("passport", &found, &err), err);
    assert_non_null(strstr(err.text, "badge"));
    assert_null(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_is_found_and_can_be_asked_for),
        cmocka_unit_test(an_unknown_one_is_refused_with_all_that_there_are),
    };
    return cmocka_run_group_tests_name("directory/profile", tests, NULL, NULL);
}
