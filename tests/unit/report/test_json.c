#include "report/json.h"

#include "base/memory.h"
#include "support/fc_test.h"

static fc_status write_line(fc_buffer *out, fc_error *err)
{
    fc_buffer_clear(out);
    return fc_json_write_line(json_pack("{s:b, s:s}", "success", 1, "error", "none"), out, err);
}

/* The library does not look at what comes of writing a key, and goes on without it. */
static void a_line_is_whole_or_there_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer line = FC_BUFFER(1000);
    SWEEP_ALLOCATIONS(write_line(&line, &err), line.size == 0);
    assert_string_equal(fc_buffer_text(&line), "{\"success\":true,\"error\":\"none\"}\n");
    fc_buffer_clear(&line);
}

static void a_value_that_could_not_be_made_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer line = FC_BUFFER(1000);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_json_write_line(NULL, &line, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_whole_or_there_is_none),
        cmocka_unit_test(a_value_that_could_not_be_made_is_refused),
    };
    return cmocka_run_group_tests_name("report/json", tests, NULL, NULL);
}
