#include "convert/torch_zip.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/byte_order.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

typedef struct zip_directory {
    uint64_t count; /* entries */
    fc_bytes bytes; /* the central directory, borrowed */
} zip_directory;

#define END_MARK 0x06054b50U
#define END64_MARK 0x06064b50U
#define LOCATOR_MARK 0x07064b50U

enum {
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    COMMENT_MAX = 65535,
};

/* What an end record says. */
typedef struct end_record {
    uint64_t place; /* of the record itself: entries and directory lie before */
    uint64_t count;
    uint64_t size;
    uint64_t start;
    bool whole; /* not in several pieces */
} end_record;

static fc_status refuse(fc_error *err, const char *what)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: %s", what);
}

static bool lies_before(uint64_t start, uint64_t size, uint64_t limit)
{
    return start <= limit && size <= limit - start;
}

/* The end record is the last thing in the file but for a comment, whose length it tells. */
static const uint8_t *find_end(fc_bytes file)
{
    const size_t furthest = END_SIZE + COMMENT_MAX;
    for (size_t back = END_SIZE; back <= file.size && back <= furthest; back++) {
        const uint8_t *record = file.data + file.size - back;
        if (fc_little32(record) == END_MARK && fc_little16(record + 20) == back - END_SIZE) {
            return record;
        }
    }
    return NULL;
}

static end_record read_end(fc_bytes file, const uint8_t *from)
{
    const uint64_t here = fc_little16(from + 8);
    const uint64_t all = fc_little16(from + 10);
    return (end_record){
        .place = (uint64_t)(from - file.data),
        .count = all,
        .size = fc_little32(from + 12),
        .start = fc_little32(from + 16),
        .whole = fc_little32(from + 4) == 0 && here == all,
    };
}

static end_record read_end64(fc_bytes file, const uint8_t *from)
{
    const uint64_t here = fc_little64(from + 24);
    const uint64_t all = fc_little64(from + 32);
    return (end_record){
        .place = (uint64_t)(from - file.data),
        .count = all,
        .size = fc_little64(from + 40),
        .start = fc_little64(from + 48),
        .whole = fc_little64(from + 16) == 0 && here == all,
    };
}

/* Two readers must not see two different files: a number that the plain record does not leave to
 * the other one has to be the same in both. */
static bool agree(const end_record *plain, const end_record *wide)
{
    return (plain->count == UINT16_MAX || plain->count == wide->count) &&
           (plain->size == UINT32_MAX || plain->size == wide->size) &&
           (plain->start == UINT32_MAX || plain->start == wide->start);
}

/* Replaces the plain record by the zip64 one where the file has it. */
static fc_status look_for_end64(fc_bytes file, end_record *end, fc_error *err)
{
    if (end->place < LOCATOR_SIZE) {
        return FC_OK;
    }
    const uint64_t place = end->place - LOCATOR_SIZE;
    const uint8_t *locator = file.data + place;
    if (fc_little32(locator) != LOCATOR_MARK) {
        return FC_OK;
    }
    const uint64_t start = fc_little64(locator + 8);
    if (!lies_before(start, END64_SIZE, place) || fc_little32(file.data + start) != END64_MARK) {
        return refuse(err, "the zip64 end record is not where the file says");
    }
    const end_record wide = read_end64(file, file.data + start);
    if (!agree(end, &wide)) {
        return refuse(err, "the two end records do not say the same");
    }
    *end = wide;
    return FC_OK;
}

/* Find the directory of a zip, plain or zip64.
 *
 * file   untrusted
 *
 * Errors: FC_MODEL_UNAVAILABLE (no zip or cut short; in several pieces; records that do not agree
 * or point outside of the file). Cost: up to 64 KB are looked through for the end. */
static fc_status find_directory(fc_bytes file, zip_directory *out, fc_error *err)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    FC_ASSERT(out != NULL);

    const uint8_t *found = find_end(file);
    if (found == NULL) {
        return refuse(err, "not a whole zip file, as torch.save writes it since PyTorch 1.6");
    }
    end_record end = read_end(file, found);
    FC_TRY(look_for_end64(file, &end, err));
    if (!end.whole) {
        return refuse(err, "a zip in several pieces, only whole files are read");
    }
    if (!lies_before(end.start, end.size, end.place)) {
        return refuse(err, "the zip's directory does not lie within the file");
    }
    *out = (zip_directory){ end.count, { file.data + end.start, (size_t)end.size } };
    return FC_OK;
}

#define LOCAL_MARK 0x04034b50U
#define CENTRAL_MARK 0x02014b50U

enum {
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
};

enum {
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_DESCRIPTOR = 1 << 3, /* the sizes of the local header stand behind the data */
    FLAG_STRONG = 1 << 6,
    FLAG_MASKED = 1 << 13,
};

/* "Too large for this field, look into the zip64 one." */
#define IN_ZIP64 UINT32_MAX

static bool lies_within(uint64_t start, uint64_t size, uint64_t whole)
{
    return start <= whole && size <= whole - start;
}

/* ---- one entry ---- */

/* Sizes and places as the directory tells them. */
typedef struct record {
    uint32_t flags;
    uint32_t method;
    uint64_t packed_size;
    uint64_t size;
    uint64_t start;
} record;

/* Takes the next 64-bit number where the plain field has no room for it. */
static bool widen(uint64_t *field, fc_bytes *wide)
{
    if (*field != IN_ZIP64) {
        return true;
    }
    if (wide->size < 8) {
        return false;
    }
    *field = fc_little64(wide->data);
    *wide = (fc_bytes){ wide->data + 8, wide->size - 8 };
    return true;
}

static bool read_zip64(fc_bytes extra, record *entry)
{
    enum { ZIP64_ID = 1, HEAD = 4 };
    fc_bytes wide = { 0 };
    while (extra.size >= HEAD) {
        const uint32_t id = fc_little16(extra.data);
        const size_t size = fc_little16(extra.data + 2);
        if (size > extra.size - HEAD) {
            return false;
        }
        if (id == ZIP64_ID) {
            wide = (fc_bytes){ extra.data + HEAD, size };
        }
        extra = (fc_bytes){ extra.data + HEAD + size, extra.size - HEAD - size };
    }
    return widen(&entry->size, &wide) && widen(&entry->packed_size, &wide) &&
           widen(&entry->start, &wide);
}

/* A plain relative path: it goes into error texts, and nothing here may ever reach a folder. */
static bool is_plain_name(fc_bytes name)
{
    if (name.size == 0 || name.size > FC_TORCH_NAME_MAX || name.data[0] == '/') {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t letter = name.data[i];
        const bool is_up = letter == '.' && i + 1 < name.size && name.data[i + 1] == '.';
        if (letter <= ' ' || letter >= 0x7f || letter == '\\' || is_up) {
            return false;
        }
    }
    return true;
}

static fc_status check_record(const record *entry, fc_bytes name, fc_error *err)
{
    const char *why = NULL;
    if ((entry->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) != 0) {
        why = "encrypted";
    } else if (entry->method != 0) {
        why = "compressed";
    } else if (entry->packed_size != entry->size) {
        why = "of two sizes";
    }
    if (why != NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: entry '%.*s' is %s, all have to be stored as they are",
                       (int)name.size, (const char *)name.data, why);
    }
    return FC_OK;
}

/* The local header repeats what the directory says; how long it is only it can tell. */
static fc_status find_data(fc_bytes file, uint64_t limit, const record *entry, fc_torch_entry *out,
                           fc_error *err)
{
    const int length = (int)out->name.size;
    const char *name = (const char *)out->name.data;
    if (!lies_within(entry->start, LOCAL_SIZE, limit)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: entry '%.*s' begins outside of the file", length, name);
    }
    const uint8_t *local = file.data + entry->start;
    const uint32_t flags = fc_little16(local + 6);
    const uint32_t sizes[] = { fc_little32(local + 18), fc_little32(local + 22) };
    const uint64_t head = LOCAL_SIZE + (uint64_t)fc_little16(local + 26) + fc_little16(local + 28);
    if (!lies_within(entry->start, head, limit) ||
        !lies_within(entry->start + head, entry->size, limit)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: entry '%.*s' of %" PRIu64 " bytes does not fit into the file",
                       length, name, entry->size);
    }
    bool same = fc_little32(local) == LOCAL_MARK && fc_little16(local + 8) == entry->method &&
                fc_little16(local + 26) == out->name.size &&
                memcmp(local + LOCAL_SIZE, name, out->name.size) == 0 &&
                (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) == 0;
    for (int i = 0; i < 2; i++) {
        const bool elsewhere = (flags & FLAG_DESCRIPTOR) != 0 && sizes[i] == 0;
        same = same && (elsewhere || sizes[i] == IN_ZIP64 || sizes[i] == entry->size);
    }
    if (!same) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: entry '%.*s' and the directory do not say the same", length,
                       name);
    }
    out->start = (size_t)entry->start;
    out->data = (fc_bytes){ local + head, (size_t)entry->size };
    return FC_OK;
}

/* One record of the directory, which is shortened by it. */
static fc_status read_entry(fc_bytes file, uint64_t limit, fc_bytes *rest, fc_torch_entry *out,
                            fc_error *err)
{
    if (rest->size < CENTRAL_SIZE || fc_little32(rest->data) != CENTRAL_MARK) {
        return refuse(err, "the zip's directory is damaged");
    }
    const uint8_t *from = rest->data;
    record entry = {
        .flags = fc_little16(from + 8),
        .method = fc_little16(from + 10),
        .packed_size = fc_little32(from + 20),
        .size = fc_little32(from + 24),
        .start = fc_little32(from + 42),
    };
    out->crc = fc_little32(from + 16);
    const size_t name_size = fc_little16(from + 28);
    const size_t extra_size = fc_little16(from + 30);
    const size_t whole = CENTRAL_SIZE + name_size + extra_size + fc_little16(from + 32);
    out->name = (fc_bytes){ from + CENTRAL_SIZE, name_size };
    const fc_bytes extra = { from + CENTRAL_SIZE + name_size, extra_size };
    if (whole > rest->size || fc_little16(from + 34) != 0 || !read_zip64(extra, &entry)) {
        return refuse(err, "the zip's directory is damaged");
    }
    if (!is_plain_name(out->name)) {
        return refuse(err, "an entry's name is empty, too long or no plain path");
    }
    *rest = (fc_bytes){ from + whole, rest->size - whole };
    FC_TRY(check_record(&entry, out->name, err));
    return find_data(file, limit, &entry, out, err);
}

/* ---- all entries ---- */

static int compare_starts(const void *a, const void *b)
{
    const size_t left = ((const fc_torch_entry *)a)->start;
    const size_t right = ((const fc_torch_entry *)b)->start;
    return (left > right) - (left < right);
}

static int compare_bytes(fc_bytes left, fc_bytes right)
{
    const size_t shorter = left.size < right.size ? left.size : right.size;
    const int order = memcmp(left.data, right.data, shorter);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

static int compare_names(const void *a, const void *b)
{
    return compare_bytes(((const fc_torch_entry *)a)->name, ((const fc_torch_entry *)b)->name);
}

static fc_status check_overlaps(fc_bytes file, fc_torch_zip *zip, fc_error *err)
{
    qsort(zip->entries, zip->count, sizeof *zip->entries, compare_starts);
    for (size_t i = 1; i < zip->count; i++) {
        const fc_torch_entry *before = &zip->entries[i - 1];
        const fc_torch_entry *entry = &zip->entries[i];
        const size_t end = (size_t)(before->data.data - file.data) + before->data.size;
        if (end > entry->start) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "checkpoint: entries '%.*s' and '%.*s' overlap", (int)before->name.size,
                           (const char *)before->name.data, (int)entry->name.size,
                           (const char *)entry->name.data);
        }
    }
    return FC_OK;
}

static fc_status order_by_name(fc_torch_zip *zip, fc_error *err)
{
    qsort(zip->entries, zip->count, sizeof *zip->entries, compare_names);
    for (size_t i = 1; i < zip->count; i++) {
        const fc_bytes name = zip->entries[i].name;
        if (compare_bytes(zip->entries[i - 1].name, name) == 0) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: two entries '%.*s'",
                           (int)name.size, (const char *)name.data);
        }
    }
    return FC_OK;
}

/* A checkpoint that somebody has zipped once more has an entry that begins like a zip. */
static bool holds_a_zip(const fc_torch_zip *zip)
{
    for (size_t i = 0; i < zip->count; i++) {
        const fc_bytes data = zip->entries[i].data;
        if (data.size >= LOCAL_SIZE && fc_little32(data.data) == LOCAL_MARK) {
            return true;
        }
    }
    return false;
}

static fc_status find_folder(fc_torch_zip *zip, fc_error *err)
{
    static const char TAIL[] = "/data.pkl";
    const size_t tail_size = sizeof TAIL - 1;
    int found = 0;
    for (size_t i = 0; i < zip->count; i++) {
        const fc_bytes name = zip->entries[i].name;
        if (name.size > tail_size &&
            memcmp(name.data + name.size - tail_size, TAIL, tail_size) == 0) {
            zip->folder = (fc_bytes){ name.data, name.size - tail_size };
            found++;
        }
    }
    if (found == 0 && holds_a_zip(zip)) {
        return refuse(err, "a zip within a zip, unpack the outer one first");
    }
    if (found != 1) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: %d files data.pkl, a PyTorch checkpoint has one", found);
    }
    return FC_OK;
}

fc_status fc_torch_zip_new(fc_bytes file, fc_torch_zip **out, fc_error *err)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    FC_ASSERT(out != NULL);

    zip_directory directory = { 0 };
    FC_TRY(find_directory(file, &directory, err));
    if (directory.count == 0 || directory.count > FC_TORCH_ENTRIES_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: %" PRIu64 " entries, 1 to %d are read", directory.count,
                       FC_TORCH_ENTRIES_MAX);
    }
    FC_AUTO(fc_torch_zip) zip = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_torch_zip), (void **)&zip, err));
    zip->count = (size_t)directory.count;
    zip->directory = directory.bytes;
    FC_TRY(fc_memory_new_zeroed(zip->count, sizeof *zip->entries, (void **)&zip->entries, err));
    const size_t limit = (size_t)(directory.bytes.data - file.data);
    fc_bytes rest = zip->directory;
    for (size_t i = 0; i < zip->count; i++) {
        FC_TRY(read_entry(file, limit, &rest, &zip->entries[i], err));
    }
    if (rest.size != 0) {
        return refuse(err, "the zip's directory is longer than its entries");
    }
    FC_TRY(check_overlaps(file, zip, err));
    FC_TRY(order_by_name(zip, err));
    FC_TRY(find_folder(zip, err));
    *out = FC_STEAL(zip);
    return FC_OK;
}

void fc_torch_zip_free(fc_torch_zip *zip)
{
    if (zip != NULL) {
        fc_memory_free(zip->entries);
        fc_memory_free(zip);
    }
}

const fc_torch_entry *fc_torch_zip_lookup(const fc_torch_zip *zip, const char *place, fc_bytes key)
{
    FC_ASSERT(zip != NULL);
    FC_ASSERT(place != NULL);

    uint8_t name[FC_TORCH_NAME_MAX];
    const size_t place_size = strlen(place);
    const size_t size = zip->folder.size + 1 + place_size + key.size;
    if (key.size > sizeof name || size > sizeof name) {
        return NULL;
    }
    memcpy(name, zip->folder.data, zip->folder.size);
    name[zip->folder.size] = '/';
    memcpy(name + zip->folder.size + 1, place, place_size);
    if (key.size > 0) {
        memcpy(name + zip->folder.size + 1 + place_size, key.data, key.size);
    }
    const fc_torch_entry wanted = { .name = { name, size } };
    return bsearch(&wanted, zip->entries, zip->count, sizeof *zip->entries, compare_names);
}
