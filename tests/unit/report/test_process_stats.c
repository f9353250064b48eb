#include "report/process_stats.h"

#include <fcntl.h>
#include <unistd.h>

#include "support/fc_test.h"

static void this_process_is_alive(void **state)
{
    (void)state;
    const fc_process_stats before = fc_process_read();
    assert_true(before.resident_bytes > 100000);
    assert_true(before.cpu_s > 0);
    assert_true(before.threads >= 1);
    assert_true(before.open_files_max > before.open_files);
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    assert_int_equal(fc_process_read().open_files, before.open_files + 1);
    assert_int_equal(close(descriptor), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_process_is_alive),
    };
    return cmocka_run_group_tests_name("report/process_stats", tests, NULL, NULL);
}
