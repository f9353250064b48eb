#include "directory/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "support/fc_test.h"

#define DAY_S 86400

static gnutls_x509_privkey_t key;
static fc_error err;

static int make_key(void **state)
{
    (void)state;
    return gnutls_x509_privkey_init(&key) |
           gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0);
}

static int free_key(void **state)
{
    (void)state;
    gnutls_x509_privkey_deinit(key);
    return 0;
}

/* A certificate of "dc1.example.org". */
static gnutls_datum_t make_certificate(time_t from, time_t until, gnutls_x509_crt_fmt_t format)
{
    gnutls_x509_crt_t certificate = NULL;
    gnutls_datum_t out = { NULL, 0 };
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_set_version(certificate, 3), 0);
    assert_int_equal(gnutls_x509_crt_set_serial(certificate, "\1", 1), 0);
    assert_int_equal(gnutls_x509_crt_set_activation_time(certificate, from), 0);
    assert_int_equal(gnutls_x509_crt_set_expiration_time(certificate, until), 0);
    assert_int_equal(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME,
                                                          "dc1.example.org", 15, 0),
                     0);
    assert_int_equal(gnutls_x509_crt_set_key(certificate, key), 0);
    assert_int_equal(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(certificate, format, &out), 0);
    gnutls_x509_crt_deinit(certificate);
    return out;
}

static void assert_fault(time_t from, time_t until, const char *host, const char *word)
{
    char text[FC_CERTIFICATE_TEXT_SIZE];
    gnutls_datum_t made = make_certificate(from, until, GNUTLS_X509_FMT_DER);
    fc_certificate_fault((fc_bytes){ made.data, made.size }, host, text);
    gnutls_free(made.data);
    if (strstr(text, word) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", text, word);
    }
}

static void faults_are_named(void **state)
{
    (void)state;
    const time_t now = time(NULL);
    const time_t past = 1577880000; /* 2020-01-01 */
    assert_fault(past, past + DAY_S, "dc1.example.org", "expired on 2020-01-02");
    assert_fault(now + DAY_S, now + 2 * DAY_S, "dc1.example.org", "not valid before");
    assert_fault(past, now + DAY_S, "dc2.example.org", "not of dc2.example.org");
    assert_fault(past, now + DAY_S, "dc1.example.org", "signed by nobody");
    char text[FC_CERTIFICATE_TEXT_SIZE];
    fc_certificate_fault((fc_bytes){ (const uint8_t *)"x", 1 }, "a", text);
    assert_non_null(strstr(text, "cannot be read"));
}

static fc_bytes bytes_of(gnutls_datum_t made)
{
    return (fc_bytes){ made.data, made.size };
}

static void a_signature_can_be_verified(void **state)
{
    (void)state;
    static const char SAID[] = "header.claims";
    FC_AUTO_BUFFER(signature, 1024);
    gnutls_datum_t pem = { NULL, 0 };
    gnutls_pubkey_t public_key = NULL;
    gnutls_privkey_t private_key = NULL;
    assert_int_equal(
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
        0);
    ASSERT_OK(fc_certificate_sign(bytes_of(pem),
                                  (fc_bytes){ (const uint8_t *)SAID, sizeof SAID - 1 }, &signature,
                                  &err),
              err);
    gnutls_free(pem.data);
    assert_int_equal(signature.size, 256);
    assert_int_equal(gnutls_privkey_init(&private_key), 0);
    assert_int_equal(gnutls_privkey_import_x509(private_key, key, 0), 0);
    assert_int_equal(gnutls_pubkey_init(&public_key), 0);
    assert_int_equal(gnutls_pubkey_import_privkey(public_key, private_key, 0, 0), 0);
    const gnutls_datum_t said = { (unsigned char *)(uintptr_t)SAID, sizeof SAID - 1 };
    const gnutls_datum_t made = { signature.data, (unsigned)signature.size };
    assert_int_equal(
        gnutls_pubkey_verify_data2(public_key, GNUTLS_SIGN_RSA_SHA256, 0, &said, &made), 0);
    gnutls_pubkey_deinit(public_key);
    gnutls_privkey_deinit(private_key);
}

static void what_is_no_rsa_key_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(signature, 1024);
    const fc_bytes nothing = { (const uint8_t *)"x", 1 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_certificate_sign(nothing, nothing, &signature, &err), err);
    gnutls_x509_privkey_t other = NULL;
    gnutls_datum_t pem = { NULL, 0 };
    assert_int_equal(gnutls_x509_privkey_init(&other), 0);
    assert_int_equal(gnutls_x509_privkey_generate(other, GNUTLS_PK_ECDSA,
                                                  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                                  0),
                     0);
    assert_int_equal(gnutls_x509_privkey_export2(other, GNUTLS_X509_FMT_PEM, &pem), 0);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_certificate_sign(bytes_of(pem), nothing, &signature, &err),
                 err);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(other);
    assert_int_equal(signature.size, 0);
}

static void a_certificate_has_a_thumbprint(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(print, 64);
    gnutls_datum_t made = make_certificate(0, time(NULL) + DAY_S, GNUTLS_X509_FMT_PEM);
    ASSERT_OK(fc_certificate_thumbprint(bytes_of(made), &print, &err), err);
    gnutls_free(made.data);
    assert_int_equal(print.size, 32);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_certificate_thumbprint((fc_bytes){ (const uint8_t *)"x", 1 }, &print, &err),
                 err);
    assert_int_equal(print.size, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(a_signature_can_be_verified),
        cmocka_unit_test(what_is_no_rsa_key_is_refused),
        cmocka_unit_test(a_certificate_has_a_thumbprint),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
