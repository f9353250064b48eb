#include "api/openapi_fields.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/presets.h"
#include "config/sheet_options.h"
#include "report/json.h"
#include "service/form.h"

#define COLOUR "([A-Za-z]+|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6})"
#define LEVEL "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
#define BACKGROUND_PATTERN                                                                         \
    "^(" COLOUR "|" LEVEL "(, ?" LEVEL "){2}|blur:(100|[1-9][0-9]?)|(gradient|radial):" COLOUR     \
    "," COLOUR ")$"

#define PART "(0|1|0?[.][0-9]+|[01][.][0-9]*)"
#define BOX_PATTERN "^(none|" PART "," PART "," PART "," PART ")$"

/* The field of a picture behind the person, and its word in the table of routes. */
#define BACKDROP "background_file"

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
        return json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", BACKGROUND_PATTERN,
                         "default", initial);
    case FC_OPTION_BOX:
        return json_pack("{s:s, s:s, s:s}", "type", "string", "pattern", BOX_PATTERN, "default",
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

static bool lists_word(const fc_http_route *route, const char *word)
{
    return route->fields != NULL && lists(route->fields, "", word);
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

/* A file of the form, or its base64 in a JSON body. */
static json_t *describe_file(const char *what, const fc_server_settings *server, bool base64)
{
    return base64
               ? json_pack("{s:s, s:s, s:o}", "type", "string", "contentEncoding", "base64",
                           "description", json_sprintf("%s in base64", what))
               : json_pack("{s:s, s:s, s:o}", "type", "string", "format", "binary", "description",
                           json_sprintf("%s, at most %d MB", what, server->max_upload_size_mb));
}

/* The picture behind the person, where a route takes it. */
static bool add_backdrop(json_t *properties, const fc_http_route *route,
                         const fc_server_settings *server, bool base64)
{
    return !lists_word(route, BACKDROP) ||
           json_object_set_new(properties, BACKDROP,
                               describe_file("A picture to lie behind the person and cover the "
                                             "portrait",
                                             server, base64)) == 0;
}

/* The fields other than the photo, added to the properties of a form, which are taken over. */
static json_t *describe_fields(const fc_http_route *route, const fc_params *defaults,
                               const fc_server_settings *server, bool base64, json_t *properties)
{
    fc_form form = fc_form_start(defaults);
    fc_sheet_options sheet;
    fc_options_set_defaults(fc_sheet_option_rows(), &sheet);
    form.return_base64 = route->body == FC_HTTP_MANY_PHOTOS;
    if (properties == NULL ||
        !add_options(properties, route, fc_params_options(), "params", defaults) ||
        !add_options(properties, route, fc_form_options(), NULL, &form) ||
        (lists_word(route, "sheet_options") &&
         !add_options(properties, route, fc_sheet_option_rows(), "sheet_options", &sheet)) ||
        !add_backdrop(properties, route, server, base64)) {
        json_decref(properties);
        return NULL;
    }
    return properties;
}

static json_t *describe_form(const fc_http_route *route, const fc_params *defaults,
                             const fc_server_settings *server, bool base64)
{
    const bool batch = route->body == FC_HTTP_MANY_PHOTOS;
    const char *field = batch ? "files" : "file";
    json_t *photo = describe_file("The photo", server, base64);
    if (batch) {
        photo = json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items", photo, "minItems", 1,
                          "maxItems", server->batch_max_files);
    }
    json_t *properties =
        describe_fields(route, defaults, server, base64, json_pack("{s:o}", field, photo));
    return json_pack("{s:s, s:[s], s:o}", "type", "object", "required", field, "properties",
                     properties);
}

/* A body of fields, which may as well be left out, and where the route takes it a picture. */
static json_t *describe_fields_body(const fc_http_route *route, const fc_params *defaults,
                                    const fc_server_settings *server)
{
    json_t *fields = describe_fields(route, defaults, server, true, json_object());
    json_t *form = json_pack("{s:s, s:o}", "type", "object", "properties", fields);
    json_t *files = json_pack("{s:s, s:o}", "type", "object", "properties",
                              describe_fields(route, defaults, server, false, json_object()));
    json_t *body = json_pack("{s:b, s:{s:{s:o}, s:{s:O}, s:{s:o}}}", "required", 0, "content",
                             "multipart/form-data", "schema", files, "application/json", "schema",
                             form, "application/x-www-form-urlencoded", "schema", form);
    return body;
}

json_t *fc_openapi_body(const fc_http_route *route, const fc_params *defaults,
                        const fc_server_settings *server)
{
    if (route->body == FC_HTTP_FIELDS || route->body == FC_HTTP_BACKGROUND) {
        return describe_fields_body(route, defaults, server);
    }
    json_t *form = describe_form(route, defaults, server, false);
    if (route->body == FC_HTTP_MANY_PHOTOS) {
        return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "multipart/form-data",
                         "schema", form);
    }
    return json_pack("{s:b, s:{s:{s:o}, s:{s:o}, s:{s:{s:s, s:s}}}}", "required", 1, "content",
                     "multipart/form-data", "schema", form, "application/json", "schema",
                     describe_form(route, defaults, server, true), "image/*", "schema", "type",
                     "string", "format", "binary");
}
