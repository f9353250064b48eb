"""Compares values with the schemas of an OpenAPI 3.1 document. Standard library only.

Stricter than the standard: an object must not have a key that its `properties` do not name, unless
`additionalProperties` describes it. A schema that has no `type` allows everything.
"""

import re

TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
KNOWN = {"type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
         "enum", "const", "anyOf", "oneOf", "minimum", "maximum", "pattern", "format", "$ref",
         "description", "examples", "default", "minLength", "maxLength", "contentEncoding"}


def resolve(document, part):
    """The part of the document that a part stands for."""
    while "$ref" in part:
        at = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        part = at
    return part


def of_object(document, schema, value, where):
    """Faults of an object."""
    properties = schema.get("properties", {})
    more = schema.get("additionalProperties")
    faults = [f"{where}: no {name}" for name in schema.get("required", []) if name not in value]
    for name, inside in value.items():
        if name in properties:
            faults += faults_of(document, properties[name], inside, f"{where}.{name}")
        elif isinstance(more, dict):
            faults += faults_of(document, more, inside, f"{where}.{name}")
        elif properties:
            faults.append(f"{where}: {name} is not described")
    return faults


def of_array(document, schema, value, where):
    """Faults of a list."""
    faults = []
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        faults.append(f"{where}: {len(value)} items")
    for number, inside in enumerate(value):
        faults += faults_of(document, schema.get("items", {}), inside, f"{where}[{number}]")
    return faults


def faults_of(document, schema, value, where="$"):
    """What of a value is not as its schema says, as lines of text."""
    schema = resolve(document, schema)
    faults = [f"{where}: {name} is not checked" for name in sorted(set(schema) - KNOWN)]
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        tried = [faults_of(document, one, value, where) for one in several]
        if all(tried):
            faults.append(f"{where}: fits none: {tried}")
    types = schema.get("type", list(TYPES))
    types = types if isinstance(types, list) else [types]
    if not any(TYPES[name](value) for name in types):
        return [*faults, f"{where}: {value!r:.60} is no {' or '.join(types)}"]
    if "const" in schema and value != schema["const"] or value not in schema.get("enum", [value]):
        faults.append(f"{where}: {value!r:.60} is none of the words")
    if isinstance(value, dict):
        faults += of_object(document, schema, value, where)
    elif isinstance(value, list):
        faults += of_array(document, schema, value, where)
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        faults.append(f"{where}: {value!r:.60} does not match")
    elif TYPES["number"](value) and not (schema.get("minimum", value) <= value
                                         <= schema.get("maximum", value)):
        faults.append(f"{where}: {value} is out of range")
    return faults
