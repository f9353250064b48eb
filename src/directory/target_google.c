/* Target google: photos of Google Workspace by the Admin SDK's Directory API, as a service account
 * that acts for an administrator (domain-wide delegation).
 * https://developers.google.com/admin-sdk/directory/reference/rest/v1/users.photos */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/cloud.h"
#include "directory/jwt.h"
#include "directory/target.h"
#include "http/base64.h"
#include "report/json.h"

#define URL_SIZE_MAX 4096
#define KEY_SIZE_MAX ((size_t)64 << 10)
#define BODY_SIZE_MAX ((size_t)8 << 20)
#define ASSERTION_LASTS_S 3600
#define SCOPE "https://www.googleapis.com/auth/admin.directory.user"

static const fc_target_key KEYS[] = {
    { "key_file", "the service account's key, the JSON file that Google gives", true },
    { "admin", "address of the administrator for whom it acts", true },
    { "api_url", "https://admin.googleapis.com", false },
    { "token_url", "the one that key_file names", false },
    FC_CLOUD_KEYS,
    { 0 },
};

struct fc_target {
    fc_cloud cloud;
    json_t *key;
    const char *admin; /* of the config, as is the next one, or the usual one */
    const char *api_url;
};

/* ---- who we are ------------------------------------------------------------------------------ */

static const char *of_key(const fc_target *target, const char *name)
{
    return json_string_value(json_object_get(target->key, name));
}

static fc_status read_key(fc_target *target, const char *path, fc_error *err)
{
    FC_AUTO_SECRET(text, KEY_SIZE_MAX);
    FC_TRY(fc_file_read(path, KEY_SIZE_MAX, &text, err));
    target->key = json_loadb((const char *)text.data, text.size, 0, NULL);
    if (of_key(target, "client_email") == NULL || of_key(target, "private_key") == NULL ||
        of_key(target, "token_uri") == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "%s is no key of a service account: it has no client_email, private_key or "
                       "token_uri",
                       fc_brief_of(path).text);
    }
    return FC_OK;
}

/* https://developers.google.com/identity/protocols/oauth2/service-account */
static fc_status write_form(void *context, fc_buffer *form, fc_error *err)
{
    const fc_target *target = context;
    const char *key = of_key(target, "private_key");
    const json_int_t now = (json_int_t)time(NULL);
    FC_TRY(fc_buffer_print(form, err,
                           "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer"
                           "&assertion="));
    json_t *header = json_pack("{s:s, s:s}", "alg", "RS256", "typ", "JWT");
    json_t *claims =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", of_key(target, "client_email"), "sub",
                  target->admin, "scope", SCOPE, "aud", target->cloud.token_url, "iat", now, "exp",
                  now + ASSERTION_LASTS_S);
    return fc_jwt_write(header, claims, (fc_bytes){ (const uint8_t *)key, strlen(key) }, form, err);
}

/* ---- open and close -------------------------------------------------------------------------- */

static void google_close(fc_target *target)
{
    if (target != NULL) {
        fc_cloud_close(&target->cloud);
        json_decref(target->key);
        fc_memory_free(target);
    }
}
FC_DEFINE_CLEANUP(fc_target, google_close)

static fc_status google_open(const fc_target_config *config, fc_target **out, fc_error *err)
{
    FC_AUTO(fc_target) target = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    FC_TRY(read_key(target, fc_target_config_get(config, "key_file"), err));
    target->admin = fc_target_config_get(config, "admin");
    target->api_url = fc_target_config_get_or(config, "api_url", "https://admin.googleapis.com");
    FC_TRY(fc_cloud_open(config,
                         fc_target_config_get_or(config, "token_url", of_key(target, "token_uri")),
                         write_form, target, &target->cloud, err));
    *out = FC_STEAL(target);
    return FC_OK;
}

/* ---- photos ---------------------------------------------------------------------------------- */

/* Users are known by their address. */
static fc_status write_url(const fc_target *target, const fc_account *account, fc_buffer *url,
                           fc_error *err)
{
    FC_TRY(fc_buffer_print(url, err, "%s/admin/directory/v1/users/", target->api_url));
    FC_TRY(fc_text_percent_encode(fc_account_known_by(account, FC_ACCOUNT_MAIL, FC_ACCOUNT_UPN),
                                  url, err));
    return fc_buffer_print(url, err, "/photos/thumbnail");
}

static fc_status google_read(fc_target *target, const fc_account *account, fc_buffer *out,
                             fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    FC_TRY(write_url(target, account, &url, err));
    FC_TRY(fc_cloud_read(&target->cloud, fc_buffer_text(&url), err));
    const fc_buffer *answer = &target->cloud.answer.body;
    json_auto_t *body = json_loadb((const char *)answer->data, answer->size, 0, NULL);
    const char *data = json_string_value(json_object_get(body, "photoData"));
    return data == NULL
               ? fc_fail(err, FC_IO, "an answer without photoData")
               : fc_base64_decode((fc_bytes){ (const uint8_t *)data, strlen(data) }, out, err);
}

static fc_status write_photo(const fc_target_picture *picture, fc_buffer *out, fc_error *err)
{
    FC_AUTO_BUFFER(data, BODY_SIZE_MAX);
    FC_TRY(fc_base64url_encode(picture->bytes, &data, err));
    return fc_json_write_line(
        json_pack("{s:s, s:s}", "photoData", fc_buffer_text(&data), "mimeType", "JPEG"), out, err);
}

static fc_status google_deliver(fc_target *target, const fc_account *account,
                                const fc_target_picture *picture, fc_delivery *result,
                                fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    FC_AUTO_BUFFER(body, BODY_SIZE_MAX);
    FC_TRY(write_url(target, account, &url, err));
    FC_TRY(picture != NULL ? write_photo(picture, &body, err) : FC_OK);
    const fc_bytes photo = fc_buffer_bytes(&body);
    return fc_cloud_write(&target->cloud, fc_buffer_text(&url), "application/json",
                          picture != NULL ? &photo : NULL, result, err);
}

static fc_status google_check(fc_target *target, char *text, size_t size, fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    fc_delivery result;
    FC_TRY(fc_buffer_print(&url, err,
                           "%s/admin/directory/v1/users?customer=my_customer&maxResults=1",
                           target->api_url));
    fc_call call = { .method = "GET", .url = fc_buffer_text(&url) };
    FC_TRY(fc_cloud_send(&target->cloud, &call, &result, err));
    if (result.state != FC_DELIVERY_DONE) {
        return fc_fail(err, FC_IO, "%.60s cannot read users: %.150s", target->admin, result.text);
    }
    (void)snprintf(text, size, "a token was given to %.80s for %.60s; users can be read",
                   of_key(target, "client_email"), target->admin);
    return FC_OK;
}

const fc_target_class fc_target_google = {
    .kind = "google",
    .purpose = "Google Workspace, by the Directory API",
    .profile = "google",
    .keys = KEYS,
    .parallel_max = 4,
    .reads_cheaply = false, /* and gives a smaller picture than it got */
    .open = google_open,
    .check = google_check,
    .read = google_read,
    .deliver = google_deliver,
    .close = google_close,
};
