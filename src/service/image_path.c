#include "service/image_path.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/text.h"
#include "http/base64.h"
#include "http/urlencoded.h"

/* Bytes of a signature that must be there: 128 bits. */
#define SIGNATURE_BYTES_MIN 16

/* Names in one path. */
#define OPTIONS_MAX 64

/* ---- signature ------------------------------------------------------------------------------- */

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* The next of keys with commas; false behind the last one. Empty ones are passed over. */
static bool next_key(const char **keys, fc_bytes *key)
{
    *keys += strspn(*keys, ",");
    *key = (fc_bytes){ (const uint8_t *)*keys, strcspn(*keys, ",") };
    *keys += key->size;
    return key->size > 0;
}

fc_status fc_image_keys_check(const char *keys, fc_error *err)
{
    FC_ASSERT(keys != NULL);
    fc_bytes key = { 0 };
    while (next_key(&keys, &key)) {
        if (key.size < FC_IMAGE_KEY_BYTES_MIN) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "a key of %zu bytes in image_key, allowed: %d and more", key.size,
                           FC_IMAGE_KEY_BYTES_MIN);
        }
    }
    return FC_OK;
}

fc_status fc_image_sign(const char *keys, const char *path, char signature[FC_IMAGE_SIGNATURE_SIZE],
                        fc_error *err)
{
    FC_ASSERT(keys != NULL && path != NULL);
    fc_bytes key = { 0 };
    uint8_t mac[FC_MAC_BYTES];
    if (!next_key(&keys, &key)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "no key to sign with; FACECRAFT_IMAGE_KEY or FACECRAFT_IMAGE_KEY_FILE has "
                       "it");
    }
    fc_hmac_of(key, bytes_of(path), mac);
    FC_AUTO_BUFFER(text, 64);
    FC_TRY(fc_base64url_encode((fc_bytes){ mac, sizeof mac }, &text, err));
    FC_ASSERT(text.size == FC_IMAGE_SIGNATURE_SIZE - 1);
    memcpy(signature, text.data, FC_IMAGE_SIGNATURE_SIZE);
    return FC_OK;
}

fc_status fc_image_signed(const char *keys, const char *signature, const char *path, bool *valid,
                          fc_error *err)
{
    FC_ASSERT(keys != NULL && signature != NULL);
    FC_ASSERT(path != NULL && valid != NULL);
    *valid = false;
    FC_AUTO_BUFFER(given, FC_MAC_BYTES);
    const fc_status status = fc_base64_decode(bytes_of(signature), &given, err);
    if (status != FC_OK || given.size < SIGNATURE_BYTES_MIN) {
        return status == FC_OUT_OF_MEMORY ? status : FC_OK;
    }
    fc_bytes key = { 0 };
    while (next_key(&keys, &key)) {
        uint8_t mac[FC_MAC_BYTES];
        fc_hmac_of(key, bytes_of(path), mac);
        *valid = fc_bytes_equal_secretly(mac, given.data, given.size) || *valid;
    }
    return FC_OK;
}

/* ---- options --------------------------------------------------------------------------------- */

/* What imgix calls it. Without a name of ours: see take_other. */
static const struct {
    const char *name;
    const char *own;
} OTHERS[] = {
    { "w", "width" },      { "h", "height" },   { "fm", "format" }, { "bg", "background" },
    { "faceindex", NULL }, { "facepad", NULL }, { "fit", NULL },    { "q", NULL },
};

static fc_status refuse_unknown(const char *name, fc_error *err)
{
    const fc_options params = fc_params_options();
    fc_suggestion suggestion = { .word = name };
    for (size_t i = 0; i < params.count; i++) {
        fc_suggestion_offer(&suggestion, params.rows[i].name);
    }
    fc_suggestion_offer(&suggestion, "format");
    if (suggestion.best == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.40s\" is no option of a portrait", name);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "\"%.40s\" is no option of a portrait; did you mean %s?", name, suggestion.best);
}

static fc_status take_format(const char *value, fc_form *form, fc_error *err)
{
    const bool jpeg = strcmp(value, "jpeg") == 0 || strcmp(value, "pjpg") == 0;
    const fc_option *row = fc_option_lookup(fc_form_options(), "format");
    if (fc_option_set(row, form, jpeg ? "jpg" : value, NULL) != FC_OK ||
        form->format == FC_FORM_JSON) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "format is \"%.40s\", allowed: jpg|png|webp",
                       value);
    }
    return FC_OK;
}

/* "fff" as imgix writes it is "#fff". */
static fc_status take_background(const fc_option *row, const char *value, fc_form *form,
                                 fc_error *err)
{
    char digits[16];
    const size_t size = strlen(value);
    const bool bare = (size == 3 || size == 6) && strspn(value, "0123456789abcdefABCDEF") == size;
    (void)snprintf(digits, sizeof digits, "#%.8s", value);
    FC_TRY(fc_option_set(row, &form->params, bare ? digits : value, err));
    return form->params.background.kind != FC_BACKGROUND_PICTURE
               ? FC_OK
               : fc_fail(err, FC_INVALID_ARGUMENT,
                         "background is \"picture\", which a path cannot bring along");
}

/* facepad is how often the box of the face fits into the frame: 1 is the face alone. */
static fc_status take_facepad(const char *value, fc_form *form, fc_error *err)
{
    double pad = 0;
    if (!fc_parse_real(value, &pad) || pad < 1 || pad > 3) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "facepad is \"%.40s\", allowed: a number from 1 to 3", value);
    }
    form->params.face_margin = (pad - 1) / 2;
    return FC_OK;
}

/* imgix' names that are not those of one option. */
static fc_status take_other(const char *name, const char *value, fc_form *form, fc_error *err)
{
    if (strcmp(name, "facepad") == 0) {
        return take_facepad(value, form, err);
    }
    if (strcmp(name, "fit") == 0 && strcmp(value, "facearea") == 0) {
        form->params.framing = FC_FRAMING_FACE;
        return FC_OK;
    }
    if (strcmp(name, "fit") == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "fit is \"%.40s\", allowed: facearea", value);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "%s is not taken here; use %s", name,
                   strcmp(name, "q") == 0 ? "max_jpeg_kb, which chooses the quality"
                                          : "face, which counts from the left");
}

/* What makes no sense for one picture that is answered alone. */
static fc_status check_row(const fc_option *row, const fc_form *form, fc_error *err)
{
    if (form->params.face == FC_FACE_ALL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "face is \"all\", but one picture is answered");
    }
    if (form->params.check) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s is for answers that are no picture",
                       row->name);
    }
    return FC_OK;
}

static fc_status take_one(const char *name, const char *value, fc_form *form, fc_error *err)
{
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        if (strcmp(name, OTHERS[i].name) == 0 && OTHERS[i].own == NULL) {
            return take_other(name, value, form, err);
        }
        name = strcmp(name, OTHERS[i].name) == 0 ? OTHERS[i].own : name;
    }
    if (strcmp(name, "format") == 0) {
        return take_format(value, form, err);
    }
    const fc_option *row = fc_option_lookup(fc_params_options(), name);
    if (row == NULL) {
        return refuse_unknown(name, err);
    }
    if (row->kind == FC_OPTION_BACKGROUND) {
        return take_background(row, value, form, err);
    }
    FC_TRY(fc_option_set(row, &form->params, value, err));
    return check_row(row, form, err);
}

typedef struct pair {
    const char *name;
    const char *value;
} pair;

/* "a:1,b=2" in place. */
static fc_status split(char *text, pair pairs[OPTIONS_MAX], size_t *count, fc_error *err)
{
    *count = 0;
    while (text != NULL) {
        char *item = strsep(&text, ",");
        char *value = item + strcspn(item, ":=");
        if (*item == '\0' || *value == '\0') {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "\"%.40s\" among the options, allowed: NAME:VALUE with commas", item);
        }
        *value++ = '\0';
        FC_TRY(fc_http_percent_decode(value, err));
        if (*count == OPTIONS_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d options", OPTIONS_MAX);
        }
        pairs[(*count)++] = (pair){ item, value };
    }
    return FC_OK;
}

/* What a preset sets is changed by the others, wherever they stand. */
static fc_status take_pairs(const pair *pairs, size_t count, bool presets, fc_form *form,
                            fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if ((strcmp(pairs[i].name, "preset") == 0) == presets) {
            FC_TRY(take_one(pairs[i].name, pairs[i].value, form, err));
        }
    }
    return FC_OK;
}

fc_status fc_image_options_read(const char *options, fc_form *form, fc_error *err)
{
    FC_ASSERT(options != NULL && form != NULL);
    FC_AUTO(fc_chars) text = NULL;
    pair pairs[OPTIONS_MAX];
    size_t count = 0;
    form->format = FC_FORM_WEBP;
    if (strcmp(options, FC_IMAGE_NO_OPTIONS) != 0) {
        if (strlen(options) > FC_IMAGE_OPTIONS_BYTES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "options of more than %zu bytes",
                           FC_IMAGE_OPTIONS_BYTES_MAX);
        }
        FC_TRY(fc_text_copy(options, &text, err));
        FC_TRY(split(text, pairs, &count, err));
    }
    FC_TRY(take_pairs(pairs, count, true, form, err));
    FC_TRY(take_pairs(pairs, count, false, form, err));
    fc_params_settle(&form->params);
    return FC_OK;
}

/* ---- address --------------------------------------------------------------------------------- */

static bool is_address(fc_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] == 0x7f) {
            return false;
        }
    }
    return text.size > 0 && strstr((const char *)text.data, "://") != NULL;
}

/* Percent-encoded where it then has "://": base64 has no ":", encoded or not. */
static fc_status decode_address(const char *text, fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_chars) plain = NULL;
    FC_TRY(fc_text_copy(text, &plain, err));
    if (fc_http_percent_decode(plain, NULL) == FC_OK && strstr(plain, "://") != NULL) {
        return fc_buffer_append(out, plain, strlen(plain), err);
    }
    return fc_base64_decode(bytes_of(text), out, err);
}

fc_status fc_image_address_read(const char *text, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(text != NULL && out != NULL && out->size == 0);
    FC_AUTO_BUFFER(address, FC_IMAGE_ADDRESS_BYTES_MAX);
    const fc_status status = decode_address(text, &address, err);
    if (status == FC_INVALID_ARGUMENT ||
        (status == FC_OK && !is_address(fc_buffer_bytes(&address)))) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "the address of the photo: neither percent-encoded nor base64 of one with "
                       "\"://\" and without spaces");
    }
    FC_TRY(status);
    *out = address;
    address = FC_BUFFER(0);
    return FC_OK;
}

fc_status fc_image_path_write(const char *keys, const char *options, const char *address,
                              fc_buffer *out, fc_error *err)
{
    FC_ASSERT(options != NULL && address != NULL && out != NULL);
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    const char *sent = options[0] != '\0' ? options : FC_IMAGE_NO_OPTIONS;
    FC_TRY(fc_image_options_read(sent, &form, err));
    if (sent[strcspn(sent, "/?# ")] != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "options with \"/\", \"?\", \"#\" or a space, which have to be "
                       "percent-encoded: %%2F, %%3F, %%23, %%20");
    }
    if (!is_address(bytes_of(address))) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\" is no address with \"://\"", address);
    }
    FC_AUTO_BUFFER(rest, 4 * FC_IMAGE_ADDRESS_BYTES_MAX);
    char signature[FC_IMAGE_SIGNATURE_SIZE];
    if (strlen(address) > FC_IMAGE_ADDRESS_BYTES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "an address of more than %zu bytes",
                       FC_IMAGE_ADDRESS_BYTES_MAX);
    }
    FC_TRY(fc_buffer_print(&rest, err, "/%s/", sent));
    FC_TRY(fc_base64url_encode(bytes_of(address), &rest, err));
    FC_TRY(fc_image_keys_check(keys, err));
    FC_TRY(fc_image_sign(keys, fc_buffer_text(&rest), signature, err));
    return fc_buffer_print(out, err, "/image/%s%s", signature, fc_buffer_text(&rest));
}
