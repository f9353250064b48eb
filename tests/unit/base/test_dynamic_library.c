#include <math.h>

#include "base/dynamic_library.h"
#include "support/fc_test.h"

static void a_library_gives_its_functions(void **state)
{
    (void)state;
    fc_error err = { 0 };
    void *library = NULL;
    ASSERT_OK(fc_dynamic_library_open("libm.so.6", "a test needs", "libc6", &library, &err), err);
    double (*root)(double) = NULL;
    assert_true(fc_dynamic_library_find(library, "sqrt", &root));
    assert_true(root(9) == 3);
    assert_false(fc_dynamic_library_find(library, "no_such_function", &root));
    assert_null(root);
}

static void a_library_that_is_not_there_is_named_with_its_package(void **state)
{
    (void)state;
    fc_error err = { 0 };
    void *library = NULL;
    ASSERT_FAILS(FC_IO,
                 fc_dynamic_library_open("libno.so.1", "a test needs", "libno1", &library, &err),
                 err);
    assert_string_equal(err.text, "a test needs libno.so.1, which is not installed (Debian: "
                                  "apt-get install libno1)");
    assert_null(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_gives_its_functions),
        cmocka_unit_test(a_library_that_is_not_there_is_named_with_its_package),
    };
    return cmocka_run_group_tests_name("base/dynamic_library", tests, NULL, NULL);
}
