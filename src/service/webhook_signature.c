#include "service/webhook_signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/memory.h"
#include "http/base64.h"

#define PREFIX "whsec_"
#define PREFIX_LENGTH (sizeof PREFIX - 1)

/* Of a message with its id and time. */
#define SIGNED_BYTES_MAX ((size_t)1 << 20)

static fc_status refuse(size_t number, fc_error *err)
{
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "FACECRAFT_WEBHOOK_SECRET: secret %zu is not " PREFIX
                   " and the base64 of %d to %d bytes (make one: echo " PREFIX
                   "$(openssl rand -base64 32)), and at most %d with commas",
                   number, FC_WEBHOOK_KEY_BYTES_MIN, FC_WEBHOOK_KEY_BYTES_MAX, FC_WEBHOOK_KEYS_MAX);
}

static fc_status parse_one(const char *text, size_t length, fc_webhook_keys *out, fc_error *err)
{
    FC_AUTO_SECRET(bytes, FC_WEBHOOK_KEY_BYTES_MAX);
    if (out->count == FC_WEBHOOK_KEYS_MAX || length <= PREFIX_LENGTH ||
        memcmp(text, PREFIX, PREFIX_LENGTH) != 0) {
        return refuse(out->count + 1, err);
    }
    const fc_bytes base64 = { (const uint8_t *)text + PREFIX_LENGTH, length - PREFIX_LENGTH };
    const fc_status status = fc_base64_decode(base64, &bytes, NULL);
    if (status == FC_OUT_OF_MEMORY) {
        return fc_fail(err, status, "memory ran out");
    }
    if (status != FC_OK || bytes.size < FC_WEBHOOK_KEY_BYTES_MIN) {
        return refuse(out->count + 1, err);
    }
    fc_webhook_key *key = &out->items[out->count++];
    memcpy(key->bytes, bytes.data, bytes.size);
    key->size = bytes.size;
    return FC_OK;
}

fc_status fc_webhook_keys_parse(const char *text, fc_webhook_keys *out, fc_error *err)
{
    FC_ASSERT(text != NULL && out != NULL);
    fc_webhook_keys keys = { 0 };
    fc_status status = FC_OK;
    for (const char *at = text; status == FC_OK && *(at += strspn(at, ", ")) != '\0';) {
        const size_t length = strcspn(at, ", ");
        status = parse_one(at, length, &keys, err);
        at += length;
    }
    if (status == FC_OK) {
        *out = keys;
    }
    fc_memory_wipe(&keys, sizeof keys);
    return status;
}

static fc_status sign_one(const fc_webhook_key *key, fc_bytes message, fc_buffer *out,
                          fc_error *err)
{
    uint8_t mac[FC_MAC_BYTES];
    fc_hmac_of((fc_bytes){ key->bytes, key->size }, message, mac);
    FC_TRY(fc_buffer_print(out, err, "%sv1,", out->size > 0 ? " " : ""));
    return fc_base64_encode((fc_bytes){ mac, sizeof mac }, out, err);
}

fc_status fc_webhook_sign(const fc_webhook_keys *keys, const char *id, int64_t time_s,
                          fc_bytes body, char out[FC_WEBHOOK_SIGNATURE_SIZE], fc_error *err)
{
    FC_ASSERT(keys != NULL && keys->count > 0);
    FC_ASSERT(id != NULL && out != NULL);
    FC_AUTO_BUFFER(message, SIGNED_BYTES_MAX);
    FC_AUTO_BUFFER(text, FC_WEBHOOK_SIGNATURE_SIZE - 1);
    FC_TRY(fc_buffer_print(&message, err, "%s.%" PRId64 ".", id, time_s));
    FC_TRY(fc_buffer_append(&message, body.data, body.size, err));
    for (size_t i = 0; i < keys->count; i++) {
        FC_TRY(sign_one(&keys->items[i], fc_buffer_bytes(&message), &text, err));
    }
    (void)snprintf(out, FC_WEBHOOK_SIGNATURE_SIZE, "%s", fc_buffer_text(&text));
    return FC_OK;
}
