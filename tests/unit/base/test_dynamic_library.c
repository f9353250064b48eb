#include <math.h>
#include <string.h>

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
    assert_string_equal(err.text, "a test needs libno.so.1 (Debian: apt-get install libno1), which "
                                  "cannot be opened: libno.so.1: cannot open shared object file: "
                                  "No such file or directory");
    assert_null(library);
}

static void a_file_that_is_no_library_is_told_from_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    void *library = NULL;
    ASSERT_FAILS(
        FC_IO, fc_dynamic_library_open("/dev/null", "a test needs", "libno1", &library, &err), err);
    assert_non_null(strstr(err.text, "cannot be opened: /dev/null: file too short"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_gives_its_functions),
        cmocka_unit_test(a_library_that_is_not_there_is_named_with_its_package),
        cmocka_unit_test(a_file_that_is_no_library_is_told_from_none),
    };
    return cmocka_run_group_tests_name("base/dynamic_library", tests, NULL, NULL);
}
