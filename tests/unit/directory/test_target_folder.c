#include <string.h>

#include "directory/target.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define CLASS fc_target_folder

static fc_target *open_it(const char *pattern)
{
    fc_error err = { 0 };
    fc_target *target = NULL;
    const char *const pairs[] = { "folder", fc_targets_path("out"),
                                  pattern != NULL ? "pattern" : NULL, pattern, NULL };
    fc_target_config config = fc_targets_config("folder", pairs);
    ASSERT_OK(CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
    return target;
}

static void a_picture_is_written_read_and_taken_away(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    FC_AUTO_BUFFER(there, 1 << 16);
    fc_target *target = open_it(NULL);
    const fc_account account = fc_targets_account("a/b", "Name");
    const fc_target_picture picture = fc_targets_picture("new");
    ASSERT_FAILS(FC_NOT_FOUND, CLASS.read(target, &account, &there, &err), err);
    ASSERT_OK(CLASS.deliver(target, &account, &picture, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_DONE);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a%2Fb.jpg")), "new");
    ASSERT_OK(CLASS.read(target, &account, &there, &err), err);
    assert_string_equal(fc_buffer_text(&there), "new");
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(CLASS.deliver(target, &account, NULL, &result, &err), err);
        assert_int_equal(result.state, FC_DELIVERY_DONE);
    }
    ASSERT_FAILS(FC_NOT_FOUND, CLASS.read(target, &account, &there, &err), err);
    CLASS.close(target);
}

static void a_pattern_names_the_files(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[256];
    fc_target *target = open_it("{name} ({account}).jpeg");
    const fc_account account = fc_targets_account("x", "Doe, John");
    const fc_account nameless = fc_targets_account("y", "");
    const fc_target_picture picture = fc_targets_picture("new");
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    assert_true(CLASS.place(target, &account, text, sizeof text));
    assert_string_equal(text, "Doe, John (x).jpeg");
    assert_false(CLASS.place(target, &nameless, text, sizeof text));
    ASSERT_OK(CLASS.deliver(target, &nameless, &picture, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_REFUSED);
    ASSERT_OK(CLASS.check(target, text, sizeof text, &err), err);
    CLASS.close(target);
}

static void patterns_that_name_nobody_are_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = { "photo.jpg", "{account", "{colour}.jpg", "a/{account}.jpg" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_target *target = NULL;
        const char *const pairs[] = { "folder", fc_targets_path("out"), "pattern", BAD[i], NULL };
        fc_target_config config = fc_targets_config("folder", pairs);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, CLASS.open(&config, &target, &err), err);
        fc_target_config_clear(&config);
    }
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target *target = NULL;
    const char *const pairs[] = { "folder", "/proc/no/such", NULL };
    fc_target_config config = fc_targets_config("folder", pairs);
    ASSERT_FAILS(FC_IO, CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(a_picture_is_written_read_and_taken_away),
        FC_TARGETS_TEST(a_pattern_names_the_files),
        FC_TARGETS_TEST(patterns_that_name_nobody_are_refused),
        FC_TARGETS_TEST(a_folder_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests_name("directory/target_folder", tests, NULL, NULL);
}
