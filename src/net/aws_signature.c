#include "net/aws_signature.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TEXT_BYTES_MAX ((size_t)16 << 10)

/* Digits of the date in front of the time. */
#define DATE_LENGTH 8

void fc_aws_time(time_t when, char text[FC_AWS_TIME_SIZE])
{
    struct tm parts = { 0 };
    (void)gmtime_r(&when, &parts);
    FC_ASSERT(strftime(text, FC_AWS_TIME_SIZE, "%Y%m%dT%H%M%SZ", &parts) > 0);
}

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* "host;x-amz-date" */
static fc_status print_names(const fc_aws_request *request, fc_buffer *out, fc_error *err)
{
    for (size_t i = 0; i < request->header_count; i++) {
        FC_TRY(fc_buffer_print(out, err, "%s%s", i > 0 ? ";" : "", request->headers[i].name));
    }
    return FC_OK;
}

/* "20130524/us-east-1/s3/aws4_request" */
static fc_status print_scope(const fc_aws_request *request, fc_buffer *out, fc_error *err)
{
    return fc_buffer_print(out, err, "%.*s/%s/%s/aws4_request", DATE_LENGTH, request->time,
                           request->region, request->service);
}

/* The request in the form that both sides can write. */
static fc_status digest_request(const fc_aws_request *request, char digest[FC_DIGEST_SIZE],
                                fc_error *err)
{
    FC_AUTO_BUFFER(text, TEXT_BYTES_MAX);
    FC_TRY(fc_buffer_print(&text, err, "%s\n%s\n\n", request->method, request->path));
    for (size_t i = 0; i < request->header_count; i++) {
        FC_TRY(fc_buffer_print(&text, err, "%s:%s\n", request->headers[i].name,
                               request->headers[i].value));
    }
    FC_TRY(fc_buffer_print(&text, err, "\n"));
    FC_TRY(print_names(request, &text, err));
    FC_TRY(fc_buffer_print(&text, err, "\n%s", request->payload));
    fc_digest_of(fc_buffer_bytes(&text), digest);
    return FC_OK;
}

/* One key for each day, region and service. */
static fc_status derive_key(const fc_aws_request *request, uint8_t key[FC_MAC_BYTES], fc_error *err)
{
    char day[DATE_LENGTH + 1];
    FC_AUTO_BUFFER(first, TEXT_BYTES_MAX);
    (void)snprintf(day, sizeof day, "%.*s", DATE_LENGTH, request->time);
    FC_TRY(fc_buffer_print(&first, err, "AWS4%s", request->secret_key));
    const char *const parts[] = { day, request->region, request->service, "aws4_request" };
    fc_bytes with = fc_buffer_bytes(&first);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint8_t next[FC_MAC_BYTES];
        fc_hmac_of(with, bytes_of(parts[i]), next);
        memcpy(key, next, sizeof next);
        with = (fc_bytes){ key, FC_MAC_BYTES };
    }
    fc_memory_wipe(first.data, first.size);
    return FC_OK;
}

static fc_status sign(const fc_aws_request *request, char signature[2 * FC_MAC_BYTES + 1],
                      fc_error *err)
{
    char digest[FC_DIGEST_SIZE];
    uint8_t key[FC_MAC_BYTES];
    uint8_t mac[FC_MAC_BYTES];
    FC_AUTO_BUFFER(text, TEXT_BYTES_MAX);
    FC_TRY(digest_request(request, digest, err));
    FC_TRY(fc_buffer_print(&text, err, ALGORITHM "\n%s\n", request->time));
    FC_TRY(print_scope(request, &text, err));
    FC_TRY(fc_buffer_print(&text, err, "\n%s", digest));
    FC_TRY(derive_key(request, key, err));
    fc_hmac_of((fc_bytes){ key, sizeof key }, fc_buffer_bytes(&text), mac);
    fc_memory_wipe(key, sizeof key);
    for (size_t i = 0; i < sizeof mac; i++) {
        (void)snprintf(&signature[2 * i], 3, "%02x", (unsigned)mac[i]);
    }
    return FC_OK;
}

fc_status fc_aws_sign(const fc_aws_request *request, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(request != NULL && out != NULL);
    FC_ASSERT(strlen(request->time) == FC_AWS_TIME_SIZE - 1);
    char signature[2 * FC_MAC_BYTES + 1];
    FC_TRY(sign(request, signature, err));
    FC_TRY(fc_buffer_print(out, err, ALGORITHM " Credential=%s/", request->access_key));
    FC_TRY(print_scope(request, out, err));
    FC_TRY(fc_buffer_print(out, err, ",SignedHeaders="));
    FC_TRY(print_names(request, out, err));
    return fc_buffer_print(out, err, ",Signature=%s", signature);
}
