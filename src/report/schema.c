#define _GNU_SOURCE /* memmem */
#include "report/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "report/json.h"

#define OR " or "
#define LIST_OF "list of "
#define MAP_OF "map of "
#define ONE_OF "one of "

static json_t *describe(const char *type, size_t length);

static bool begins(const char *type, size_t length, const char *with)
{
    return length > strlen(with) && strncmp(type, with, strlen(with)) == 0;
}

static bool is(const char *type, size_t length, const char *word)
{
    return length == strlen(word) && strncmp(type, word, length) == 0;
}

/* "68 Point" or "Point". */
static json_t *describe_list(const char *type, size_t length)
{
    char *rest = NULL;
    const long count = strtol(type, &rest, 10);
    if (rest == type) {
        return json_pack("{s:s, s:o}", "type", "array", "items", describe(type, length));
    }
    rest++;
    return json_pack("{s:s, s:o, s:I, s:I}", "type", "array", "items",
                     describe(rest, length - (size_t)(rest - type)), "minItems", (json_int_t)count,
                     "maxItems", (json_int_t)count);
}

static json_t *describe_words(const char *words, size_t length)
{
    json_t *list = json_array();
    for (size_t at = 0; at < length;) {
        const char *comma = memmem(words + at, length - at, ", ", 2);
        const size_t size = comma != NULL ? (size_t)(comma - words) - at : length - at;
        list = fc_json_append(list, json_stringn(words + at, size));
        at += size + 2;
    }
    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *describe_word(const char *type, size_t length)
{
    if (is(type, length, "any")) {
        return json_object();
    }
    if (is(type, length, "count")) {
        return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
    }
    if (is(type, length, "share")) {
        return json_pack("{s:s, s:i, s:i}", "type", "number", "minimum", 0, "maximum", 1);
    }
    if (is(type, length, "time")) {
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    }
    return json_pack("{s:o}", "type", json_stringn(type, length));
}

/* A type without " or " outside of its last word. */
static json_t *describe_one(const char *type, size_t length)
{
    if (isupper((unsigned char)*type) != 0) {
        return json_pack("{s:o}", "$ref",
                         json_sprintf("#/components/schemas/%.*s", (int)length, type));
    }
    if (begins(type, length, LIST_OF)) {
        return describe_list(type + strlen(LIST_OF), length - strlen(LIST_OF));
    }
    if (begins(type, length, MAP_OF)) {
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                         describe(type + strlen(MAP_OF), length - strlen(MAP_OF)));
    }
    if (begins(type, length, ONE_OF)) {
        return describe_words(type + strlen(ONE_OF), length - strlen(ONE_OF));
    }
    return describe_word(type, length);
}

static json_t *describe(const char *type, size_t length)
{
    const char *joint = memmem(type, length, OR, strlen(OR));
    if (joint == NULL) {
        return describe_one(type, length);
    }
    json_t *list = json_array();
    for (const char *at = type; at != NULL && at < type + length;) {
        const char *end = memmem(at, (size_t)(type + length - at), OR, strlen(OR));
        const size_t size = (size_t)((end != NULL ? end : type + length) - at);
        list = fc_json_append(list, describe_one(at, size));
        at = end != NULL ? end + strlen(OR) : NULL;
    }
    return json_pack("{s:o}", "anyOf", list);
}

static bool add_field(json_t *schema, const fc_schema_field *field)
{
    const size_t length = strcspn(field->name, "?");
    const bool optional = field->name[length] == '?';
    json_t *value = describe(field->type, strlen(field->type));
    bool fits = field->meaning == NULL ||
                json_object_set_new(value, "description", json_string(field->meaning)) == 0;
    fits = json_object_setn_new(json_object_get(schema, "properties"), field->name, length,
                                value) == 0 &&
           fits;
    return fits && (optional || json_array_append_new(json_object_get(schema, "required"),
                                                      json_stringn(field->name, length)) == 0);
}

static bool add_table(json_t *schemas, const fc_schema *table)
{
    json_t *schema = json_object_get(schemas, table->name);
    if (schema == NULL) {
        schema = json_pack("{s:s, s:[], s:{}}", "type", "object", "required", "properties");
        if (json_object_set_new(schemas, table->name, schema) != 0) {
            return false;
        }
    }
    bool fits = true;
    for (const fc_schema_field *field = table->fields; field->name != NULL && fits; field++) {
        fits = add_field(schema, field);
    }
    return fits;
}

bool fc_schema_add(json_t *schemas, const fc_schema *list)
{
    FC_ASSERT(list != NULL);
    bool fits = schemas != NULL;
    for (; list->name != NULL && fits; list++) {
        fits = add_table(schemas, list);
    }
    return fits;
}
