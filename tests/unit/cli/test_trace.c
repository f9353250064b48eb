#include "cli/trace.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void the_table_has_the_stages_that_ran(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo = { 0 };
    photo.reports[0] =
        (fc_stage_report){ .name = "probe", .ran = true, .time_us = 1500, .note = "jpeg" };
    photo.reports[1] = (fc_stage_report){ .name = "skipped" };
    fc_portrait portrait = { .photo = &photo };
    portrait.reports[2] = (fc_stage_report){
        .name = "matte", .ran = true, .time_us = 8500, .model = "selfie", .device = "cpu"
    };
    FC_AUTO_BUFFER(out, 4096);
    ASSERT_OK(fc_trace_portrait(&portrait, "me.jpg", 1, 2, &out, &err), err);
    const char *text = fc_buffer_text(&out);
    assert_non_null(strstr(text, "me.jpg, portrait 1 of 2\n"));
    assert_non_null(strstr(text, "  probe             1.5  -"));
    assert_non_null(strstr(text, "  matte             8.5  selfie"));
    assert_non_null(strstr(text, "  all              10.0\n"));
    assert_null(strstr(text, "skipped"));
}

static void a_full_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo = { 0 };
    const fc_portrait portrait = { .photo = &photo };
    FC_AUTO_BUFFER(out, 8);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_trace_portrait(&portrait, "me.jpg", 1, 1, &out, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_the_stages_that_ran),
        cmocka_unit_test(a_full_buffer_is_refused),
    };
    return cmocka_run_group_tests_name("cli/trace", tests, NULL, NULL);
}
