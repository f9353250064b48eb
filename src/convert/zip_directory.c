#include "convert/zip_directory.h"

#include <stdbool.h>

#include "base/assert.h"
#include "convert/little_endian.h"

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

fc_status fc_zip_directory_find(fc_bytes file, fc_zip_directory *out, fc_error *err)
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
    *out = (fc_zip_directory){ end.count, { file.data + end.start, (size_t)end.size } };
    return FC_OK;
}
