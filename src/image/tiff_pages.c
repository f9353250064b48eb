#include "image/tiff_pages.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/limits.h"

/* Pages looked at, those within a page, and entries of a directory: scanned books have hundreds of
 * pages, and the first is the one that counts. */
#define PAGES_MAX 64
#define INNER_PAGES_MAX 16
#define ENTRIES_MAX 4096

/* Pages of this many times the pixels show that the one before was a thumbnail. */
#define LARGER 4

enum tag {
    TAG_SUBFILE = 254,
    TAG_OLD_SUBFILE = 255,
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_COMPRESSION = 259,
    TAG_PHOTOMETRIC = 262,
    TAG_MAKE = 271,
    TAG_ORIENTATION = 274,
    TAG_INNER = 330,
    TAG_PROFILE = 34675,
    TAG_DNG_VERSION = 50706,
};

enum { SUBFILE_REDUCED = 1, SUBFILE_MASK = 4, OLD_SUBFILE_REDUCED = 2 };
enum { PHOTOMETRIC_OF_MASK = 4, PHOTOMETRIC_OF_FILTERS = 32803, PHOTOMETRIC_OF_LINEAR_RAW = 34892 };

/* A file and how its numbers are written. */
typedef struct tiff_reader {
    fc_bytes file;
    bool is_little;
    bool is_big; /* BigTIFF: counts and offsets of 8 bytes */
} tiff_reader;

typedef struct tiff_directory {
    uint64_t offset;
    uint64_t next;
    uint64_t width;
    uint64_t height;
    uint64_t orientation;
    uint64_t compression;
    uint64_t photometric;
    bool is_reduced;
    bool is_dng;
    bool has_profile;
    char make[8]; /* its beginning */
    uint64_t inner[INNER_PAGES_MAX];
    size_t inner_count;
} tiff_directory;

static bool holds(const tiff_reader *reader, uint64_t at, uint64_t size)
{
    return at <= reader->file.size && size <= reader->file.size - at;
}

/* A number of 1 to 8 bytes, which the file holds. */
static uint64_t read_number(const tiff_reader *reader, uint64_t at, uint64_t size)
{
    const uint8_t *from = reader->file.data + at;
    return reader->is_little ? fc_little(from, (int)size) : fc_big(from, (int)size);
}

/* Bytes of one value of a type; 0 for those that are no whole numbers. */
static uint64_t type_size(uint64_t type)
{
    enum { BYTE = 1, ASCII = 2, SHORT = 3, LONG = 4, IFD = 13, LONG8 = 16, IFD8 = 18 };
    switch (type) {
    case BYTE:
    case ASCII:
        return 1;
    case SHORT:
        return 2;
    case LONG:
    case IFD:
        return 4;
    case LONG8:
    case IFD8:
        return 8;
    default:
        return 0;
    }
}

/* Values of one entry. */
typedef struct tiff_values {
    uint64_t at;
    uint64_t size; /* of one */
    uint64_t count;
} tiff_values;

/* Entry: tag and type of 2 bytes each, count, then the values or where they are. */
static tiff_values find_values(const tiff_reader *reader, uint64_t entry)
{
    const uint64_t word = reader->is_big ? 8 : 4;
    tiff_values values = { .size = type_size(read_number(reader, entry + 2, 2)),
                           .count = read_number(reader, entry + 4, word) };
    if (values.size == 0 || values.count > reader->file.size) {
        return (tiff_values){ 0 };
    }
    const uint64_t place = entry + 4 + word;
    const uint64_t size = values.size * values.count;
    values.at = size <= word ? place : read_number(reader, place, word);
    return holds(reader, values.at, size) ? values : (tiff_values){ 0 };
}

static uint64_t value_at(const tiff_reader *reader, tiff_values values, uint64_t i)
{
    return i < values.count ? read_number(reader, values.at + i * values.size, values.size) : 0;
}

static void take_inner(const tiff_reader *reader, tiff_values values, tiff_directory *directory)
{
    const uint64_t count = values.count < INNER_PAGES_MAX ? values.count : INNER_PAGES_MAX;
    for (uint64_t i = 0; i < count; i++) {
        directory->inner[i] = value_at(reader, values, i);
    }
    directory->inner_count = (size_t)count;
}

static void take_make(const tiff_reader *reader, tiff_values values, tiff_directory *directory)
{
    const size_t room = sizeof directory->make - 1;
    const size_t size = values.size != 1 ? 0 : values.count < room ? (size_t)values.count : room;
    memcpy(directory->make, reader->file.data + values.at, size);
    directory->make[size] = '\0';
}

static void take_entry(const tiff_reader *reader, uint64_t entry, tiff_directory *directory)
{
    const tiff_values values = find_values(reader, entry);
    const uint64_t first = value_at(reader, values, 0);
    switch (read_number(reader, entry, 2)) {
    case TAG_SUBFILE:
        directory->is_reduced |= (first & (SUBFILE_REDUCED | SUBFILE_MASK)) != 0;
        break;
    case TAG_OLD_SUBFILE:
        directory->is_reduced |= first == OLD_SUBFILE_REDUCED;
        break;
    case TAG_WIDTH:
        directory->width = first;
        break;
    case TAG_HEIGHT:
        directory->height = first;
        break;
    case TAG_COMPRESSION:
        directory->compression = first;
        break;
    case TAG_PHOTOMETRIC:
        directory->photometric = first;
        directory->is_reduced |= first == PHOTOMETRIC_OF_MASK;
        break;
    case TAG_MAKE:
        take_make(reader, values, directory);
        break;
    case TAG_ORIENTATION:
        directory->orientation = first;
        break;
    case TAG_INNER:
        take_inner(reader, values, directory);
        break;
    case TAG_PROFILE:
        directory->has_profile = true;
        break;
    case TAG_DNG_VERSION:
        directory->is_dng = true;
        break;
    default:
        break;
    }
}

static bool read_directory(const tiff_reader *reader, uint64_t offset, tiff_directory *out)
{
    const uint64_t word = reader->is_big ? 8 : 4;
    const uint64_t count_size = reader->is_big ? 8 : 2;
    const uint64_t entry_size = reader->is_big ? 20 : 12;
    if (offset == 0 || !holds(reader, offset, count_size)) {
        return false;
    }
    const uint64_t count = read_number(reader, offset, count_size);
    const uint64_t first = offset + count_size;
    if (count == 0 || count > ENTRIES_MAX || !holds(reader, first, count * entry_size)) {
        return false;
    }
    *out = (tiff_directory){ .offset = offset };
    for (uint64_t i = 0; i < count; i++) {
        take_entry(reader, first + i * entry_size, out);
    }
    const uint64_t end = first + count * entry_size;
    out->next = holds(reader, end, word) ? read_number(reader, end, word) : 0;
    return true;
}

/* Whether a page holds what a sensor saw, not yet developed: by its colours, or by a compression
 * that only cameras write. */
static bool is_raw(const tiff_directory *directory)
{
    static const uint16_t COMPRESSIONS[] = { 32767, 32769, 32770, 34713, 34892, 65000, 65535 };
    for (size_t i = 0; i < sizeof COMPRESSIONS / sizeof COMPRESSIONS[0]; i++) {
        if (directory->compression == COMPRESSIONS[i]) {
            return true;
        }
    }
    return directory->is_dng || directory->photometric == PHOTOMETRIC_OF_FILTERS ||
           directory->photometric == PHOTOMETRIC_OF_LINEAR_RAW;
}

/* What the maker calls such files. */
static const char *raw_name(const char *make)
{
    static const struct {
        const char *make;
        const char *name;
    } NAMES[] = { { "Canon", "CR2" },  { "NIKON", "NEF" },   { "SONY", "ARW" },
                  { "PENTAX", "PEF" }, { "SAMSUNG", "SRW" }, { "EPSON", "ERF" } };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strncmp(make, NAMES[i].make, strlen(NAMES[i].make)) == 0) {
            return NAMES[i].name;
        }
    }
    return "of a maker that is not known";
}

static FC_COLD fc_status refuse_raw(const char *name, fc_error *err)
{
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a raw camera file (%s), which is not developed yet; the picture made of it is "
                   "accepted, as a JPEG for example",
                   name);
}

/* What was seen so far. */
typedef struct tiff_choice {
    tiff_directory page;      /* no thumbnail; width 0 where there is none yet */
    tiff_directory thumbnail; /* the largest */
    uint64_t orientation;     /* of the first page */
    char make[8];
} tiff_choice;

static uint64_t pixels_of(const tiff_directory *directory)
{
    const uint64_t max = UINT32_MAX; /* larger ones are refused anyway */
    return (directory->width < max ? directory->width : max) *
           (directory->height < max ? directory->height : max);
}

static fc_status consider(const tiff_directory *directory, tiff_choice *choice, fc_error *err)
{
    if (choice->make[0] == '\0') {
        memcpy(choice->make, directory->make, sizeof choice->make);
    }
    if (is_raw(directory)) {
        return refuse_raw(directory->is_dng ? "DNG" : raw_name(choice->make), err);
    }
    tiff_directory *best = directory->is_reduced ? &choice->thumbnail : &choice->page;
    const uint64_t pixels = pixels_of(directory);
    const bool is_larger =
        directory->is_reduced ? pixels > pixels_of(best) : pixels / LARGER >= pixels_of(best);
    if (pixels > 0 && (best->width == 0 || is_larger)) {
        *best = *directory;
    }
    return FC_OK;
}

static fc_status consider_all(const tiff_reader *reader, uint64_t offset, tiff_choice *choice,
                              fc_error *err)
{
    tiff_directory directory;
    for (int32_t i = 0; i < PAGES_MAX && read_directory(reader, offset, &directory); i++) {
        if (i == 0) {
            choice->orientation = directory.orientation;
        }
        FC_TRY(consider(&directory, choice, err));
        for (size_t j = 0; j < directory.inner_count; j++) {
            tiff_directory inner;
            if (read_directory(reader, directory.inner[j], &inner)) {
                FC_TRY(consider(&inner, choice, err));
            }
        }
        offset = directory.next;
    }
    return FC_OK;
}

static int32_t orientation_of(const tiff_directory *page, const tiff_choice *choice)
{
    const uint64_t value = page->orientation != 0 ? page->orientation : choice->orientation;
    return value >= 1 && value <= 8 ? (int32_t)value : 1;
}

fc_status fc_tiff_find_page(fc_bytes file, fc_tiff_page *out, fc_error *err)
{
    enum { HEADER_SIZE = 8, BIG_HEADER_SIZE = 16, BIG_MARK = 43, CR2_MARK_AT = 8 };
    FC_ASSERT(out != NULL);

    if (file.size < BIG_HEADER_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF of %zu bytes", file.size);
    }
    tiff_reader reader = { .file = file, .is_little = file.data[0] == 'I' };
    reader.is_big = read_number(&reader, 2, 2) == BIG_MARK;
    if (!reader.is_big && memcmp(file.data + CR2_MARK_AT, "CR\2", 3) == 0) {
        return refuse_raw("CR2", err);
    }
    tiff_choice choice = { 0 };
    const uint64_t first =
        reader.is_big ? read_number(&reader, HEADER_SIZE, 8) : read_number(&reader, 4, 4);
    FC_TRY(consider_all(&reader, first, &choice, err));
    const tiff_directory *page = choice.page.width > 0 ? &choice.page : &choice.thumbnail;
    if (page->width == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF cut short, or without a picture");
    }
    if (page->width > FC_IMAGE_SIDE_MAX || page->height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRIu64 " x %" PRIu64 " px, at most %d a side are accepted",
                       page->width, page->height, FC_IMAGE_SIDE_MAX);
    }
    *out = (fc_tiff_page){ .offset = page->offset,
                           .size = { (int32_t)page->width, (int32_t)page->height },
                           .orientation = orientation_of(page, &choice),
                           .has_profile = page->has_profile };
    return FC_OK;
}
