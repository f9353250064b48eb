#include "api/openapi.h"

#include <stdio.h>
#include <string.h>

#include "api/assets.h"
#include "api/openapi_fields.h"
#include "api/routes.h"
#include "base/assert.h"
#include "compat/removebg_answer.h"
#include "facecraft_version.h"
#include "http/response.h"
#include "report/answer.h"
#include "report/catalogue.h"
#include "report/check_answer.h"
#include "report/documents.h"
#include "report/json.h"
#include "service/analysis_view.h"
#include "service/batch.h"
#include "service/form.h"
#include "service/job_result.h"
#include "service/job_view.h"
#include "service/webhook.h"

/* The section of api/docs/openapi.json with what parameters a route has besides those of its path,
 * by its name. Routes of other services have their `requestBody` and their `responses` there;
 * `complete` says that all refusals are there as well. */
#define OPERATIONS "x-operations"

/* Of the answers in a row of routes.c. */
#define JOINT " | "
#define CODE_LENGTH 3

/* The tables of what routes answer, each next to the code that writes it. */
static const fc_schema *const SCHEMAS[] = {
    fc_http_schemas,     fc_form_schemas,   fc_answer_schemas,       fc_job_result_schemas,
    fc_batch_schemas,    fc_job_schemas,    fc_analysis_schemas,     fc_catalogue_schemas,
    fc_message_schemas,  fc_health_schemas, fc_status_schemas,       fc_removebg_schemas,
    fc_document_schemas, fc_check_schemas,  fc_check_answer_schemas, fc_webhook_schemas,
};

static const char *method_name(fc_http_method method)
{
    switch (method) {
    case FC_HTTP_GET:
        return "get";
    case FC_HTTP_POST:
        return "post";
    case FC_HTTP_DELETE:
        return "delete";
    }
    FC_ASSERT(!"unknown method");
    return NULL;
}

static json_t *refer_to(const char *section, const char *name, size_t length)
{
    return json_pack("{s:o}", "$ref",
                     json_sprintf("#/components/%s/%.*s", section, (int)length, name));
}

/* "Name", "Name[]" or "object". */
static json_t *describe_object(const char *word, size_t length)
{
    if (length == strlen("object") && strncmp(word, "object", length) == 0) {
        return json_pack("{s:s}", "type", "object");
    }
    return word[length - 1] == ']' ? json_pack("{s:s, s:o}", "type", "array", "items",
                                               refer_to("schemas", word, length - strlen("[]")))
                                   : refer_to("schemas", word, length);
}

/* Media types and objects, separated by spaces. */
static json_t *describe_content(const char *words, size_t length)
{
    json_t *content = json_object();
    bool fits = content != NULL;
    for (size_t at = 0; at < length && fits;) {
        const char *word = words + at;
        const size_t size = strcspn(word, " |");
        const bool object = memchr(word, '/', size) == NULL;
        json_t *value = object ? json_pack("{s:o}", "schema", describe_object(word, size))
                        : strncmp(word, "text/", strlen("text/")) == 0
                            ? json_pack("{s:{s:s}}", "schema", "type", "string")
                            : json_object();
        fits = json_object_setn_new(content, object ? "application/json" : word,
                                    object ? strlen("application/json") : size, value) == 0;
        at += size + strspn(word + size, " ");
    }
    if (!fits) {
        json_decref(content);
        return NULL;
    }
    return content;
}

/* A code alone is what it is on all routes. */
static json_t *describe_usual(const char *code)
{
    if (strncmp(code, "304", CODE_LENGTH) == 0) {
        return json_pack("{s:s}", "description", "Not changed");
    }
    const char *name = strncmp(code, "202", CODE_LENGTH) == 0 ? "Accepted" : "Detail";
    return refer_to("responses", name, strlen(name));
}

/* "200 The job: Job". */
static json_t *describe_answer(const char *answer, size_t length)
{
    if (length == CODE_LENGTH) {
        return describe_usual(answer);
    }
    const char *text = answer + CODE_LENGTH + 1;
    const char *end = answer + length;
    const char *colon = end;
    while (colon > text && strncmp(colon, ": ", strlen(": ")) != 0) {
        colon--;
    }
    if (colon == text) {
        return json_pack("{s:o}", "description", json_stringn(text, (size_t)(end - text)));
    }
    const char *words = colon + strlen(": ");
    return json_pack("{s:o, s:o}", "description", json_stringn(text, (size_t)(colon - text)),
                     "content", describe_content(words, (size_t)(end - words)));
}

static json_t *describe_answers(const char *answers)
{
    json_t *responses = json_object();
    bool fits = responses != NULL;
    for (const char *at = answers; *at != '\0' && fits;) {
        const char *end = strstr(at, JOINT);
        const size_t length = end != NULL ? (size_t)(end - at) : strlen(at);
        fits = json_object_setn_new(responses, at, CODE_LENGTH, describe_answer(at, length)) == 0;
        at += length + (end != NULL ? strlen(JOINT) : 0);
    }
    if (!fits) {
        json_decref(responses);
        return NULL;
    }
    return responses;
}

/* What every route, or every one with a key or a body, may answer; its own answers are stronger. */
static bool add_refusals(const fc_http_route *route, json_t *responses)
{
    static const struct {
        const char *code;
        const char *response;
        bool body; /* only where there is a body */
        bool key;  /* only where a key is asked for */
    } REFUSALS[] = {
        { "400", "Detail", false, false }, { "401", "Detail", false, true },
        { "408", "Detail", true, false },  { "413", "Detail", true, false },
        { "415", "Detail", true, false },  { "422", "ValidationError", true, false },
        { "500", "Detail", false, true },  { "503", "Busy", true, false },
        { "504", "Detail", true, false },  { "507", "Detail", true, false },
    };
    bool fits = responses != NULL;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0] && fits; i++) {
        const bool applies = (!REFUSALS[i].body || route->body != FC_HTTP_NO_BODY) &&
                             (!REFUSALS[i].key || !route->open);
        if (applies && json_object_get(responses, REFUSALS[i].code) == NULL) {
            fits = json_object_set_new(responses, REFUSALS[i].code,
                                       json_pack("{s:o}", "$ref",
                                                 json_sprintf("#/components/responses/%s",
                                                              REFUSALS[i].response))) == 0;
        }
    }
    return fits;
}

static json_t *refer_to_parameter(const char *name)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/parameters/%s", name));
}

/* Whether a list of an operation writes out a parameter. */
static bool writes_out(const json_t *parameters, const char *name)
{
    for (size_t i = 0; i < json_array_size(parameters); i++) {
        const char *own = json_string_value(json_object_get(json_array_get(parameters, i), "name"));
        if (own != NULL && strcmp(own, name) == 0) {
            return true;
        }
    }
    return false;
}

/* {name}s of the path: written out by the operation, or of the components, or any text. */
static json_t *list_parts(const char *pattern, const json_t *known, const json_t *parameters)
{
    json_t *list = json_array();
    for (const char *at = strchr(pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        char name[32];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
        if (json_object_get(known, name) != NULL) {
            list = fc_json_append(list, refer_to_parameter(name));
        } else if (!writes_out(parameters, name)) {
            list =
                fc_json_append(list, json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in",
                                               "path", "required", 1, "schema", "type", "string"));
        }
    }
    return list;
}

/* A parameter is a part of the path, is written out, or is named as one of the components. */
static json_t *list_parameters(const fc_http_route *route, const json_t *known, const json_t *own)
{
    const json_t *parameters = json_object_get(own, "parameters");
    json_t *list = list_parts(route->pattern, known, parameters);
    for (size_t i = 0; i < json_array_size(parameters); i++) {
        json_t *parameter = json_array_get(parameters, i);
        const char *name = json_string_value(parameter);
        list =
            fc_json_append(list, name != NULL ? refer_to_parameter(name) : json_incref(parameter));
    }
    return list;
}

/* A key is asked for where one is set: without one, the empty requirement holds as well. */
static json_t *list_security(const fc_http_route *route, bool keys)
{
    if (route->open) {
        return json_array();
    }
    return keys ? json_pack("[{s:[]}, {s:[]}]", "ApiKey", "Bearer")
                : json_pack("[{}, {s:[]}, {s:[]}]", "ApiKey", "Bearer");
}

/* The body that is written down, or one made from the options. */
static json_t *describe_body(const fc_http_route *route, const json_t *own,
                             const fc_params *defaults, const fc_server_settings *server)
{
    json_t *body = json_object_get(own, "requestBody");
    return body != NULL ? json_incref(body) : fc_openapi_body(route, defaults, server);
}

static json_t *describe_route(const fc_http_route *route, const json_t *known, const json_t *own,
                              const fc_params *defaults, const fc_server_settings *server)
{
    json_t *responses = route->answers != NULL ? describe_answers(route->answers)
                                               : json_deep_copy(json_object_get(own, "responses"));
    if (!json_is_true(json_object_get(own, "complete")) && !add_refusals(route, responses)) {
        json_decref(responses);
        return NULL;
    }
    json_t *operation = json_pack(
        "{s:s, s:[s], s:s, s:o, s:o, s:o}", "operationId", route->name, "tags", route->tag,
        "summary", route->summary, "parameters", list_parameters(route, known, own), "security",
        list_security(route, server->api_key[0] != '\0'), "responses", responses);
    bool fits = operation != NULL;
    if (route->description != NULL) {
        fits = fits &&
               json_object_set_new(operation, "description", json_string(route->description)) == 0;
    }
    if (route->body != FC_HTTP_NO_BODY) {
        fits = fits && json_object_set_new(operation, "requestBody",
                                           describe_body(route, own, defaults, server)) == 0;
    }
    if (!fits) {
        json_decref(operation);
        return NULL;
    }
    return operation;
}

static bool add_route(json_t *paths, const fc_http_route *route, json_t *operation)
{
    json_t *path = json_object_get(paths, route->pattern);
    if (path == NULL) {
        path = json_object();
        if (json_object_set_new(paths, route->pattern, path) != 0) {
            json_decref(operation);
            return false;
        }
    }
    return json_object_set_new(path, method_name(route->method), operation) == 0;
}

static bool add_schemas(const json_t *document)
{
    json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    bool fits = true;
    for (size_t i = 0; i < sizeof SCHEMAS / sizeof SCHEMAS[0] && fits; i++) {
        fits = fc_schema_add(schemas, SCHEMAS[i]);
    }
    return fits;
}

static bool fill(json_t *document, const fc_params *defaults, const fc_server_settings *server)
{
    const json_t *operations = json_object_get(document, OPERATIONS);
    const json_t *known = json_object_get(json_object_get(document, "components"), "parameters");
    const fc_http_routes routes = server->compat ? fc_routes() : fc_routes_native();
    bool fits = add_schemas(document);
    for (size_t i = 0; i < routes.count && fits; i++) {
        const json_t *own = json_object_get(operations, routes.rows[i].name);
        fits = add_route(json_object_get(document, "paths"), &routes.rows[i],
                         describe_route(&routes.rows[i], known, own, defaults, server));
    }
    return fits &&
           json_object_set_new(json_object_get(document, "info"), "version",
                               json_string(FC_VERSION)) == 0 &&
           json_object_del(document, OPERATIONS) == 0;
}

fc_status fc_openapi_print(const fc_params *defaults, const fc_server_settings *server,
                           fc_buffer *out, fc_error *err)
{
    FC_ASSERT(defaults != NULL);
    FC_ASSERT(server != NULL);

    const size_t size = (size_t)(fc_asset_openapi_json_end - fc_asset_openapi_json);
    json_t *document = json_loadb((const char *)fc_asset_openapi_json, size, 0, NULL);
    if (document != NULL && !fill(document, defaults, server)) {
        json_decref(document);
        document = NULL;
    }
    return fc_json_write_line(document, out, err);
}
