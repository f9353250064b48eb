/**
 * Webhook signature: proves to a receiver that a message is ours and is not an old one sent again.
 * It follows the Standard Webhooks specification (version 1, symmetric: HMAC-SHA256 over
 * "ID.TIMESTAMP.BODY"), so that its libraries verify ours. Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Most secrets at a time: the new one, and those that receivers still use. */
#define FC_WEBHOOK_KEYS_MAX 4

/** Bytes of a secret, as the specification bounds them. */
#define FC_WEBHOOK_KEY_BYTES_MIN 24
#define FC_WEBHOOK_KEY_BYTES_MAX 64

typedef struct fc_webhook_key {
    uint8_t bytes[FC_WEBHOOK_KEY_BYTES_MAX];
    size_t size;
} fc_webhook_key;

typedef struct fc_webhook_keys {
    fc_webhook_key items[FC_WEBHOOK_KEYS_MAX];
    size_t count;
} fc_webhook_keys;

/**
 * Read secrets: "whsec_" and the base64 of 24 to 64 bytes each, with commas; "" is none.
 *
 * Errors: FC_INVALID_ARGUMENT, which does not tell the secret, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_webhook_keys_parse(const char *text, fc_webhook_keys *out,
                                              fc_error *err);

/** "v1," and 44 characters for each secret, with spaces, and the final zero. */
#define FC_WEBHOOK_SIGNATURE_SIZE ((size_t)FC_WEBHOOK_KEYS_MAX * 48 + 1)

/**
 * Sign a message with each secret.
 *
 * time_s   Unix time at which it is sent
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (a body of more than 1 MB).
 */
FC_MUST_CHECK fc_status fc_webhook_sign(const fc_webhook_keys *keys, const char *id, int64_t time_s,
                                        fc_bytes body, char out[FC_WEBHOOK_SIGNATURE_SIZE],
                                        fc_error *err);
