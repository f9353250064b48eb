#include "base/log.h"

#include <string.h>

#include "support/fc_test.h"

static struct {
    int events;
    fc_log_level level;
    char text[64];
    int64_t number;
} heard;

static void listen(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count)
{
    assert_int_equal(count, 2);
    assert_string_equal(message, "listening");
    heard.events++;
    heard.level = level;
    (void)strncpy(heard.text, pairs[0].text, sizeof heard.text - 1);
    heard.number = pairs[1].number;
}

static void tell(void)
{
    FC_LOG(FC_LOG_WARNING, "listening", FC_LOG_TEXT("host", "::"), FC_LOG_NUMBER("port", -7));
}

static void an_event_goes_to_the_listener_of_the_moment(void **state)
{
    (void)state;
    tell(); /* nobody listens */
    assert_int_equal(heard.events, 0);
    fc_log_set(listen);
    tell();
    assert_int_equal(heard.events, 1);
    assert_int_equal(heard.level, FC_LOG_WARNING);
    assert_string_equal(heard.text, "::");
    assert_int_equal(heard.number, -7);
    fc_log_set(NULL);
    tell();
    assert_int_equal(heard.events, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_goes_to_the_listener_of_the_moment),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
