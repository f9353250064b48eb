#include "infer/ort.h"

#include <string.h>

#include "support/fc_test.h"

static fc_status check(const char *message, fc_error *err)
{
    return fc_ort_check("model", fc_ort()->CreateStatus(ORT_FAIL, message), err);
}

static void no_outcome_is_a_good_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    assert_non_null(fc_ort());
    ASSERT_OK(fc_ort_check("model", NULL, &err), err);
}

static void a_report_becomes_one_line_without_paths(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 check("Load from /srv/models/m.onnx failed:\n\tC:\\x\\y.cc:7 bad  graph", &err),
                 err);
    assert_string_equal(err.text, "model: Load from failed: bad graph");
}

static void a_long_report_is_cut_at_a_word(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[1000] = "";
    for (size_t i = 0; i < 100; i++) {
        memcpy(text + 5 * i, "word ", 6);
    }
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, check(text, &err), err);
    assert_true(strlen(err.text) < sizeof err.text);
    assert_memory_equal(err.text, "model: word word", strlen("model: word word"));
}

static void want_of_memory_is_known_by_its_words(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "std::bad_alloc", "Failed to allocate memory for x",
                                         "Available memory of 7 is smaller" };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        fc_error err = { 0 };
        ASSERT_FAILS(FC_OUT_OF_MEMORY, check(TEXTS[i], &err), err);
        assert_string_equal(err.text, "model: no memory for the network");
    }
}

static void an_object_that_was_not_made_is_want_of_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_ort_there("model", &err, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_ort_there("model", NULL, &err), err);
    fc_ort_free_options(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_outcome_is_a_good_one),
        cmocka_unit_test(a_report_becomes_one_line_without_paths),
        cmocka_unit_test(a_long_report_is_cut_at_a_word),
        cmocka_unit_test(want_of_memory_is_known_by_its_words),
        cmocka_unit_test(an_object_that_was_not_made_is_want_of_memory),
    };
    return cmocka_run_group_tests_name("infer/ort", tests, NULL, NULL);
}
