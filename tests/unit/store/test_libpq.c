#define _GNU_SOURCE /* RTLD_NEXT */
#include "store/libpq.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fc_test.h"

/* What is opened instead of PostgreSQL's library; NULL: that one. */
static const char *instead;

/* In place of that of the C library. */
void *dlopen(const char *file, int mode)
{
    void *(*real)(const char *, int) = NULL;
    void *const address = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&real, &address, sizeof real);
    const bool ours = file != NULL && strncmp(file, "libpq.", 6) == 0;
    return real(ours && instead != NULL ? instead : file, mode);
}

/* A process opens the library once: a child has not done so yet. */
static void assert_refused(const char *library, const char *expected)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fc_error err = { 0 };
        const fc_libpq *libpq = NULL;
        instead = library;
        bool refused = fc_libpq_load(&libpq, NULL) == FC_IO;
        refused = refused && fc_libpq_load(&libpq, &err) == FC_IO && libpq == NULL;
        _exit(refused && strstr(err.text, expected) != NULL ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_library_that_is_not_there_is_named_with_its_package(void **state)
{
    (void)state;
    assert_refused("libno.so.1", "apt-get install libpq5");
}

static void a_library_without_our_functions_is_refused(void **state)
{
    (void)state;
    assert_refused("libm.so.6", "libpq.so.5 lacks functions");
}

static void the_library_is_opened_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_libpq *first = NULL;
    const fc_libpq *second = NULL;
    if (dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL) == NULL) {
        skip();
    }
    ASSERT_OK(fc_libpq_load(&first, &err), err);
    assert_true(first->PQlibVersion() > 0);
    instead = "libno.so.1";
    ASSERT_OK(fc_libpq_load(&second, &err), err);
    assert_ptr_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_that_is_not_there_is_named_with_its_package),
        cmocka_unit_test(a_library_without_our_functions_is_refused),
        cmocka_unit_test(the_library_is_opened_once),
    };
    return cmocka_run_group_tests_name("store/libpq", tests, NULL, NULL);
}
