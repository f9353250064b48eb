#include "net/secure_url.h"

#include "support/fc_test.h"

static void assert_secure(const char *url, bool expected_plain)
{
    bool plain = !expected_plain;
    assert_true(fc_url_is_secure(url, &plain));
    assert_int_equal(plain, expected_plain);
}

static void https_goes_anywhere_and_http_stays_here(void **state)
{
    (void)state;
    assert_secure("https://graph.microsoft.com/v1.0", false);
    assert_secure("http://127.0.0.1:8000/a", true);
    assert_secure("http://localhost", true);
    assert_secure("http://[::1]:80/", true);
}

static void all_else_is_refused(void **state)
{
    (void)state;
    static const char *const OTHERS[] = { "http://example.org",
                                          "http://127.0.0.1.example.org",
                                          "ftp://127.0.0.1",
                                          "file:///etc/passwd",
                                          "",
                                          "https://" };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        bool plain = true;
        assert_false(fc_url_is_secure(OTHERS[i], &plain));
        assert_true(plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(https_goes_anywhere_and_http_stays_here),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
