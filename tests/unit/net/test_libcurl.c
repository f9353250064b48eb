#define _GNU_SOURCE /* RTLD_NEXT */
#include "net/libcurl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include "net/curl.h"
#include "net/model_fetch.h"
#include "net/secure_url.h"
#include "support/fc_test.h"

/* What is opened instead of libcurl; NULL: that one. */
static const char *instead;

/* In place of that of the C library. */
void *dlopen(const char *file, int mode)
{
    void *(*real)(const char *, int) = NULL;
    void *const address = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&real, &address, sizeof real);
    const bool ours = file != NULL && strncmp(file, "libcurl.", 8) == 0;
    return real(ours && instead != NULL ? instead : file, mode);
}

static void the_library_is_opened(void **state)
{
    (void)state;
    fc_error err = { 0 };
    instead = NULL;
    ASSERT_OK(fc_libcurl_load(&err), err);
    char *text = NULL;
    CURLU *url = fc_curl.url();
    assert_non_null(url);
    assert_int_equal(fc_curl.url_set(url, CURLUPART_URL, "https://example.org/a", 0), CURLUE_OK);
    assert_int_equal(fc_curl.url_get(url, CURLUPART_HOST, &text, 0), CURLUE_OK);
    assert_string_equal(text, "example.org");
    fc_curl.free(text);
    fc_curl.url_cleanup(url);
}

static void a_library_without_our_functions_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    instead = "libm.so.6";
    ASSERT_FAILS(FC_IO, fc_libcurl_load(&err), err);
    assert_non_null(strstr(err.text, "libcurl.so.4 lacks functions"));
}

/* Whoever starts it learns the same each time; no address passes without it. */
static void a_library_that_is_not_there_is_named_with_its_package(void **state)
{
    (void)state;
    instead = "libno.so.1";
    for (int i = 0; i < 2; i++) {
        fc_error err = { 0 };
        ASSERT_FAILS(FC_IO, fc_curl_start(&err), err);
        assert_non_null(strstr(err.text, "apt-get install libcurl4"));
    }
    bool plain = false;
    assert_false(fc_url_is_secure("https://example.org/", &plain));
    fc_error err = { 0 };
    const fc_settings settings = fc_settings_default();
    ASSERT_FAILS(
        FC_IO,
        fc_model_fetch(FC_MODEL_FILE_mesh, &settings, "https://example.org/", NULL, NULL, &err),
        err);
    assert_non_null(strstr(err.text, "apt-get install libcurl4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_is_opened),
        cmocka_unit_test(a_library_without_our_functions_is_refused),
        cmocka_unit_test(a_library_that_is_not_there_is_named_with_its_package),
    };
    return cmocka_run_group_tests_name("net/libcurl", tests, NULL, NULL);
}
