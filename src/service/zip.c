#include "service/zip.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/memory.h"

#define LOCAL_BYTES 30
#define CENTRAL_BYTES 46
#define END_BYTES 22

/* 2.0, the version that knows folders and is understood everywhere. */
#define VERSION_NEEDED 20
/* Made on Unix, which gives meaning to the permissions. */
#define VERSION_MADE_BY ((3 << 8) | 20)
#define FLAG_UTF8 (1 << 11)
/* A plain file, rw-r--r--. */
#define ATTRIBUTES (UINT32_C(0100644) << 16)

/* Entries the list has room for at first, a power of two; it doubles. */
#define ENTRIES_AT_FIRST 16

typedef struct entry {
    char name[FC_ZIP_NAME_SIZE];
    uint32_t size;
    uint32_t crc32;
    uint32_t offset;
    uint16_t date;
    uint16_t time;
    uint32_t number; /* given last to another file of this name */
} entry;

struct fc_zip {
    entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *places;        /* entries by their names: index + 1, 0: free */
    size_t place_count;      /* a power of two, at least twice the capacity */
    int64_t offset;          /* of the next file */
    int64_t directory_bytes; /* without its end */
};

fc_status fc_zip_new(fc_zip **out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    return fc_memory_new_zeroed(1, sizeof **out, (void **)out, err);
}

void fc_zip_free(fc_zip *zip)
{
    if (zip != NULL) {
        fc_memory_free(zip->places);
        fc_memory_free(zip->entries);
        fc_memory_free(zip);
    }
}

/* ---- names --------------------------------------------------------------------------------- */

/* Where a name is, or the free place where it belongs. The table is never full. */
static uint32_t *find_place(const fc_zip *zip, const char *name)
{
    size_t at = fc_zip_name_hash(name) & (zip->place_count - 1);
    while (zip->places[at] != 0 &&
           !fc_zip_name_same(zip->entries[zip->places[at] - 1].name, name)) {
        at = (at + 1) & (zip->place_count - 1);
    }
    return &zip->places[at];
}

/* "face.png", "face-2.png", "face-3.png"... Each name knows the number that it gave last, so that a
 * thousand photos of one name are not compared with each other. */
static void make_unique(const fc_zip *zip, char name[FC_ZIP_NAME_SIZE])
{
    const uint32_t first = *find_place(zip, name);
    if (first == 0) {
        return;
    }
    char plain[FC_ZIP_NAME_SIZE];
    memcpy(plain, name, sizeof plain);
    uint32_t *number = &zip->entries[first - 1].number;
    do {
        fc_zip_name_number(plain, ++*number, name);
    } while (*find_place(zip, name) != 0);
}

/* ---- records ------------------------------------------------------------------------------- */

/* MS-DOS time, in UTC: from 1980, in steps of 2 s. */
static void set_time(entry *file, int64_t time_s)
{
    const time_t clock = (time_t)time_s;
    struct tm parts = { 0 };
    if (gmtime_r(&clock, &parts) == NULL || parts.tm_year < 80 || parts.tm_year > 207) {
        parts = (struct tm){ .tm_year = 80, .tm_mday = 1 };
    }
    file->date =
        (uint16_t)(((parts.tm_year - 80) << 9) | ((parts.tm_mon + 1) << 5) | parts.tm_mday);
    file->time = (uint16_t)((parts.tm_hour << 11) | (parts.tm_min << 5) | (parts.tm_sec / 2));
}

/* What both headers say, in the same order: from the version to the length of the name. */
static uint8_t *put_facts(uint8_t *at, const entry *file)
{
    at = fc_put_little16(at, VERSION_NEEDED);
    at = fc_put_little16(at, FLAG_UTF8);
    at = fc_put_little16(at, 0); /* stored */
    at = fc_put_little16(at, file->time);
    at = fc_put_little16(at, file->date);
    at = fc_put_little32(at, file->crc32);
    at = fc_put_little32(at, file->size); /* compressed */
    at = fc_put_little32(at, file->size);
    return fc_put_little16(at, (uint32_t)strlen(file->name));
}

static fc_status put_local(const entry *file, fc_buffer *out, fc_error *err)
{
    uint8_t header[LOCAL_BYTES + FC_ZIP_NAME_SIZE];
    uint8_t *at = put_facts(fc_put_little32(header, 0x04034B50), file);
    at = fc_put_little16(at, 0); /* no extra field */
    memcpy(at, file->name, strlen(file->name));
    return fc_buffer_append(out, header, LOCAL_BYTES + strlen(file->name), err);
}

static fc_status put_central(const entry *file, fc_buffer *out, fc_error *err)
{
    uint8_t header[CENTRAL_BYTES + FC_ZIP_NAME_SIZE];
    uint8_t *at =
        put_facts(fc_put_little16(fc_put_little32(header, 0x02014B50), VERSION_MADE_BY), file);
    at = fc_put_little16(at, 0); /* no extra field */
    at = fc_put_little16(at, 0); /* no comment */
    at = fc_put_little16(at, 0); /* first disk */
    at = fc_put_little16(at, 0); /* not known to be text */
    at = fc_put_little32(at, ATTRIBUTES);
    at = fc_put_little32(at, file->offset);
    memcpy(at, file->name, strlen(file->name));
    return fc_buffer_append(out, header, CENTRAL_BYTES + strlen(file->name), err);
}

/* ---- the archive --------------------------------------------------------------------------- */

static fc_status make_room(fc_zip *zip, fc_error *err)
{
    if (zip->count < zip->capacity) {
        return FC_OK;
    }
    const size_t capacity = zip->capacity == 0 ? ENTRIES_AT_FIRST : 2 * zip->capacity;
    entry *entries = NULL;
    uint32_t *places = NULL;
    FC_TRY(fc_memory_new(capacity, sizeof *entries, (void **)&entries, err));
    const fc_status status =
        fc_memory_new_zeroed(2 * capacity, sizeof *places, (void **)&places, err);
    if (status != FC_OK) {
        fc_memory_free(entries);
        return status;
    }
    if (zip->count > 0) {
        memcpy(entries, zip->entries, zip->count * sizeof *entries);
    }
    fc_memory_free(zip->entries);
    fc_memory_free(zip->places);
    zip->entries = entries;
    zip->capacity = capacity;
    zip->places = places;
    zip->place_count = 2 * capacity;
    for (size_t i = 0; i < zip->count; i++) {
        *find_place(zip, entries[i].name) = (uint32_t)i + 1;
    }
    return FC_OK;
}

fc_status fc_zip_add(fc_zip *zip, const char *name, int64_t size, uint32_t crc32, int64_t time_s,
                     fc_buffer *header, fc_error *err)
{
    FC_ASSERT(zip != NULL);
    FC_ASSERT(name != NULL);
    FC_ASSERT(size >= 0);
    FC_ASSERT(header != NULL);

    if (zip->count >= FC_ZIP_ENTRIES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than the %d files that an archive may hold",
                       FC_ZIP_ENTRIES_MAX);
    }
    FC_TRY(make_room(zip, err));
    entry file = { .crc32 = crc32, .offset = (uint32_t)zip->offset, .number = 1 };
    fc_zip_name_clean(name, file.name);
    make_unique(zip, file.name);
    set_time(&file, time_s);
    const int64_t name_bytes = (int64_t)strlen(file.name);
    if (size > UINT32_MAX ||
        fc_zip_size(zip) + size + LOCAL_BYTES + CENTRAL_BYTES + 2 * name_bytes > UINT32_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "the archive would be larger than 4 GB");
    }
    file.size = (uint32_t)size;
    FC_TRY(put_local(&file, header, err));
    *find_place(zip, file.name) = (uint32_t)zip->count + 1;
    zip->entries[zip->count++] = file;
    zip->offset += LOCAL_BYTES + name_bytes + size;
    zip->directory_bytes += CENTRAL_BYTES + name_bytes;
    return FC_OK;
}

int64_t fc_zip_size(const fc_zip *zip)
{
    FC_ASSERT(zip != NULL);
    return zip->offset + zip->directory_bytes + END_BYTES;
}

fc_status fc_zip_end(const fc_zip *zip, fc_buffer *directory, fc_error *err)
{
    FC_ASSERT(zip != NULL);
    FC_ASSERT(directory != NULL);

    FC_AUTO_BUFFER(whole, (size_t)zip->directory_bytes + END_BYTES);
    for (size_t i = 0; i < zip->count; i++) {
        FC_TRY(put_central(&zip->entries[i], &whole, err));
    }
    uint8_t end[END_BYTES];
    uint8_t *at = fc_put_little32(end, 0x06054B50);
    at = fc_put_little32(at, 0); /* this disk, and that of the directory */
    at = fc_put_little16(at, (uint32_t)zip->count);
    at = fc_put_little16(at, (uint32_t)zip->count);
    at = fc_put_little32(at, (uint32_t)zip->directory_bytes);
    at = fc_put_little32(at, (uint32_t)zip->offset);
    (void)fc_put_little16(at, 0); /* no comment */
    FC_TRY(fc_buffer_append(&whole, end, sizeof end, err));
    return fc_buffer_append(directory, whole.data, whole.size, err);
}
