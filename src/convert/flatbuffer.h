/**
 * FlatBuffer reader: tables, vectors and scalars of an untrusted file, by field number.
 *
 * Damage is sticky: whatever would reach outside of the file reads as absent (0, empty) and sets
 * `damaged`, so a caller reads a whole structure and looks once. Nothing is copied.
 *
 * Source: the FlatBuffers binary format. One thread at a time per reader.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

typedef struct fc_flat {
    fc_bytes file;
    bool damaged;
} fc_flat;

/** Position of a table in the file; 0 is an absent table, all fields of which are absent. */
typedef size_t fc_flat_table;

/** Items follow each other from `at`, all of them inside the file. */
typedef struct fc_flat_vector {
    size_t at;
    size_t count;
} fc_flat_vector;

/** The root table; damaged where the file identifier (4 letters) is another one. */
fc_flat_table fc_flat_root(fc_flat *flat, const char *identifier);

/** A scalar field of 1, 2 or 4 bytes, signed; `initial` where it is absent. */
int32_t fc_flat_scalar(fc_flat *flat, fc_flat_table table, int field, size_t size, int32_t initial);

/** A table inside a table. */
fc_flat_table fc_flat_child(fc_flat *flat, fc_flat_table table, int field);

/** A vector field whose items have `item_size` bytes: 4 for tables and int32, 1 for text. */
fc_flat_vector fc_flat_items(fc_flat *flat, fc_flat_table table, int field, size_t item_size);

/** Item `index` (below the count) of a vector of tables. */
fc_flat_table fc_flat_table_at(fc_flat *flat, fc_flat_vector vector, size_t index);

/** Item `index` (below the count) of a vector of int32. */
int32_t fc_flat_integer_at(fc_flat *flat, fc_flat_vector vector, size_t index);

/** A vector of single bytes, or a text without its final zero; borrowed from the file. */
fc_bytes fc_flat_octets(fc_flat *flat, fc_flat_table table, int field);
