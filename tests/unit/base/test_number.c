#include "base/number.h"

#include <locale.h>
#include <string.h>

#include "support/fc_test.h"

static void integers_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } CASES[] = { { "0", 0 },
                  { "-0", 0 },
                  { "+12", 12 },
                  { "007", 7 },
                  { "9223372036854775807", INT64_MAX },
                  { "-9223372036854775808", INT64_MIN } };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t value = 99;
        assert_true(fc_parse_integer(CASES[i].text, &value));
        assert_true(value == CASES[i].value);
    }
}

static void what_is_no_integer_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "",    " 1",  "1 ", "1.0", "1e3", "0x10",
                                         "+-1", "--1", "-",  "+",   "12a", "9223372036854775808",
                                         "\n",  "1\n", "1,0" };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        int64_t value = 99;
        assert_false(fc_parse_integer(TEXTS[i], &value));
        assert_int_equal(value, 99);
    }
}

static void reals_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } CASES[] = {
        { "0.3", 0.3 }, { "-1.5e-3", -0.0015 }, { "+.5", 0.5 }, { "5.", 5 }, { "1E2", 100 }
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        double value = 99;
        assert_true(fc_parse_real(CASES[i].text, &value));
        assert_true(value == CASES[i].value);
    }
}

static void what_is_no_real_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "",          " 1",    "1 ",     "nan",   "inf",
                                         "-infinity", "1e999", "-1e999", "0x1",   "1,5",
                                         ".",         "e5",    "1e",     "1.2.3", "--1" };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        double value = 99;
        assert_false(fc_parse_real(TEXTS[i], &value));
        assert_true(value == 99);
    }
}

static void a_number_has_at_most_64_characters(void **state)
{
    (void)state;
    char text[FC_NUMBER_LENGTH_MAX + 2];
    memset(text, '0', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    int64_t integer = 0;
    double real = 0;
    assert_false(fc_parse_integer(text, &integer));
    assert_false(fc_parse_real(text, &real));
    text[FC_NUMBER_LENGTH_MAX] = '\0';
    assert_true(fc_parse_integer(text, &integer));
    assert_true(fc_parse_real(text, &real));
}

/* Where such a locale is installed, the point is a comma to strtod. */
static void the_locale_changes_nothing(void **state)
{
    (void)state;
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    double value = 0;
    assert_true(fc_parse_real("0.5", &value));
    assert_true(value == 0.5);
    (void)setlocale(LC_ALL, "C");
}

static void truth_has_many_names(void **state)
{
    (void)state;
    static const char *const YES[] = { "true", "True", "1", "ON", "yes", "t", "Y" };
    static const char *const NO[] = { "false", "FALSE", "0", "off", "No", "f", "n" };
    static const char *const NEITHER[] = { "", "2", "tru", "true ", "oui", "-1" };
    for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++) {
        bool value = false;
        assert_true(fc_parse_bool(YES[i], &value) && value);
        assert_true(fc_parse_bool(NO[i], &value) && !value);
    }
    for (size_t i = 0; i < sizeof NEITHER / sizeof NEITHER[0]; i++) {
        bool value = true;
        assert_false(fc_parse_bool(NEITHER[i], &value));
        assert_true(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_whole),
        cmocka_unit_test(what_is_no_integer_is_refused_and_changes_nothing),
        cmocka_unit_test(reals_are_read_whole),
        cmocka_unit_test(what_is_no_real_is_refused_and_changes_nothing),
        cmocka_unit_test(a_number_has_at_most_64_characters),
        cmocka_unit_test(the_locale_changes_nothing),
        cmocka_unit_test(truth_has_many_names),
    };
    return cmocka_run_group_tests_name("base/number", tests, NULL, NULL);
}
