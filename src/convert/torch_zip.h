/**
 * Torch zip: the container of a PyTorch checkpoint (torch.save since 1.6), a zip whose entries are
 * stored as they are. Entries are used in place; nothing is unpacked or copied.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3 (end records, zip64, central directory). Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Entries of one checkpoint; CodeFormer has about 520. */
#define FC_TORCH_ENTRIES_MAX 16384

/** Bytes of an entry's name, with its folder. */
#define FC_TORCH_NAME_MAX 255

/** One entry. Everything is borrowed from the file. */
typedef struct fc_torch_entry {
    fc_bytes name; /* with its folder, such as "archive/data/0" */
    fc_bytes data;
    uint32_t crc; /* CRC-32 of the data, as the directory says; not checked */
    size_t start; /* of the local header, bytes from the file's beginning */
} fc_torch_entry;

typedef struct fc_torch_zip {
    fc_torch_entry *entries; /* ordered by name */
    size_t count;
    fc_bytes folder;    /* the one that holds data.pkl, such as "archive" */
    fc_bytes directory; /* the central directory: names, places, sizes and sums of all entries */
} fc_torch_zip;

/**
 * Find the entries.
 *
 * file   untrusted; must outlive the result
 *
 * Errors: FC_MODEL_UNAVAILABLE (no zip; compressed, encrypted, split; names, places or sizes that
 * do not fit; entries that overlap or have the same name; none or several data.pkl; more than
 * FC_TORCH_ENTRIES_MAX), FC_OUT_OF_MEMORY. Cost: one look at every header.
 */
FC_MUST_CHECK fc_status fc_torch_zip_new(fc_bytes file, fc_torch_zip **out, fc_error *err);
void fc_torch_zip_free(fc_torch_zip *zip);
FC_DEFINE_CLEANUP(fc_torch_zip, fc_torch_zip_free)

/** An entry by its name inside the folder, in two pieces, such as "data/" and "0"; or NULL. */
const fc_torch_entry *fc_torch_zip_lookup(const fc_torch_zip *zip, const char *place, fc_bytes key);
