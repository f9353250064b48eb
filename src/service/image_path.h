/**
 * Image path: reads and signs the path /image/{signature}/{options}/{address}.
 *
 * The signature is HMAC-SHA-256 over the rest of the path as it is sent, "/{options}/{address}", in
 * base64 for addresses (RFC 4648, section 5). At least its first 16 bytes must be there.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "service/form.h"

/** Bytes of an address, and of the options. */
#define FC_IMAGE_ADDRESS_BYTES_MAX ((size_t)4096)
#define FC_IMAGE_OPTIONS_BYTES_MAX ((size_t)2048)

/** Stands for no options at all: no part of a path is empty. */
#define FC_IMAGE_NO_OPTIONS "-"

/** Bytes of each key; shorter ones can be guessed. */
#define FC_IMAGE_KEY_BYTES_MIN 16

/** 32 bytes in base64 without padding, and the final zero. */
#define FC_IMAGE_SIGNATURE_SIZE 44

/** The order in a path. */
typedef struct fc_image_order {
    fc_form form;      /* its format is a picture's */
    fc_buffer address; /* a text; owner: whoever has the order */
} fc_image_order;

/**
 * Whether `keys` (with commas) are fit for signing.
 *
 * Errors: FC_INVALID_ARGUMENT, without the key.
 */
FC_MUST_CHECK fc_status fc_image_keys_check(const char *keys, fc_error *err);

/** The signature of "/{options}/{address}" by the first of `keys`. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_image_sign(const char *keys, const char *path,
                                      char signature[FC_IMAGE_SIGNATURE_SIZE], fc_error *err);

/**
 * Whether one of `keys` has signed "/{options}/{address}". The time that it takes does not tell how
 * much of a wrong signature is right.
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_image_signed(const char *keys, const char *signature, const char *path,
                                        bool *valid, fc_error *err);

/**
 * Read options: "width:400,height:400,format:webp", each name a row of params.def or `format`, or
 * one of imgix' (docs/how-to/face-crops-by-address.md). "=" does for ":". Values are
 * percent-encoded, so that they may hold commas.
 *
 * form   with its defaults; may be changed after a failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_image_options_read(const char *options, fc_form *form, fc_error *err);

/**
 * Read an address: percent-encoded where it then has "://", else base64.
 *
 * out   empty; owner: caller. Unchanged on failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_image_address_read(const char *text, fc_buffer *out, fc_error *err);

/**
 * Append the signed path "/image/{signature}/{options}/{address}" with the address in base64.
 *
 * options   as they will be sent; "" for none
 *
 * Errors: as fc_image_options_read; FC_INVALID_ARGUMENT also for an address that is none.
 */
FC_MUST_CHECK fc_status fc_image_path_write(const char *keys, const char *options,
                                            const char *address, fc_buffer *out, fc_error *err);
