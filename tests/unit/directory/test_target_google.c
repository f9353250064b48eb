/* Against kept answers; whole runs are in contract/directory_cloud. */
#define _GNU_SOURCE /* mkstemp */
#include <gnutls/x509.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/canned_host.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define CLOSE "Connection: close\r\n\r\n"
#define TOKEN "HTTP/1.1 200 OK\r\n" CLOSE "{\"access_token\": \"t1\", \"expires_in\": 3600}"
#define OK "HTTP/1.1 200 OK\r\n" CLOSE

static fc_error err;
static fc_target_config config;
static fc_target *target;
static char key_path[] = "/tmp/test_target_google_XXXXXX";

static int write_key(void **state)
{
    (void)state;
    gnutls_x509_privkey_t key = NULL;
    gnutls_datum_t pem = { NULL, 0 };
    (void)close(mkstemp(key_path));
    int failure = gnutls_x509_privkey_init(&key);
    failure |= gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0);
    failure |=
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);
    json_t *file = json_pack("{s:s, s:s%, s:s}", "client_email", "robot@x", "private_key", pem.data,
                             (size_t)pem.size, "token_uri", "https://oauth2.googleapis.com/token");
    failure |= json_dump_file(file, key_path, 0);
    json_decref(file);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(key);
    return failure;
}

static int end(void **state)
{
    (void)state;
    fc_target_config_clear(&config);
    return unlink(key_path);
}

static fc_status open_with(const char *const *answers, const char *key)
{
    char text[512];
    fc_canned_start(answers);
    (void)snprintf(text, sizeof text,
                   "[google]\nkey_file = %s\nadmin = admin@x\napi_url = %s\ntoken_url = %s/token\n",
                   key, fc_canned_url, fc_canned_url);
    fc_targets_parse(text, &config);
    return fc_target_google.open(&config, &target, &err);
}

static void close_target(void)
{
    fc_target_google.close(target);
    target = NULL;
    fc_canned_stop();
}

static void a_picture_is_put_as_web_safe_text(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, OK "{}", NULL };
    const fc_account account = fc_targets_user("key", "a+b@x", "c@x");
    const fc_target_picture picture = { .bytes = { (const uint8_t *)"\xFB\xFF\xFE\x01", 4 } };
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    ASSERT_OK(open_with(ANSWERS, key_path), err);
    assert_memory_equal(fc_canned_request, "POST /token ", 12);
    assert_non_null(strstr(fc_canned_request, "grant-type%3Ajwt-bearer&assertion=eyJ"));
    ASSERT_OK(fc_target_google.deliver(target, &account, &picture, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_DONE);
    static const char PATH[] = "PUT /admin/directory/v1/users/a%2Bb%40x/photos/thumbnail ";
    assert_memory_equal(fc_canned_request, PATH, sizeof PATH - 1);
    assert_non_null(strstr(fc_canned_request, "-__-AQ"));
    ASSERT_OK(fc_target_google.deliver(target, &account, NULL, &result, &err), err);
    assert_memory_equal(fc_canned_request, "DELETE /admin", 13);
    close_target();
}

static void a_picture_is_read(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, OK "{\"photoData\": \"SlBFRw==\"}", OK "{}",
                                           "HTTP/1.1 404 No\r\n" CLOSE, NULL };
    FC_AUTO_BUFFER(out, 64);
    const fc_account account = fc_targets_user("key", "", "");
    ASSERT_OK(open_with(ANSWERS, key_path), err);
    ASSERT_OK(fc_target_google.read(target, &account, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "JPEG");
    ASSERT_FAILS(FC_IO, fc_target_google.read(target, &account, &out, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_target_google.read(target, &account, &out, &err), err);
    close_target();
}

static void check_needs_users_to_be_readable(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, OK "{}", "HTTP/1.1 403 No\r\n" CLOSE, NULL };
    char text[FC_ERROR_TEXT_SIZE];
    ASSERT_OK(open_with(ANSWERS, key_path), err);
    ASSERT_OK(fc_target_google.check(target, text, sizeof text, &err), err);
    assert_non_null(strstr(text, "robot@x for admin@x"));
    ASSERT_FAILS(FC_IO, fc_target_google.check(target, text, sizeof text, &err), err);
    close_target();
}

static void what_is_no_key_is_refused(void **state)
{
    (void)state;
    static const char *const ANSWERS[] = { TOKEN, NULL };
    ASSERT_FAILS(FC_IO, open_with(ANSWERS, "/nowhere"), err);
    close_target();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, open_with(ANSWERS, "/dev/null"), err);
    assert_int_equal(fc_canned_count(), 0);
    close_target();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_put_as_web_safe_text),
        cmocka_unit_test(a_picture_is_read),
        cmocka_unit_test(check_needs_users_to_be_readable),
        cmocka_unit_test(what_is_no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, write_key, end);
}
