#include "api/openapi_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/presets.h"
#include "report/json.h"
#include "service/form.h"

#define COLOUR_PATTERN                                                                             \
    "^([A-Za-z]+|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"              \
    "(, ?(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){2})$"

static json_t *pack_bound(double bound, bool whole)
{
    return whole ? json_integer((json_int_t)bound) : json_real(bound);
}

static json_t *describe_number(const fc_option *option, const char *initial)
{
    const bool whole = option->kind != FC_OPTION_REAL;
    json_t *value = json_loads(initial, JSON_DECODE_ANY, NULL);
    return json_pack("{s:s, s:o, s:o, s:o}", "type", whole ? "integer" : "number", "minimum",
                     pack_bound(option->min, whole), "maximum", pack_bound(option->max, whole),
                     "default", value);
}

/* "a|b|#": the words, and a number from 1 to 100. */
static json_t *describe_choice(const fc_option *option, const char *initial)
{
    char pattern[FC_OPTION_TEXT_SIZE];
    const size_t length = strlen(option->choices);
    const bool numbered = option->choices[length - 1] == '#';
    (void)snprintf(pattern, sizeof pattern, "^(%.*s%s)$", (int)(numbered ? length - 1 : length),
                   option->choices, numbered ? "[1-9][0-9]?|100" : "");
    if (numbered) {
        return json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", pattern, "default",
                         initial);
    }
    json_t *words = json_array();
    for (const char *word = option->choices; words != NULL && *word != '\0';) {
        const size_t size = strcspn(word, "|");
        if (json_array_append_new(words, json_stringn(word, size)) != 0) {
            json_decref(words);
            return NULL;
        }
        word += size + (word[size] == '|' ? 1 : 0);
    }
    return json_pack("{s:s, s:o, s:s}", "type", "string", "enum", words, "default", initial);
}

static json_t *describe_preset(const char *initial)
{
    json_t *names = json_pack("[s]", FC_PRESET_NONE);
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        names = fc_json_append(names, json_string(fc_preset_at(i)->name));
    }
    return json_pack("{s:s, s:o, s:s}", "type", "string", "enum", names, "default", initial);
}

static json_t *describe_option(const fc_option *option, const char *initial)
{
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_CHANNEL:
    case FC_OPTION_REAL:
        return describe_number(option, initial);
    case FC_OPTION_BOOL:
        return json_pack("{s:s, s:b}", "type", "boolean", "default", strcmp(initial, "true") == 0);
    case FC_OPTION_CHOICE:
        return describe_choice(option, initial);
    case FC_OPTION_BACKGROUND:
        return json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", COLOUR_PATTERN, "default",
                         initial);
    case FC_OPTION_PRESET:
        return describe_preset(initial);
    case FC_OPTION_TEXT:
    case FC_OPTION_SECRET:
        return json_pack("{s:s, s:s}", "type", "string", "default", initial);
    }
    FC_ASSERT(!"unknown kind of option");
    return NULL;
}

/* Whether a list such as "params -width size" has a word. */
static bool lists(const char *list, const char *sign, const char *name)
{
    const size_t signs = strlen(sign);
    for (const char *word = list; *word != '\0'; word += strspn(word, " ")) {
        const size_t length = strcspn(word, " ");
        if (length == signs + strlen(name) && strncmp(word, sign, signs) == 0 &&
            strncmp(word + signs, name, length - signs) == 0) {
            return true;
        }
        word += length;
    }
    return false;
}

/* Whether a route names a field in its row. `all` is its word for all of the table, or
 * NULL. */
static bool takes(const fc_http_route *route, const fc_option *option, const char *all)
{
    const char *list = route->fields != NULL ? route->fields : "";
    return (lists(list, "", option->name) || (all != NULL && lists(list, "", all))) &&
           !lists(list, "-", option->name);
}

static bool add_options(json_t *properties, const fc_http_route *route, fc_options options,
                        const char *all, const void *target)
{
    bool fits = true;
    for (size_t i = 0; i < options.count && fits; i++) {
        const fc_option *option = &options.rows[i];
        if (takes(route, option, all)) {
            char initial[FC_OPTION_TEXT_SIZE];
            fc_option_print(option, target, initial, sizeof initial);
            json_t *schema = describe_option(option, initial);
            fits = json_object_set_new(schema, "description", json_string(option->help)) == 0;
            fits = json_object_set_new(properties, option->name, schema) == 0 && fits;
        }
    }
    return fits;
}

/* The fields beside the photo, added to the properties of a form, which are taken over. */
static json_t *describe_fields(const fc_http_route *route, const fc_params *defaults,
                               json_t *properties)
{
    fc_form form = fc_form_start(defaults);
    form.return_base64 = route->body == FC_HTTP_MANY_PHOTOS;
    if (properties == NULL ||
        !add_options(properties, route, fc_params_options(), "params", defaults) ||
        !add_options(properties, route, fc_form_options(), NULL, &form)) {
        json_decref(properties);
        return NULL;
    }
    return properties;
}

/* `photo` is the schema of one photo and taken over. */
static json_t *describe_form(const fc_http_route *route, const fc_params *defaults,
                             const fc_server_settings *server, json_t *photo)
{
    const bool batch = route->body == FC_HTTP_MANY_PHOTOS;
    const char *field = batch ? "files" : "file";
    if (batch) {
        photo = json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items", photo, "minItems", 1,
                          "maxItems", server->batch_max_files);
    }
    json_t *properties = describe_fields(route, defaults, json_pack("{s:o}", field, photo));
    return json_pack("{s:s, s:[s], s:o}", "type", "object", "required", field, "properties",
                     properties);
}

static json_t *describe_file(const fc_server_settings *server)
{
    char text[128];
    (void)snprintf(text, sizeof text, "The photo, at most %d MB", server->max_upload_size_mb);
    return json_pack("{s:s, s:s, s:s}", "type", "string", "format", "binary", "description", text);
}

/* A body of fields alone, which may as well be left out. */
static json_t *describe_fields_body(const fc_http_route *route, const fc_params *defaults)
{
    json_t *form = json_pack("{s:s, s:o}", "type", "object", "properties",
                             describe_fields(route, defaults, json_object()));
    json_t *body = json_pack("{s:b, s:{s:{s:O}, s:{s:O}, s:{s:O}}}", "required", 0, "content",
                             "multipart/form-data", "schema", form, "application/json", "schema",
                             form, "application/x-www-form-urlencoded", "schema", form);
    json_decref(form);
    return body;
}

json_t *fc_openapi_body(const fc_http_route *route, const fc_params *defaults,
                        const fc_server_settings *server)
{
    if (route->body == FC_HTTP_FIELDS) {
        return describe_fields_body(route, defaults);
    }
    json_t *form = describe_form(route, defaults, server, describe_file(server));
    if (route->body == FC_HTTP_MANY_PHOTOS) {
        return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "multipart/form-data",
                         "schema", form);
    }
    json_t *text = json_pack("{s:s, s:s, s:s}", "type", "string", "contentEncoding", "base64",
                             "description", "The photo in base64");
    return json_pack("{s:b, s:{s:{s:o}, s:{s:o}, s:{s:{s:s, s:s}}}}", "required", 1, "content",
                     "multipart/form-data", "schema", form, "application/json", "schema",
                     describe_form(route, defaults, server, text), "image/*", "schema", "type",
                     "string", "format", "binary");
}
