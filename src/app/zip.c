#include "app/zip.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
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

/* Entries the list has room for at first; it doubles. */
#define ENTRIES_AT_FIRST 16

typedef struct entry {
    char name[FC_ZIP_NAME_SIZE];
    uint32_t size;
    uint32_t crc32;
    uint32_t offset;
    uint16_t date;
    uint16_t time;
} entry;

struct fc_zip {
    entry *entries;
    size_t count;
    size_t capacity;
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
        fc_memory_free(zip->entries);
        fc_memory_free(zip);
    }
}

/* ---- names --------------------------------------------------------------------------------- */

/* The last part of the path, without what some file system or shell takes amiss. */
static void clean_name(const char *given, char name[FC_ZIP_NAME_SIZE])
{
    for (const char *at = given; *at != '\0'; at++) {
        given = *at == '/' || *at == '\\' ? at + 1 : given;
    }
    (void)snprintf(name, FC_ZIP_NAME_SIZE, "%s", given);
    for (char *at = name; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte < 0x20 || byte == 0x7F || strchr("\"*:<>?|", *at) != NULL) {
            *at = '_';
        }
    }
    if (name[0] == '.' || name[0] == '\0') { /* also "." and "..", and hidden files */
        name[1] = name[0] == '\0' ? '\0' : name[1];
        name[0] = '_';
    }
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Names that differ in case only are one file on some systems. */
static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static bool is_taken(const fc_zip *zip, const char *name)
{
    for (size_t i = 0; i < zip->count; i++) {
        if (same_name(zip->entries[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* "face.png", "face-2.png", "face-3.png"... */
static void make_unique(const fc_zip *zip, char name[FC_ZIP_NAME_SIZE])
{
    char plain[FC_ZIP_NAME_SIZE];
    (void)snprintf(plain, sizeof plain, "%s", name);
    const char *dot = strrchr(plain, '.');
    const char *ending = dot != NULL && dot != plain && strlen(dot) <= 8 ? dot : "";
    const int stem = (int)(strlen(plain) - strlen(ending));
    for (size_t number = 2; is_taken(zip, name); number++) {
        char suffix[40];
        (void)snprintf(suffix, sizeof suffix, "-%zu%s", number, ending);
        const int room = FC_ZIP_NAME_SIZE - 1 - (int)strlen(suffix);
        (void)snprintf(name, FC_ZIP_NAME_SIZE, "%.*s%s", stem < room ? stem : room, plain, suffix);
    }
}

/* ---- records ------------------------------------------------------------------------------- */

static uint8_t *put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value), value >> 16);
}

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
    at = put16(at, VERSION_NEEDED);
    at = put16(at, FLAG_UTF8);
    at = put16(at, 0); /* stored */
    at = put16(at, file->time);
    at = put16(at, file->date);
    at = put32(at, file->crc32);
    at = put32(at, file->size); /* compressed */
    at = put32(at, file->size);
    return put16(at, (uint32_t)strlen(file->name));
}

static fc_status put_local(const entry *file, fc_buffer *out, fc_error *err)
{
    uint8_t header[LOCAL_BYTES + FC_ZIP_NAME_SIZE];
    uint8_t *at = put_facts(put32(header, 0x04034B50), file);
    at = put16(at, 0); /* no extra field */
    memcpy(at, file->name, strlen(file->name));
    return fc_buffer_append(out, header, LOCAL_BYTES + strlen(file->name), err);
}

static fc_status put_central(const entry *file, fc_buffer *out, fc_error *err)
{
    uint8_t header[CENTRAL_BYTES + FC_ZIP_NAME_SIZE];
    uint8_t *at = put_facts(put16(put32(header, 0x02014B50), VERSION_MADE_BY), file);
    at = put16(at, 0); /* no extra field */
    at = put16(at, 0); /* no comment */
    at = put16(at, 0); /* first disk */
    at = put16(at, 0); /* not known to be text */
    at = put32(at, ATTRIBUTES);
    at = put32(at, file->offset);
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
    FC_TRY(fc_memory_new(capacity, sizeof *entries, (void **)&entries, err));
    if (zip->count > 0) {
        memcpy(entries, zip->entries, zip->count * sizeof *entries);
    }
    fc_memory_free(zip->entries);
    zip->entries = entries;
    zip->capacity = capacity;
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
    entry file = { .crc32 = crc32, .offset = (uint32_t)zip->offset };
    clean_name(name, file.name);
    make_unique(zip, file.name);
    set_time(&file, time_s);
    const int64_t name_bytes = (int64_t)strlen(file.name);
    if (size > UINT32_MAX ||
        fc_zip_size(zip) + size + LOCAL_BYTES + CENTRAL_BYTES + 2 * name_bytes > UINT32_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "the archive would be larger than 4 GB");
    }
    file.size = (uint32_t)size;
    FC_TRY(make_room(zip, err));
    FC_TRY(put_local(&file, header, err));
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
    uint8_t *at = put32(end, 0x06054B50);
    at = put32(at, 0); /* this disk, and that of the directory */
    at = put16(at, (uint32_t)zip->count);
    at = put16(at, (uint32_t)zip->count);
    at = put32(at, (uint32_t)zip->directory_bytes);
    at = put32(at, (uint32_t)zip->offset);
    (void)put16(at, 0); /* no comment */
    FC_TRY(fc_buffer_append(&whole, end, sizeof end, err));
    return fc_buffer_append(directory, whole.data, whole.size, err);
}
