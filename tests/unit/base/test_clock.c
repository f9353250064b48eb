#include "base/clock.h"

#include <time.h>

#include "support/fc_test.h"

static void time_never_goes_back(void **state)
{
    (void)state;
    int64_t last = fc_clock_us();
    assert_true(last > 0);
    for (int i = 0; i < 10000; i++) {
        const int64_t now = fc_clock_us();
        assert_true(now >= last);
        last = now;
    }
}

static void a_pause_takes_at_least_its_microseconds(void **state)
{
    (void)state;
    const struct timespec pause = { .tv_nsec = 2000000 };
    const int64_t start = fc_clock_us();
    while (nanosleep(&pause, NULL) != 0) {
    }
    assert_true(fc_clock_us() - start >= 1999); /* both are cut to whole microseconds */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_pause_takes_at_least_its_microseconds),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
