/* Signatures are verified by openssl in contract/directory_cloud. */
#include "directory/jwt.h"

#include <gnutls/x509.h>
#include <string.h>

#include "support/fc_test.h"

static fc_error err;

static void a_token_has_three_parts(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(out, 4096);
    gnutls_x509_privkey_t key = NULL;
    gnutls_datum_t pem = { NULL, 0 };
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0), 0);
    assert_int_equal(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
    ASSERT_OK(fc_jwt_write(json_pack("{s:s}", "alg", "RS256"), json_pack("{s:i}", "exp", 1),
                           (fc_bytes){ pem.data, pem.size }, &out, &err),
              err);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(key);
    static const char BEGIN[] = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.";
    assert_int_equal(strncmp(fc_buffer_text(&out), BEGIN, sizeof BEGIN - 1), 0);
    assert_int_equal(out.size, sizeof BEGIN - 1 + 342); /* 256 bytes */
}

static void without_a_key_nothing_is_written(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(out, 4096);
    const fc_bytes key = { (const uint8_t *)"x", 1 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_jwt_write(json_object(), json_object(), key, &out, &err),
                 err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_jwt_write(NULL, json_object(), key, &out, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_jwt_write(json_object(), NULL, key, &out, &err), err);
    assert_int_equal(out.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_has_three_parts),
        cmocka_unit_test(without_a_key_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
