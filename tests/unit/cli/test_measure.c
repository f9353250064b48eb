#include "cli/measure.h"

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "support/fc_test.h"

#define PHOTO "tests/data/official_portrait.jpg"

static fc_engine *engine;
static fc_cancel cancel;

static int start(void **state)
{
    (void)state;
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    fc_error err = { 0 };
    return fc_engine_new(&settings, &engine, &err) == FC_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    fc_engine_free(engine);
    return 0;
}

static fc_measure_plan plan_of(const fc_buffer *file)
{
    fc_measure_plan plan = {
        .engine = engine,
        .file = fc_buffer_bytes(file),
        .params = fc_params_default(),
        .runs = 2,
        .jobs = 2,
        .cancel = &cancel,
    };
    plan.params.width = 64;
    plan.params.height = 64;
    return plan;
}

static void read_photo(fc_buffer *file)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_file_read(PHOTO, FC_MODEL_BYTES_MAX, file, &err), err);
}

static void a_measurement_has_a_row_for_each_stage_that_ran(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, 0);
    read_photo(&file);
    const fc_measure_plan plan = plan_of(&file);
    fc_measure found = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_measure_run(&plan, &found, &err), err);
    int named = 0;
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        named += found.stages[i].name != NULL;
        assert_true(found.stages[i].least_ms <= found.stages[i].median_ms);
        assert_true(found.stages[i].median_ms <= found.stages[i].most_ms);
    }
    assert_true(named >= 10);
    assert_true(found.all.least_ms > 0);
    assert_true(found.photos_per_s > 0);
    assert_true(found.peak_mb > 0);
    assert_int_equal(found.portraits, 1);
    assert_int_equal(found.photo.width, 910);
}

static void what_is_no_photo_is_refused_and_nothing_is_told(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, 0);
    read_photo(&file);
    fc_measure_plan plan = plan_of(&file);
    plan.file.size = 100;
    fc_measure found = { 0 };
    fc_error err = { 0 };
    assert_int_not_equal(fc_measure_run(&plan, &found, &err), FC_OK);
    assert_int_equal(found.photo.width, 0);
}

static void a_cancelled_measurement_ends(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, 0);
    read_photo(&file);
    const fc_measure_plan plan = plan_of(&file);
    fc_measure found = { 0 };
    fc_error err = { 0 };
    atomic_store(&cancel.requested, true);
    ASSERT_FAILS(FC_CANCELLED, fc_measure_run(&plan, &found, &err), err);
    atomic_store(&cancel.requested, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measurement_has_a_row_for_each_stage_that_ran),
        cmocka_unit_test(what_is_no_photo_is_refused_and_nothing_is_told),
        cmocka_unit_test(a_cancelled_measurement_ends),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
