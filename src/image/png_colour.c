#include "image/png_colour.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/png_chunks.h"
#include "image/png_scan.h"

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

static bool is_profile_of(const uint8_t *profile, fc_colour_model model)
{
    return memcmp(profile + PROFILE_MARK_AT, "acsp", 4) == 0 &&
           memcmp(profile + PROFILE_SPACE_AT, model == FC_COLOUR_GREY ? "GRAY" : "RGB ", 4) == 0;
}

/* `profile` stays NULL where the chunk holds none for such a picture. */
static fc_status unpack_profile(fc_bytes body, fc_colour_space *space, uint8_t **profile,
                                fc_error *err)
{
    const fc_bytes packed = fc_png_packed_profile(body);
    uint8_t start[PROFILE_HEADER_SIZE];
    size_t size = 0;
    if (packed.size > 0) {
        FC_TRY(fc_png_unpack(packed, start, sizeof start, &size, err));
    }
    if (size < sizeof start || !is_profile_of(start, space->model)) {
        return FC_OK;
    }
    const size_t announced = fc_png_read_32(start);
    if (announced < PROFILE_HEADER_SIZE || announced > FC_PROFILE_BYTES_MAX) {
        return FC_OK;
    }
    FC_AUTO(fc_octets) whole = NULL;
    FC_TRY(fc_memory_new(announced, 1, (void **)&whole, err));
    FC_TRY(fc_png_unpack(packed, whole, announced, &size, err));
    if (size == announced) {
        space->profile = (fc_bytes){ whole, size };
        *profile = FC_STEAL(whole);
    }
    return FC_OK;
}

static void use_gamma(fc_bytes body, fc_colour_space *space)
{
    const double gamma = fc_png_read_32(body.data) / SCALE;
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
        PLACES[i][0] = fc_png_read_32(body.data + 8 * i) / SCALE;
        PLACES[i][1] = fc_png_read_32(body.data + 8 * i + 4) / SCALE;
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
