#include "base/random.h"

#include <string.h>

#include "support/fc_test.h"

static void names_are_32_digits_and_never_the_same(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char before[FC_RANDOM_NAME_SIZE] = "";
    for (int i = 0; i < 100; i++) {
        char name[FC_RANDOM_NAME_SIZE];
        ASSERT_OK(fc_random_name(name, &err), err);
        assert_int_equal(strspn(name, "0123456789abcdef"), 32);
        assert_int_equal(strlen(name), 32);
        assert_string_not_equal(name, before);
        memcpy(before, name, sizeof name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_32_digits_and_never_the_same),
    };
    return cmocka_run_group_tests_name("base/random", tests, NULL, NULL);
}
