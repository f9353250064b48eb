/**
 * HEIF file: the items of a HEIC or AVIF file (ISO/IEC 23008-12), their properties and the place of
 * their bytes. Nothing is decoded here.
 *
 * Only what a picture needs is read; other boxes are passed over. Any thread; read-only after
 * fc_heif_file_read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "image/heif_box.h"

/** The parts of the 'meta' box. Borrows the bytes of the file. */
typedef struct fc_heif_file {
    fc_bytes bytes;   /* the whole file */
    uint32_t primary; /* the item that is the picture */
    fc_bytes infos;   /* bodies of 'iinf', 'iloc', 'iref' and 'idat'; empty where missing */
    fc_bytes locations;
    fc_bytes references;
    fc_bytes data;
    fc_bytes properties; /* of 'iprp' */
    int32_t catalogue_count;
    fc_heif_box catalogue[FC_HEIF_PROPERTIES_MAX]; /* of 'ipco' within it */
} fc_heif_file;

/**
 * Find the parts.
 *
 * bytes   must outlive `out`
 * out     of no use after a failure
 *
 * Errors: FC_CORRUPT_IMAGE (damaged or cut short), FC_UNSUPPORTED_FORMAT (a film without a still
 * picture), FC_LIMIT_EXCEEDED (more items or references than limits.h allows).
 */
FC_MUST_CHECK fc_status fc_heif_file_read(fc_bytes bytes, fc_heif_file *out, fc_error *err);

/** Type of an item, such as 'hvc1'; 0 where there is none. */
uint32_t fc_heif_item_type(const fc_heif_file *file, uint32_t item);

/** The properties of one item, in their order. Begin with fc_heif_item_properties. */
typedef struct fc_heif_properties {
    const fc_heif_file *file;
    fc_heif_reader links;
    size_t link_size;
    uint32_t left;
} fc_heif_properties;

fc_heif_properties fc_heif_item_properties(const fc_heif_file *file, uint32_t item);

/** The next property. False at the end, and where the file is damaged: `links.failed` is set. */
bool fc_heif_next_property(fc_heif_properties *properties, fc_heif_box *out);

/** The first property of a type; empty where there is none. */
fc_bytes fc_heif_find_property(const fc_heif_file *file, uint32_t item, uint32_t type);

/** One box of references: from one item to some. */
typedef struct fc_heif_reference {
    uint32_t type;
    uint32_t from;
    uint32_t count;
    size_t id_size;
    fc_heif_reader to; /* the items: fc_heif_read(&to, id_size), count times */
} fc_heif_reference;

/** Iterate: begin with fc_heif_file_references. False at the end and where the file is damaged. */
fc_heif_reader fc_heif_file_references(const fc_heif_file *file);
bool fc_heif_next_reference(const fc_heif_file *file, fc_heif_reader *from, fc_heif_reference *out);

/** What an item refers to by a type; count 0 where there is nothing. */
fc_heif_reference fc_heif_item_reference(const fc_heif_file *file, uint32_t item, uint32_t type);

/** Find the bytes of an item. */
typedef struct fc_heif_extents {
    fc_bytes first; /* the bytes themselves where count is 1 */
    uint32_t count;
    size_t size; /* of all together, at most that of the file */
} fc_heif_extents;

/**
 * Find the bytes of an item.
 *
 * copy   where not NULL: takes all of them, `size` bytes as an earlier call said
 *
 * Errors: FC_CORRUPT_IMAGE (they are outside the file: cut short), FC_UNSUPPORTED_FORMAT (they are
 * in another file or in another item).
 */
FC_MUST_CHECK fc_status fc_heif_item_extents(const fc_heif_file *file, uint32_t item, uint8_t *copy,
                                             fc_heif_extents *out, fc_error *err);
