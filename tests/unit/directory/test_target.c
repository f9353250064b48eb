#include "directory/target.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_status read_word(const char *to, fc_target_config *config, fc_error *err)
{
    fc_target_config all[FC_TARGETS_MAX] = { 0 };
    size_t count = 0;
    const fc_status status = fc_target_configs_read(to, all, &count, err);
    *config = all[0];
    return status;
}

static void a_kind_and_a_place_are_a_target(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target_config config;
    ASSERT_OK(read_word("folder:a:b", &config, &err), err);
    assert_string_equal(config.kind, "folder");
    assert_string_equal(config.name, "folder");
    assert_string_equal(fc_target_config_get(&config, "folder"), "a:b");
    assert_null(fc_target_config_get(&config, "pattern"));
    assert_null(config.profile);
    fc_target_config_clear(&config);
}

static void what_is_no_target_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = { "pigeon:x", "folder:" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_target_config config;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, read_word(BAD[i], &config, &err), err);
        fc_target_config_clear(&config);
    }
}

static void settings_are_those_of_the_kind(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target_config config;
    ASSERT_OK(read_word("folder:x", &config, &err), err);
    ASSERT_OK(fc_target_config_add(&config, "pattern", "{id}.jpg", &err), err);
    ASSERT_OK(fc_target_config_check(&config, &err), err);
    ASSERT_OK(fc_target_config_add(&config, "colour", "red", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_target_config_check(&config, &err), err);
    assert_non_null(strstr(err.text, "colour"));
    while (config.count < FC_TARGET_SETTINGS_MAX) {
        ASSERT_OK(fc_target_config_add(&config, "x", "y", &err), err);
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_target_config_add(&config, "x", "y", &err), err);
    config.count--;
    fc_memory_free(config.settings[config.count].name);
    fc_memory_free(config.settings[config.count].value);
    SWEEP_ALLOCATIONS(fc_target_config_add(&config, "x", "y", &err),
                      config.count == FC_TARGET_SETTINGS_MAX - 1);
    fc_target_config_clear(&config);
    assert_int_equal(config.count, 0);
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
        cmocka_unit_test(a_kind_and_a_place_are_a_target),
        cmocka_unit_test(what_is_no_target_is_refused),
        cmocka_unit_test(settings_are_those_of_the_kind),
        cmocka_unit_test(each_class_is_whole),
    };
    return cmocka_run_group_tests_name("directory/target", tests, NULL, NULL);
}
