/* Target graph: photos of Entra ID and Microsoft 365 by Microsoft Graph, as an application with a
 * secret or a certificate (client credentials).
 * https://learn.microsoft.com/graph/api/profilephoto-update */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "directory/certificate.h"
#include "directory/cloud.h"
#include "directory/graph_batch.h"
#include "directory/jwt.h"
#include "directory/target.h"
#include "http/base64.h"

#define URL_SIZE_MAX 4096
#define PEM_SIZE_MAX ((size_t)64 << 10)
#define ASSERTION_LASTS_S 300

static const fc_target_key KEYS[] = {
    { "tenant", "the tenant's id or domain", true },
    { "client_id", "id of the registered application", true },
    FC_TARGET_SECRET_KEYS("secret", "application's secret", false),
    { "certificate_file", "instead of a secret: the application's certificate, in PEM", false },
    { "key_file", "its RSA key, in PEM, not encrypted", false },
    { "graph_url", "of a national cloud; https://graph.microsoft.com", false },
    { "login_url", "of a national cloud; https://login.microsoftonline.com", false },
    { "batch", "requests in one call, 1 to 20; 20", false },
    FC_CLOUD_KEYS,
    { 0 },
};

struct fc_target {
    fc_cloud cloud;
    const fc_target_config *config;
    const char *graph_url; /* of the config, or the usual one */
    char *root;            /* with the version behind it */
    fc_graph_batch *batch;
};

/* ---- who we are ------------------------------------------------------------------------------ */

static fc_status add_field(fc_buffer *form, const char *name, const char *value, fc_error *err)
{
    FC_TRY(fc_buffer_print(form, err, "%s%s=", form->size > 0 ? "&" : "", name));
    return fc_text_percent_encode(value, form, err);
}

static fc_status read_pem(const fc_target_config *config, const char *name, fc_buffer *out,
                          fc_error *err)
{
    const char *path = fc_target_config_get(config, name);
    return path != NULL
               ? fc_file_read(path, PEM_SIZE_MAX, out, err)
               : fc_fail(err, FC_INVALID_ARGUMENT,
                         "target %.40s needs certificate_file and key_file together", config->name);
}

/* https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
static fc_status write_assertion(const fc_target *target, fc_buffer *out, fc_error *err)
{
    FC_AUTO_BUFFER(certificate, PEM_SIZE_MAX);
    FC_AUTO_SECRET(key, PEM_SIZE_MAX);
    FC_AUTO_BUFFER(digest, 64);
    FC_AUTO_BUFFER(thumbprint, 64);
    char name[FC_RANDOM_NAME_SIZE];
    const char *client = fc_target_config_get(target->config, "client_id");
    const json_int_t now = (json_int_t)time(NULL);
    FC_TRY(read_pem(target->config, "certificate_file", &certificate, err));
    FC_TRY(read_pem(target->config, "key_file", &key, err));
    FC_TRY(fc_certificate_thumbprint(fc_buffer_bytes(&certificate), &digest, err));
    FC_TRY(fc_base64url_encode(fc_buffer_bytes(&digest), &thumbprint, err));
    FC_TRY(fc_random_name(name, err));
    json_t *header = json_pack("{s:s, s:s, s:s}", "alg", "RS256", "typ", "JWT", "x5t#S256",
                               fc_buffer_text(&thumbprint));
    json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "aud",
                               target->cloud.token_url, "iss", client, "sub", client, "jti", name,
                               "iat", now, "nbf", now, "exp", now + ASSERTION_LASTS_S);
    return fc_jwt_write(header, claims, fc_buffer_bytes(&key), out, err);
}

static fc_status add_proof(const fc_target *target, fc_buffer *form, fc_error *err)
{
    FC_AUTO_SECRET(proof, FC_TARGET_SECRET_MAX);
    if (fc_target_config_get(target->config, "certificate_file") != NULL) {
        FC_TRY(add_field(form, "client_assertion_type",
                         "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", err));
        FC_TRY(write_assertion(target, &proof, err));
        return add_field(form, "client_assertion", fc_buffer_text(&proof), err);
    }
    FC_TRY(fc_target_config_secret(target->config, "secret", &proof, err));
    return add_field(form, "client_secret", fc_buffer_text(&proof), err);
}

static fc_status write_form(void *context, fc_buffer *form, fc_error *err)
{
    const fc_target *target = context;
    char scope[256];
    (void)snprintf(scope, sizeof scope, "%.200s/.default", target->graph_url);
    FC_TRY(add_field(form, "grant_type", "client_credentials", err));
    FC_TRY(add_field(form, "client_id", fc_target_config_get(target->config, "client_id"), err));
    FC_TRY(add_field(form, "scope", scope, err));
    return add_proof(target, form, err);
}

/* ---- open and close -------------------------------------------------------------------------- */

static void graph_close(fc_target *target)
{
    if (target != NULL) {
        fc_graph_batch_free(target->batch);
        fc_cloud_close(&target->cloud);
        fc_memory_free(target->root);
        fc_memory_free(target);
    }
}
FC_DEFINE_CLEANUP(fc_target, graph_close)

static fc_status open_batch(fc_target *target, fc_error *err)
{
    FC_AUTO_BUFFER(root, URL_SIZE_MAX);
    int32_t size = 0;
    FC_TRY(fc_target_config_number(target->config, "batch", FC_GRAPH_BATCH_MAX, 1,
                                   FC_GRAPH_BATCH_MAX, &size, err));
    FC_TRY(fc_buffer_print(&root, err, "%s/v1.0", target->graph_url));
    FC_TRY(fc_text_copy(fc_buffer_text(&root), &target->root, err));
    return fc_graph_batch_new(&target->cloud, target->root, size, &target->batch, err);
}

static fc_status graph_open(const fc_target_config *config, fc_target **out, fc_error *err)
{
    FC_AUTO(fc_target) target = NULL;
    FC_AUTO_BUFFER(token_url, URL_SIZE_MAX);
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    target->config = config;
    target->graph_url = fc_target_config_get_or(config, "graph_url", "https://graph.microsoft.com");
    FC_TRY(fc_buffer_print(
        &token_url, err, "%s/",
        fc_target_config_get_or(config, "login_url", "https://login.microsoftonline.com")));
    FC_TRY(fc_text_percent_encode(fc_target_config_get(config, "tenant"), &token_url, err));
    FC_TRY(fc_buffer_print(&token_url, err, "/oauth2/v2.0/token"));
    FC_TRY(
        fc_cloud_open(config, fc_buffer_text(&token_url), write_form, target, &target->cloud, err));
    FC_TRY(open_batch(target, err));
    *out = FC_STEAL(target);
    return FC_OK;
}

/* ---- photos ---------------------------------------------------------------------------------- */

/* Users are known by their principal name or id; most have their address as principal name. */
static fc_status write_path(const fc_account *account, fc_buffer *path, fc_error *err)
{
    FC_TRY(fc_buffer_print(path, err, "/users/"));
    FC_TRY(fc_text_percent_encode(fc_account_known_by(account, FC_ACCOUNT_UPN, FC_ACCOUNT_MAIL),
                                  path, err));
    return fc_buffer_print(path, err, "/photo/$value");
}

static fc_status graph_read(fc_target *target, const fc_account *account, fc_buffer *out,
                            fc_error *err)
{
    FC_AUTO_BUFFER(path, URL_SIZE_MAX);
    FC_TRY(write_path(account, &path, err));
    fc_graph_request request = { .method = "GET", .path = fc_buffer_text(&path), .answer = out };
    FC_TRY(fc_graph_batch_send(target->batch, &request, err));
    return fc_cloud_read_status(&request.result, request.status, err);
}

static fc_status graph_deliver(fc_target *target, const fc_account *account,
                               const fc_target_picture *picture, fc_delivery *result, fc_error *err)
{
    FC_AUTO_BUFFER(path, URL_SIZE_MAX);
    FC_TRY(write_path(account, &path, err));
    fc_graph_request request = { .method = picture != NULL ? "PUT" : "DELETE",
                                 .path = fc_buffer_text(&path),
                                 .photo = picture != NULL ? &picture->bytes : NULL };
    FC_TRY(fc_graph_batch_send(target->batch, &request, err));
    *result = request.result;
    return FC_OK;
}

/* An application may be allowed to write photos and not to list users: that is said, no failure. */
static fc_status graph_check(fc_target *target, char *text, size_t size, fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    fc_delivery result;
    FC_TRY(fc_buffer_print(&url, err, "%s/v1.0/users?$top=1&$select=userPrincipalName",
                           target->graph_url));
    fc_call call = { .method = "GET", .url = fc_buffer_text(&url) };
    FC_TRY(fc_cloud_send(&target->cloud, &call, &result, err));
    if (result.state == FC_DELIVERY_LOST || result.state == FC_DELIVERY_LATER) {
        return fc_fail(err, FC_IO, "%s", result.text);
    }
    (void)snprintf(
        text, size, "a token was given by %.60s; users %s%.120s", target->cloud.token_url,
        result.state == FC_DELIVERY_DONE ? "can be read" : "cannot be listed: ", result.text);
    return FC_OK;
}

const fc_target_class fc_target_graph = {
    .kind = "graph",
    .purpose = "Entra ID and Microsoft 365, by Microsoft Graph",
    .profile = "graph",
    .keys = KEYS,
    .parallel_max = 1,
    .users_max = FC_GRAPH_BATCH_MAX,
    .reads_cheaply = false, /* and gives other bytes than it got */
    .open = graph_open,
    .check = graph_check,
    .read = graph_read,
    .deliver = graph_deliver,
    .close = graph_close,
};
