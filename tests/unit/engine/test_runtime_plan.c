#include "engine/runtime_plan.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static void the_cache_is_where_the_settings_or_the_program_keep_theirs(void **state)
{
    (void)state;
    char path[FC_CACHE_PATH_SIZE];
    char long_path[FC_CACHE_PATH_SIZE + 1];
    fc_settings settings = fc_settings_default();
    fc_cache_folder_set("");
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "");
    fc_cache_folder_set("/var/x/facecraft");
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "/var/x/facecraft");
    (void)snprintf(settings.cache_dir, sizeof settings.cache_dir, "here");
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "here");
    settings.cache_dir[0] = '\0';
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    fc_cache_folder_set(long_path);
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "");
}

static void photos_at_the_same_time_share_the_processors(void **state)
{
    (void)state;
    const int32_t all = fc_threads_share(0, 1);
    assert_true(all >= 1);
    assert_int_equal(fc_threads_share(0, all), 1);
    assert_int_equal(fc_threads_share(0, 1000), 1);
    assert_int_equal(fc_threads_share(3, 1000), 3);
    assert_int_equal(fc_threads_share(1000, 1), FC_RUNTIME_THREADS_MAX);
}

static void photo_that_comes_alone_to_a_service_has_some_processors(void **state)
{
    (void)state;
    const int32_t all = fc_threads_share(0, 1);
    assert_int_equal(fc_threads_served(0, 1), all);
    assert_int_equal(fc_threads_served(0, 1000), all < 4 ? all : 4);
    assert_int_equal(fc_threads_served(1, 1000), 1);
    assert_int_equal(fc_threads_served(3, 1), 3);
}

static void words_become_the_providers_that_they_name(void **state)
{
    (void)state;
    char cache[FC_CACHE_PATH_SIZE];
    fc_settings settings = fc_settings_default();
    assert_int_equal(fc_runtime_plan_of(&settings, cache).provider, FC_PROVIDER_AUTO);
    settings.provider = FC_RUN_BY_CPU;
    assert_int_equal(fc_runtime_plan_of(&settings, cache).provider, FC_PROVIDER_CPU);
    settings.provider = FC_RUN_BY_OPENVINO;
    assert_int_equal(fc_runtime_plan_of(&settings, cache).provider, FC_PROVIDER_OPENVINO);
    settings.provider = FC_RUN_BY_CUDA;
    assert_int_equal(fc_runtime_plan_of(&settings, cache).provider, FC_PROVIDER_CUDA);
    assert_string_equal(fc_runtime_plan_of(&settings, cache).device, "auto");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cache_is_where_the_settings_or_the_program_keep_theirs),
        cmocka_unit_test(photos_at_the_same_time_share_the_processors),
        cmocka_unit_test(photo_that_comes_alone_to_a_service_has_some_processors),
        cmocka_unit_test(words_become_the_providers_that_they_name),
    };
    return cmocka_run_group_tests_name("engine/runtime_plan", tests, NULL, NULL);
}
