#include "config/profile.h"

#include <stdio.h>
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
        ASSERT_OK(fc_profile_find(NULL, fc_profiles[i].name, &found, &err), err);
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
    ASSERT_FAILS(FC_NOT_FOUND, fc_profile_find(NULL, "passport", &found, &err), err);
    assert_non_null(strstr(err.text, "badge"));
    assert_null(found);
}

static void one_of_ones_own_sets_what_it_says_and_leaves_the_rest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_profile_list list = { 0 };
    const fc_profile *found = NULL;
    ASSERT_OK(fc_profile_list_begin(&list, "mine", &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "width", "300", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_profile_list_finish(&list, &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "height", "400", &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "framing", "face", &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "enlarge", "true", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_profile_list_set(&list, "face", "all", &err), err);
    ASSERT_OK(fc_profile_list_finish(&list, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_profile_list_begin(&list, "mine", &err), err);
    ASSERT_OK(fc_profile_find(&list, "mine", &found, &err), err);
    assert_ptr_equal(found, fc_profile_list_at(&list, 0));
    fc_params params = fc_params_default();
    params.head_room = 0.5;
    fc_profile_apply(found, &params);
    assert_int_equal(params.width, 300);
    assert_int_equal(params.height, 400);
    assert_int_equal(params.framing, FC_FRAMING_FACE);
    assert_true(params.enlarge);
    assert_false(params.use_oval_mask);
    assert_true(params.head_room == 0.5);
    fc_profile_list_clear(&list);
    assert_int_equal(list.count, 0);
}

static void a_preset_is_a_profiles_size_and_more(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_profile_list list = { 0 };
    ASSERT_OK(fc_profile_list_begin(&list, "visa", &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "preset", "us-visa", &err), err);
    ASSERT_OK(fc_profile_list_set(&list, "max_jpeg_kb", "100", &err), err);
    ASSERT_OK(fc_profile_list_finish(&list, &err), err);
    fc_params params = fc_params_default();
    fc_params wanted = fc_params_default();
    fc_profile_apply(fc_profile_list_at(&list, 0), &params);
    fc_params_select_preset(&wanted, params.preset);
    assert_int_not_equal(params.preset, 0);
    assert_int_equal(params.width, wanted.width);
    assert_int_equal(params.max_jpeg_kb, 100);
    assert_true(
        fc_option_equal(fc_option_lookup(fc_params_options(), "background"), &params, &wanted));
    fc_profile_list_clear(&list);
}

static void there_is_an_end_to_ones_own(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_profile_list list = { 0 };
    for (int i = 0; i < FC_OWN_PROFILES_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%d", i);
        ASSERT_OK(fc_profile_list_begin(&list, name, &err), err);
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_profile_list_begin(&list, "more", &err), err);
    fc_profile_list_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_is_found_and_can_be_asked_for),
        cmocka_unit_test(one_of_ones_own_sets_what_it_says_and_leaves_the_rest),
        cmocka_unit_test(a_preset_is_a_profiles_size_and_more),
        cmocka_unit_test(there_is_an_end_to_ones_own),
        cmocka_unit_test(an_unknown_one_is_refused_with_all_that_there_are),
    };
    return cmocka_run_group_tests_name("config/profile", tests, NULL, NULL);
}
