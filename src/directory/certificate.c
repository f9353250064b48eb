#include "directory/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"

#define SHA256_BYTES 32

static void free_certificate(gnutls_x509_crt_t *certificate)
{
    gnutls_x509_crt_deinit(*certificate);
}

static void free_key(gnutls_privkey_t *key)
{
    gnutls_privkey_deinit(*key);
}

static gnutls_datum_t datum(fc_bytes bytes)
{
    return (gnutls_datum_t){ (unsigned char *)(uintptr_t)bytes.data, (unsigned)bytes.size };
}

static void write_day(time_t when, char day[16])
{
    struct tm parts = { 0 };
    (void)gmtime_r(&when, &parts);
    (void)strftime(day, 16, "%Y-%m-%d", &parts);
}

void fc_certificate_fault(fc_bytes der, const char *host, char text[FC_CERTIFICATE_TEXT_SIZE])
{
    FC_ASSERT(host != NULL);
    __attribute__((cleanup(free_certificate))) gnutls_x509_crt_t certificate = NULL;
    const gnutls_datum_t data = datum(der);
    if (gnutls_x509_crt_init(&certificate) != 0 ||
        gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_DER) != 0) {
        (void)snprintf(text, FC_CERTIFICATE_TEXT_SIZE, "its certificate cannot be read");
        return;
    }
    const time_t now = time(NULL);
    const time_t from = gnutls_x509_crt_get_activation_time(certificate);
    const time_t until = gnutls_x509_crt_get_expiration_time(certificate);
    char day[16];
    if (until < now || from > now) {
        write_day(until < now ? until : from, day);
        (void)snprintf(text, FC_CERTIFICATE_TEXT_SIZE, "its certificate %s %s",
                       until < now ? "expired on" : "is not valid before", day);
    } else if (!gnutls_x509_crt_check_hostname(certificate, host)) {
        (void)snprintf(text, FC_CERTIFICATE_TEXT_SIZE, "its certificate is not of %.80s", host);
    } else {
        (void)snprintf(text, FC_CERTIFICATE_TEXT_SIZE,
                       "its certificate is signed by nobody who is trusted here");
    }
}

fc_status fc_certificate_sign(fc_bytes pem, fc_bytes content, fc_buffer *signature, fc_error *err)
{
    __attribute__((cleanup(free_key))) gnutls_privkey_t key = NULL;
    const gnutls_datum_t text = datum(pem);
    const gnutls_datum_t data = datum(content);
    if (gnutls_privkey_init(&key) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    const int failure =
        gnutls_privkey_import_x509_raw(key, &text, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
    if (failure != 0 || gnutls_privkey_get_pk_algorithm(key, NULL) != GNUTLS_PK_RSA) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s, wanted is an RSA key in PEM, not encrypted",
                       failure != 0 ? gnutls_strerror(failure) : "a key of another kind");
    }
    gnutls_datum_t made = { NULL, 0 };
    const int refused = gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &data, &made);
    if (refused != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the key cannot sign: %s",
                       gnutls_strerror(refused));
    }
    const fc_status status = fc_buffer_append(signature, made.data, made.size, err);
    gnutls_free(made.data);
    return status;
}

fc_status fc_certificate_thumbprint(fc_bytes pem, fc_buffer *out, fc_error *err)
{
    __attribute__((cleanup(free_certificate))) gnutls_x509_crt_t certificate = NULL;
    const gnutls_datum_t data = datum(pem);
    if (gnutls_x509_crt_init(&certificate) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    uint8_t digest[SHA256_BYTES];
    size_t size = sizeof digest;
    int failure = gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_PEM);
    if (failure == 0) {
        failure = gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest, &size);
    }
    if (failure != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s, wanted is a certificate in PEM",
                       gnutls_strerror(failure));
    }
    return fc_buffer_append(out, digest, size, err);
}
