/**
 * Schema: the keys of a JSON object, as a table next to the code that writes it. OpenAPI gets its
 * schemas from these tables, and tests/contract/serve_openapi.py compares real answers with them.
 * Constant; any thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/**
 * One key of an object. Its type is one of these, or several joined by " or ":
 *
 *   boolean, integer, number, string, null, any
 *   count             integer from 0
 *   share             number from 0 to 1
 *   time              string, a date and a time
 *   one of A, B       string, one of these
 *   list of TYPE      array; `list of 68 TYPE`: so many
 *   map of TYPE       object with any keys
 *   Name              an object of the table of that name
 */
typedef struct fc_schema_field {
    const char *name; /* "key", or "key?" where it may be missing; NULL ends the table */
    const char *type;
    const char *meaning; /* for people; NULL: the name says it */
} fc_schema_field;

/** A table. Several tables of one name make one object: code that adds keys later has a table too.
 */
typedef struct fc_schema {
    const char *name; /* "Answer"; NULL ends a list of tables */
    const fc_schema_field *fields;
} fc_schema;

/** Add the tables of a list to the schemas of an OpenAPI document. False: memory ran out. */
bool fc_schema_add(json_t *schemas, const fc_schema *list);
