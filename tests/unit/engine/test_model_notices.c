#include "engine/model_notices.h"

#include <string.h>

#include "engine/model_files.h"
#include "support/fc_test.h"

static void every_model_says_whose_it_is_and_what_may_be_done(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_notice *notice = fc_model_notice_lookup(i);
        assert_true(strlen(notice->owner) > 0);
        assert_true(strlen(notice->terms) > 20);
        assert_int_equal(strncmp(notice->text, "https://", 8), 0);
    }
}

static void terms_that_exclude_commercial_use_say_so(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const char *terms = fc_model_notice_lookup(i)->terms;
        const bool excluded = strstr(terms, "non-commercial") != NULL ||
                              strstr(terms, "excludes commercial use") != NULL;
        assert_int_equal(!excluded, fc_model_file_lookup(i)->commercial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_says_whose_it_is_and_what_may_be_done),
        cmocka_unit_test(terms_that_exclude_commercial_use_say_so),
    };
    return cmocka_run_group_tests_name("engine/model_notices", tests, NULL, NULL);
}
