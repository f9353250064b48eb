#define ZLIB_CONST /* it only reads what it unpacks */
#include "image/png_chunks.h"
#include "base/byte_order.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/exif.h"
#include "image/icc.h"

#define BODY_OFFSET 8

/* Bit of the first letter of a type: small letters are for what a reader may skip. */
#define MAY_BE_SKIPPED 0x20

bool fc_png_chunk_next(fc_bytes file, size_t *at, fc_png_chunk *out)
{
    FC_ASSERT(at != NULL && *at <= file.size);
    FC_ASSERT(out != NULL);

    const size_t left = file.size - *at;
    if (left < FC_PNG_CHUNK_OVERHEAD) {
        return false;
    }
    const uint8_t *chunk = file.data + *at;
    const size_t size = fc_big32(chunk);
    if (size > left - FC_PNG_CHUNK_OVERHEAD) {
        return false;
    }
    *out = (fc_png_chunk){ .whole = { chunk, size + FC_PNG_CHUNK_OVERHEAD },
                           .body = { chunk + BODY_OFFSET, size } };
    *at += out->whole.size;
    return true;
}

bool fc_png_chunk_is_critical(const fc_png_chunk *chunk)
{
    return (chunk->whole.data[4] & MAY_BE_SKIPPED) == 0;
}

bool fc_png_chunk_is_sound(const fc_png_chunk *chunk)
{
    const uLong sum = crc32_z(0, chunk->whole.data + 4, chunk->body.size + 4);
    return sum == fc_big32(chunk->body.data + chunk->body.size);
}

static void *allocate(void *context, unsigned count, unsigned size)
{
    (void)context;
    void *block = NULL;
    return fc_memory_new(count, size, &block, NULL) == FC_OK ? block : NULL;
}

static void release(void *context, void *block)
{
    (void)context;
    fc_memory_free(block);
}

fc_status fc_png_unpack(fc_bytes packed, uint8_t *out, size_t size_max, size_t *size, fc_error *err)
{
    FC_ASSERT(size_max <= UINT32_MAX && packed.size <= UINT32_MAX);
    FC_ASSERT(size != NULL);

    z_stream stream = { .zalloc = allocate,
                        .zfree = release,
                        .next_in = packed.data,
                        .avail_in = (uInt)packed.size,
                        .next_out = out,
                        .avail_out = (uInt)size_max };
    int status = inflateInit(&stream);
    if (status == Z_OK) {
        status = inflate(&stream, Z_SYNC_FLUSH);
        (void)inflateEnd(&stream);
    }
    if (status == Z_MEM_ERROR) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for what a PNG has packed");
    }
    *size = size_max - stream.avail_out;
    return FC_OK;
}

#define HEADER_BODY_SIZE 13
#define INTERLACE_OFFSET 12 /* within the body of the header chunk */
#define KEYWORD_SIZE_MAX 80 /* with its final zero */

/* The zlib stream of a colour profile's chunk; size 0 where there is none. Body: keyword, zero,
 *  method 0, zlib stream. */
static fc_bytes packed_profile(fc_bytes body)
{
    const size_t searched = body.size < KEYWORD_SIZE_MAX ? body.size : KEYWORD_SIZE_MAX;
    const uint8_t *end = searched > 0 ? memchr(body.data, 0, searched) : NULL;
    if (end == NULL || (size_t)(end - body.data) + 2 >= body.size) {
        return (fc_bytes){ NULL, 0 };
    }
    return (fc_bytes){ end + 2, body.size - (size_t)(end + 2 - body.data) };
}

static fc_status check_first(const fc_png_chunk *chunk, fc_png_header *header, fc_error *err)
{
    if (fc_png_chunk_is(chunk, "CgBI")) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a PNG in Apple's own kind (CgBI) that only its devices read");
    }
    if (!fc_png_chunk_is(chunk, "IHDR") || chunk->body.size != HEADER_BODY_SIZE) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG that does not begin with its header");
    }
    header->interlaced = chunk->body.data[INTERLACE_OFFSET] != 0;
    return FC_OK;
}

static bool are_letters(const char *type)
{
    for (size_t i = 0; i < 4; i++) {
        const uint8_t small = (uint8_t)type[i] | 0x20;
        if (small < 'a' || small > 'z') {
            return false;
        }
    }
    return true;
}

/* Only header, palette and pixels must be understood. */
static fc_status check_known(const fc_png_chunk *chunk, fc_error *err)
{
    if (!fc_png_chunk_is_critical(chunk) || fc_png_chunk_is(chunk, "PLTE")) {
        return FC_OK;
    }
    const char *type = (const char *)chunk->whole.data + 4;
    if (fc_png_chunk_is(chunk, "IHDR") || fc_png_chunk_is(chunk, "IEND") ||
        !fc_png_chunk_is_sound(chunk) || !are_letters(type)) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG damaged before its pixels");
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a PNG with a part \"%.4s\" that has to be understood and is not known", type);
}

fc_status fc_png_scan(fc_bytes file, fc_png_header *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);

    fc_png_header header = { 0 };
    fc_png_chunk chunk;
    size_t at = FC_PNG_SIGNATURE_SIZE;
    for (bool is_first = true; fc_png_chunk_next(file, &at, &chunk); is_first = false) {
        if (is_first) {
            FC_TRY(check_first(&chunk, &header, err));
        } else if (fc_png_chunk_is(&chunk, "IDAT")) {
            *out = header;
            return FC_OK;
        } else {
            FC_TRY(check_known(&chunk, err));
        }
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG cut short before its pixels");
}

/* Of a profile in a text: the directory with the orientation stands at its beginning, thumbnails
 * behind it. */
#define TEXT_SIZE_MAX ((size_t)64 << 10)

/* Texts of that name that are looked at. */
#define TEXTS_MAX 16

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Moves behind the zero that ends a string; false where there is none. */
static bool skip_string(fc_bytes *text)
{
    const uint8_t *end = text->size > 0 ? memchr(text->data, 0, text->size) : NULL;
    if (end == NULL) {
        return false;
    }
    text->size -= (size_t)(end + 1 - text->data);
    text->data = end + 1;
    return true;
}

/* Bodies: tEXt keyword, zero, text. zTXt keyword, zero, method, packed text. iTXt keyword, zero,
 * whether it is packed, method, language, zero, translated keyword, zero, text. */
static bool find_text(const fc_png_chunk *chunk, fc_bytes *text, bool *is_packed)
{
    *text = chunk->body;
    const bool is_plain = fc_png_chunk_is(chunk, "tEXt");
    const bool is_international = fc_png_chunk_is(chunk, "iTXt");
    const size_t flags = is_plain ? 0 : is_international ? 2 : 1;
    if (!skip_string(text) || text->size < flags) {
        return false;
    }
    *is_packed = !is_plain && (!is_international || text->data[0] != 0);
    text->data += flags;
    text->size -= flags;
    return !is_international || (skip_string(text) && skip_string(text));
}

static bool is_raw_profile(const fc_png_chunk *chunk)
{
    static const char EXIF[] = "Raw profile type exif"; /* compared with the final zero */
    static const char APP1[] = "Raw profile type APP1";
    if (!fc_png_chunk_is(chunk, "tEXt") && !fc_png_chunk_is(chunk, "zTXt") &&
        !fc_png_chunk_is(chunk, "iTXt")) {
        return false;
    }
    return chunk->body.size > sizeof EXIF && (memcmp(chunk->body.data, EXIF, sizeof EXIF) == 0 ||
                                              memcmp(chunk->body.data, APP1, sizeof APP1) == 0);
}

static int32_t hexadecimal(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const uint8_t small = c | 0x20;
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* Moves over white space and one word. */
static void skip_word(fc_bytes *text)
{
    bool in_word = false;
    while (text->size > 0 && !(in_word && is_space(*text->data))) {
        in_word = in_word || !is_space(*text->data);
        text->data++;
        text->size--;
    }
}

/* Text: the profile's name, its number of bytes, then its bytes in hexadecimal, in lines. What
 * came of them stands in `bytes`; the text ends where something else does. */
static size_t read_hexadecimal(fc_bytes text, uint8_t *bytes)
{
    skip_word(&text);
    skip_word(&text);
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        const int32_t digit = hexadecimal(text.data[i]);
        if (digit >= 0) {
            const int32_t high = digits % 2 == 0 ? 0 : bytes[digits / 2] << 4;
            bytes[digits / 2] = (uint8_t)(high | digit);
            digits++;
        } else if (!is_space(text.data[i])) {
            break;
        }
    }
    return digits / 2;
}

/* From such a text; 1 where it does not say. */
static fc_status read_raw_profile(const fc_png_chunk *chunk, int32_t *out, fc_error *err)
{
    *out = 1;
    fc_bytes text;
    bool is_packed = false;
    if (!find_text(chunk, &text, &is_packed)) {
        return FC_OK;
    }
    FC_AUTO(fc_octets) unpacked = NULL;
    FC_AUTO(fc_octets) bytes = NULL;
    FC_TRY(fc_memory_new(TEXT_SIZE_MAX / 2 + 1, 1, (void **)&bytes, err));
    if (is_packed) {
        FC_TRY(fc_memory_new(TEXT_SIZE_MAX, 1, (void **)&unpacked, err));
        size_t size = 0;
        FC_TRY(fc_png_unpack(text, unpacked, TEXT_SIZE_MAX, &size, err));
        text = (fc_bytes){ unpacked, size };
    }
    text.size = text.size < TEXT_SIZE_MAX ? text.size : TEXT_SIZE_MAX;
    *out = fc_exif_orientation((fc_bytes){ bytes, read_hexadecimal(text, bytes) });
    return FC_OK;
}

fc_status fc_png_orientation(fc_bytes file, int32_t *out, fc_error *err)
{
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(out != NULL);

    int32_t by_text = 1;
    int32_t texts = 0;
    fc_png_chunk chunk;
    for (size_t at = FC_PNG_SIGNATURE_SIZE; fc_png_chunk_next(file, &at, &chunk);) {
        if (fc_png_chunk_is(&chunk, "eXIf") && fc_png_chunk_is_sound(&chunk)) {
            *out = fc_exif_orientation(chunk.body);
            return FC_OK;
        }
        if (by_text == 1 && texts < TEXTS_MAX && is_raw_profile(&chunk) &&
            fc_png_chunk_is_sound(&chunk)) {
            texts++;
            FC_TRY(read_raw_profile(&chunk, &by_text, err));
        }
    }
    *out = by_text;
    return FC_OK;
}

/* An ICC profile: its header's size, and where its size, colour space and mark stand there. */
enum { PROFILE_HEADER_SIZE = 128, PROFILE_SPACE_AT = 16, PROFILE_MARK_AT = 36 };

/* Numbers of gAMA and cHRM are stored times this. */
#define SCALE 100000.0

/* Smaller and larger ones would leave nothing but black or white. */
#define GAMMA_MIN 0.1
#define GAMMA_MAX 10.0

/* Of 1/2.2: programs round it in many ways. */
#define GAMMA_TOLERANCE 0.005

/* As of the profile's primaries in image/icc.c. */
#define PRIMARY_TOLERANCE 0.002

/* Twice the area of the triangle of primaries; that of sRGB is 0.22. */
#define AREA_MIN 0.01

/* What each kind of chunk said; a size of 0 where it did not. The first of a kind counts. */
typedef struct png_declarations {
    fc_bytes cicp;
    fc_bytes profile; /* keyword and packed profile */
    fc_bytes srgb;
    fc_bytes gamma;
    fc_bytes chromaticities;
} png_declarations;

static void collect(fc_bytes file, png_declarations *found)
{
    const struct {
        const char *type;
        size_t size_min;
        fc_bytes *body;
    } KINDS[] = {
        { "cICP", 4, &found->cicp },
        { "iCCP", 1, &found->profile },
        { "sRGB", 1, &found->srgb },
        { "gAMA", 4, &found->gamma },
        { "cHRM", 32, &found->chromaticities },
    };
    fc_png_chunk chunk;
    size_t at = FC_PNG_SIGNATURE_SIZE;
    while (fc_png_chunk_next(file, &at, &chunk) && !fc_png_chunk_is(&chunk, "IDAT")) {
        for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
            if (fc_png_chunk_is(&chunk, KINDS[i].type) && KINDS[i].body->size == 0 &&
                chunk.body.size >= KINDS[i].size_min && fc_png_chunk_is_sound(&chunk)) {
                *KINDS[i].body = chunk.body;
            }
        }
    }
}

/* Curves that are the same to 8 bits under several numbers. */
static int32_t canonical_transfer(uint8_t code)
{
    enum { BT601 = 6, BT2020_10 = 14, BT2020_12 = 15 };
    return code == BT601 || code == BT2020_10 || code == BT2020_12 ? FC_CICP_TRANSFER_BT709 : code;
}

/* Body: primaries, transfer, matrix (0: RGB is stored), whether the whole range is used. */
static bool use_cicp(fc_bytes body, fc_colour_space *space)
{
    if (body.size != 4 || body.data[2] != 0 || body.data[3] != 1) {
        return false;
    }
    const int32_t primaries = body.data[0];
    const int32_t transfer = canonical_transfer(body.data[1]);
    const bool is_known_gamut = primaries == FC_CICP_PRIMARIES_BT709 ||
                                primaries == FC_CICP_PRIMARIES_BT2020 ||
                                primaries == FC_CICP_PRIMARIES_P3;
    const bool is_known_curve = transfer == FC_CICP_TRANSFER_BT709 ||
                                transfer == FC_CICP_TRANSFER_LINEAR ||
                                transfer == FC_CICP_TRANSFER_SRGB ||
                                transfer == FC_CICP_TRANSFER_PQ || transfer == FC_CICP_TRANSFER_HLG;
    if (!is_known_gamut || !is_known_curve) {
        return false;
    }
    space->primaries = primaries;
    space->transfer = transfer;
    return true;
}

/* Whole, and no larger than any is; or size 0. */
static size_t announced_size(const uint8_t *start, size_t size)
{
    const bool is_profile =
        size == PROFILE_HEADER_SIZE && memcmp(start + PROFILE_MARK_AT, "acsp", 4) == 0;
    const size_t announced = is_profile ? fc_big32(start) : 0;
    return announced >= PROFILE_HEADER_SIZE && announced <= FC_PROFILE_BYTES_MAX ? announced : 0;
}

static bool is_for(const uint8_t *start, fc_colour_model model)
{
    return memcmp(start + PROFILE_SPACE_AT, model == FC_COLOUR_GREY ? "GRAY" : "RGB ", 4) == 0;
}

/* `profile` stays NULL where the chunk holds none for such a picture. */
static fc_status unpack_profile(fc_bytes body, fc_colour_space *space, uint8_t **profile,
                                fc_error *err)
{
    const fc_bytes packed = packed_profile(body);
    uint8_t start[PROFILE_HEADER_SIZE];
    size_t size = 0;
    if (packed.size > 0) {
        FC_TRY(fc_png_unpack(packed, start, sizeof start, &size, err));
    }
    const size_t announced = announced_size(start, size);
    space->lost_profile = announced == 0 || !fc_icc_suits((fc_bytes){ start, size }, space->model);
    if (announced == 0 || !is_for(start, space->model)) {
        return FC_OK;
    }
    FC_AUTO(fc_octets) whole = NULL;
    FC_TRY(fc_memory_new(announced, 1, (void **)&whole, err));
    FC_TRY(fc_png_unpack(packed, whole, announced, &size, err));
    space->lost_profile = size != announced;
    if (size == announced) {
        space->profile = (fc_bytes){ whole, size };
        *profile = FC_STEAL(whole);
    }
    return FC_OK;
}

static void use_gamma(fc_bytes body, fc_colour_space *space)
{
    const double gamma = fc_big32(body.data) / SCALE;
    if (gamma >= GAMMA_MIN && gamma <= GAMMA_MAX) {
        space->gamma = gamma;
    }
}

/* Twice the area of the triangle a, b, c; positive where they go round anticlockwise. */
static double area(const double a[2], const double b[2], const double c[2])
{
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
}

static bool is_colour(const double xy[2])
{
    return xy[1] > 0 && xy[0] + xy[1] < 1.001; /* some stand on the edge, rounded */
}

/* Real colours in the usual order, with white between them. */
static bool make_sense(const fc_chromaticities *xy)
{
    return is_colour(xy->white) && is_colour(xy->red) && is_colour(xy->green) &&
           is_colour(xy->blue) && area(xy->red, xy->green, xy->blue) > AREA_MIN &&
           area(xy->red, xy->green, xy->white) > 0 && area(xy->green, xy->blue, xy->white) > 0 &&
           area(xy->blue, xy->red, xy->white) > 0;
}

static bool is_near(const double a[2], double x, double y)
{
    return fabs(a[0] - x) < PRIMARY_TOLERANCE && fabs(a[1] - y) < PRIMARY_TOLERANCE;
}

static bool are_of_srgb(const fc_chromaticities *xy)
{
    return is_near(xy->white, 0.3127, 0.3290) && is_near(xy->red, 0.64, 0.33) &&
           is_near(xy->green, 0.30, 0.60) && is_near(xy->blue, 0.15, 0.06);
}

static void use_chromaticities(fc_bytes body, fc_colour_space *space)
{
    fc_chromaticities xy;
    double *const PLACES[] = { xy.white, xy.red, xy.green, xy.blue };
    for (size_t i = 0; i < 4; i++) {
        PLACES[i][0] = fc_big32(body.data + 8 * i) / SCALE;
        PLACES[i][1] = fc_big32(body.data + 8 * i + 4) / SCALE;
    }
    if (make_sense(&xy) && !are_of_srgb(&xy)) {
        space->has_chromaticities = true;
        space->chromaticities = xy;
    }
}

fc_status fc_png_read_colour(fc_bytes file, fc_colour_space *space, uint8_t **profile,
                             fc_error *err)
{
    FC_ASSERT(file.size >= FC_PNG_SIGNATURE_SIZE);
    FC_ASSERT(space != NULL && space->model != FC_COLOUR_CMYK);
    FC_ASSERT(profile != NULL);

    png_declarations found = { 0 };
    collect(file, &found);
    if (use_cicp(found.cicp, space)) {
        return FC_OK;
    }
    if (found.profile.size > 0) {
        FC_TRY(unpack_profile(found.profile, space, profile, err));
        if (space->profile.size > 0) {
            return FC_OK;
        }
    }
    enum { INTENTS = 4 };
    if (found.srgb.size == 1 && found.srgb.data[0] < INTENTS) {
        return FC_OK;
    }
    if (found.chromaticities.size == 32 && space->model == FC_COLOUR_RGB) {
        use_chromaticities(found.chromaticities, space);
    }
    if (found.gamma.size == 4) {
        use_gamma(found.gamma, space);
    }
    if (!space->has_chromaticities && fabs(space->gamma - 1 / 2.2) < GAMMA_TOLERANCE) {
        space->gamma = 0;
    }
    return FC_OK;
}
