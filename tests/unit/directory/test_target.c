#include "directory/target.h"

#include <string.h>

#include "support/fc_test.h"
#include "support/targets.h"

static void settings_are_those_of_the_kind(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target_config config = fc_targets_config("folder", (const char *[]){ "folder", "x", NULL });
    ASSERT_OK(fc_target_config_add(&config, "pattern", "{id}.jpg", &err), err);
    ASSERT_OK(fc_target_config_check(&config, &err), err);
    ASSERT_OK(fc_target_config_add(&config, "colour", "red", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_target_config_check(&config, &err), err);
    assert_non_null(strstr(err.text, "colour"));
    fc_target_config_clear(&config);
}

static void the_profile_is_the_one_that_is_named(void **state)
{
    (void)state;
    char name[] = "badge";
    fc_target_config config = fc_targets_config("ldap", (const char *[]){ NULL });
    assert_string_equal(fc_target_profile(&config), "ad");
    config.profile = name;
    assert_string_equal(fc_target_profile(&config), "badge");
    config.profile = NULL;
    fc_target_config_clear(&config);
}

static void each_class_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; fc_target_classes[i] != NULL; i++) {
        const fc_target_class *class = fc_target_classes[i];
        assert_ptr_equal(fc_target_class_lookup(class->kind), class);
        assert_true(class->open != NULL && class->check != NULL && class->deliver != NULL &&
                    class->close != NULL);
        assert_non_null(class->keys[0].name);
        assert_true(class->parallel_max >= 1);
        assert_true(class->finish == NULL || (class->finish_after > 0 && class->parallel_max == 1));
        assert_true(!class->reads_cheaply || class->read != NULL);
        class->close(NULL);
    }
    assert_null(fc_target_class_lookup("pigeon"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_those_of_the_kind),
        cmocka_unit_test(the_profile_is_the_one_that_is_named),
        cmocka_unit_test(each_class_is_whole),
    };
    return cmocka_run_group_tests_name("directory/target", tests, NULL, NULL);
}
