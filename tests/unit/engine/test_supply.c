#include "engine/supply.h"

#include <string.h>

#include "engine/model_files.h"
#include "support/fc_test.h"

static void every_model_has_its_paragraph_in_the_lock(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_supply *supply = fc_model_file_supply(i);
        assert_string_equal(supply->file, fc_model_file_lookup(i)->file);
        assert_true(supply->bytes > 0);
        assert_int_equal(strlen(supply->sha256), 64);
        assert_int_equal(strspn(supply->sha256, "0123456789abcdef"), 64);
    }
}

static void only_what_starts_without_being_asked_for_is_required(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const bool asked_for = fc_model_file_supply(i)->word[0] != '\0';
        assert_true(fc_model_file_lookup(i)->optional || !asked_for);
    }
}

static void an_unknown_file_has_none(void **state)
{
    (void)state;
    assert_null(fc_supply_lookup("nothing.onnx"));
    assert_null(fc_supply_lookup(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_has_its_paragraph_in_the_lock),
        cmocka_unit_test(only_what_starts_without_being_asked_for_is_required),
        cmocka_unit_test(an_unknown_file_has_none),
    };
    return cmocka_run_group_tests_name("engine/supply", tests, NULL, NULL);
}
