#include "directory/cloud.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#define TIMEOUT_S 60
#define TIMEOUT_MAX_S 600
#define ANSWER_SIZE_MAX ((size_t)16 << 20) /* pictures as base64, too */
#define TOKEN_SIZE_MAX ((size_t)64 << 10)
#define FORM_SIZE_MAX ((size_t)64 << 10)
#define MARGIN_S 60       /* before its end a token is renewed */
#define TOKEN_LASTS_S 300 /* where it is not said */
#define TOKEN_LASTS_MAX_S INT64_C(86400)
#define WORDS_SIZE 200

static json_t *read_answer(const fc_call_answer *answer)
{
    return json_loadb((const char *)answer->body.data, answer->body.size, 0, NULL);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* ---- words ---------------------------------------------------------------------------------- */

/* Both forms of a refusal: {"error": {"code", "message"}} of the services, {"error",
 * "error_description"} of those that give tokens. */
static void write_words(const fc_call_answer *answer, char words[WORDS_SIZE])
{
    json_auto_t *body = read_answer(answer);
    const json_t *error = json_object_get(body, "error");
    const char *code = json_is_object(error) ? text_of(error, "code") : text_of(body, "error");
    const char *status = text_of(error, "status");
    const char *message =
        json_is_object(error) ? text_of(error, "message") : text_of(body, "error_description");
    code = code[0] != '\0' ? code : status;
    (void)snprintf(words, WORDS_SIZE, "%d%s%.60s%s%.120s", answer->status,
                   code[0] != '\0' ? " " : "", code, message[0] != '\0' ? ": " : "", message);
    fc_text_make_line(words);
}

/* Google says 403 also to those who call too often. */
static bool is_too_often(const fc_call_answer *answer)
{
    if (answer->status != 403) {
        return answer->status == 429 || (answer->status >= 502 && answer->status <= 504);
    }
    json_auto_t *body = read_answer(answer);
    const json_t *errors = json_object_get(json_object_get(body, "error"), "errors");
    const char *reason = text_of(json_array_get(errors, 0), "reason");
    return strcmp(reason, "rateLimitExceeded") == 0 ||
           strcmp(reason, "userRateLimitExceeded") == 0 || strcmp(reason, "quotaExceeded") == 0;
}

void fc_cloud_judge(const fc_call_answer *answer, fc_delivery *result)
{
    char words[WORDS_SIZE] = "";
    if (answer->status < 200 || answer->status > 299) {
        write_words(answer, words);
    }
    result->state = words[0] == '\0'       ? FC_DELIVERY_DONE
                    : is_too_often(answer) ? FC_DELIVERY_LATER
                                           : FC_DELIVERY_REFUSED;
    result->wait_ms = answer->wait_ms;
    (void)snprintf(result->text, sizeof result->text, "%s", words);
}

/* A service that cannot be reached is no failure: `result` says so. */
static fc_status call_once(fc_cloud *cloud, const fc_call *call, fc_delivery *result, fc_error *err)
{
    fc_error why = { 0 };
    const fc_status status = fc_caller_send(cloud->caller, call, &cloud->answer, &why);
    if (status == FC_OK) {
        fc_cloud_judge(&cloud->answer, result);
        return FC_OK;
    }
    if (status != FC_IO) {
        return fc_fail(err, status, "%s", why.text);
    }
    result->state = FC_DELIVERY_LOST;
    (void)snprintf(result->text, sizeof result->text, "%s", why.text);
    return FC_OK;
}

/* ---- token ---------------------------------------------------------------------------------- */

static fc_status take_token(fc_cloud *cloud, fc_error *err)
{
    json_auto_t *body = read_answer(&cloud->answer);
    const char *token = text_of(body, "access_token");
    const json_t *seconds = json_object_get(body, "expires_in");
    if (token[0] == '\0') {
        return fc_fail(err, FC_IO, "%.120s: an answer without a token", cloud->token_url);
    }
    fc_buffer_wipe(&cloud->token);
    FC_TRY(fc_buffer_append(&cloud->token, token, strlen(token), err));
    const int64_t said_s = json_is_integer(seconds) ? json_integer_value(seconds) : TOKEN_LASTS_S;
    const int64_t lasts_s = said_s < TOKEN_LASTS_MAX_S ? said_s : TOKEN_LASTS_MAX_S;
    cloud->token_until_us = lasts_s > MARGIN_S ? fc_clock_us() + (lasts_s - MARGIN_S) * 1000000 : 0;
    return FC_OK;
}

/* A service that is busy is no refusal either. */
static fc_status renew_token(fc_cloud *cloud, fc_delivery *result, fc_error *err)
{
    FC_AUTO_SECRET(form, FORM_SIZE_MAX);
    FC_TRY(cloud->write_form(cloud->context, &form, err));
    const fc_call call = { .method = "POST",
                           .url = cloud->token_url,
                           .content_type = "application/x-www-form-urlencoded",
                           .body = fc_buffer_bytes(&form) };
    FC_TRY(call_once(cloud, &call, result, err));
    if (result->state == FC_DELIVERY_REFUSED) {
        return fc_fail(err, FC_IO, "%.70s gives no token: %.160s", cloud->token_url, result->text);
    }
    return result->state == FC_DELIVERY_DONE ? take_token(cloud, err) : FC_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

fc_status fc_cloud_open(const fc_target_config *config, const char *token_url,
                        fc_cloud_form write_form, void *context, fc_cloud *out, fc_error *err)
{
    FC_ASSERT(out->caller == NULL);
    int32_t timeout_s = 0;
    fc_delivery result = { 0 };
    out->token = FC_BUFFER(TOKEN_SIZE_MAX);
    out->answer.body = FC_BUFFER(ANSWER_SIZE_MAX);
    out->write_form = write_form;
    out->context = context;
    FC_TRY(
        fc_target_config_number(config, "timeout_s", TIMEOUT_S, 1, TIMEOUT_MAX_S, &timeout_s, err));
    FC_TRY(fc_text_copy(token_url, &out->token_url, err));
    FC_TRY(fc_caller_new(fc_target_config_get(config, "ca_file"), timeout_s, &out->caller, err));
    FC_TRY(renew_token(out, &result, err));
    return result.state == FC_DELIVERY_DONE ? FC_OK : fc_fail(err, FC_IO, "%s", result.text);
}

void fc_cloud_close(fc_cloud *cloud)
{
    fc_caller_free(cloud->caller);
    fc_memory_free(cloud->token_url);
    fc_buffer_wipe(&cloud->token);
    fc_buffer_clear(&cloud->answer.body);
    *cloud = (fc_cloud){ 0 };
}

static fc_status send_with_token(fc_cloud *cloud, fc_call *call, fc_delivery *result, fc_error *err)
{
    if (fc_clock_us() >= cloud->token_until_us) {
        FC_TRY(renew_token(cloud, result, err));
        if (result->state != FC_DELIVERY_DONE) {
            return FC_OK;
        }
    }
    call->token = fc_buffer_text(&cloud->token);
    return call_once(cloud, call, result, err);
}

fc_status fc_cloud_send(fc_cloud *cloud, fc_call *call, fc_delivery *result, fc_error *err)
{
    *result = (fc_delivery){ .state = FC_DELIVERY_DONE };
    FC_TRY(send_with_token(cloud, call, result, err));
    if (result->state != FC_DELIVERY_REFUSED || cloud->answer.status != 401) {
        return FC_OK;
    }
    cloud->token_until_us = 0; /* ended before its time, or was taken back */
    FC_TRY(send_with_token(cloud, call, result, err));
    return result->state == FC_DELIVERY_REFUSED && cloud->answer.status == 401
               ? fc_fail(err, FC_IO, "%.80s refuses a new token: %.150s", call->url, result->text)
               : FC_OK;
}

fc_status fc_cloud_read_status(const fc_delivery *result, int32_t status, fc_error *err)
{
    if (result->state == FC_DELIVERY_DONE) {
        return FC_OK;
    }
    const bool later = result->state == FC_DELIVERY_LATER;
    const bool none = result->state == FC_DELIVERY_REFUSED && status == 404;
    return fc_fail(err, later ? FC_BUSY : none ? FC_NOT_FOUND : FC_IO, "%s", result->text);
}

fc_status fc_cloud_read(fc_cloud *cloud, const char *url, fc_error *err)
{
    fc_call call = { .method = "GET", .url = url };
    fc_delivery result;
    FC_TRY(fc_cloud_send(cloud, &call, &result, err));
    return fc_cloud_read_status(&result, cloud->answer.status, err);
}

fc_status fc_cloud_write(fc_cloud *cloud, const char *url, const char *content_type,
                         const fc_bytes *body, fc_delivery *result, fc_error *err)
{
    fc_call call = { .method = "DELETE", .url = url };
    if (body != NULL) {
        call.method = "PUT";
        call.content_type = content_type;
        call.body = *body;
    }
    return fc_cloud_send(cloud, &call, result, err);
}
