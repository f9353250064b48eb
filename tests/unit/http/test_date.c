#include "http/date.h"

#include "support/fc_test.h"

static void a_date_survives_a_round_trip(void **state)
{
    (void)state;
    static const int64_t TIMES[] = { 0, 784111777, 951782400, 1795824000, 4102444799 };
    char text[FC_HTTP_DATE_SIZE];
    fc_http_date_print(784111777, text);
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
        int64_t back = -1;
        fc_http_date_print(TIMES[i], text);
        assert_true(fc_http_date_parse(text, &back));
        assert_int_equal(back, TIMES[i]);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = { "",
                                       "Sun",
                                       "Sun, ",
                                       "yesterday",
                                       "Sun, 06 Nov 1994 08:49:37",
                                       "Sun, 06 Nov 1994 08:49:37 UTC",
                                       "Sun, 06 Xyz 1994 08:49:37 GMT",
                                       "Sun, 06 anF 1994 08:49:37 GMT",
                                       "Sun, 06 Nov 1994 08:49:37 GMT+1",
                                       "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        int64_t time = 7;
        assert_false(fc_http_date_parse(BAD[i], &time));
        assert_int_equal(time, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_survives_a_round_trip),
        cmocka_unit_test(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests_name("http/date", tests, NULL, NULL);
}
