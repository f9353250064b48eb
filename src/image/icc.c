#include "image/icc.h"

#include <math.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/byte_order.h"

/* Offsets of the header, and the tag table behind it: a count, then name, offset and size each. */
enum { SPACE_AT = 16, CONNECTION_AT = 20, MAGIC_AT = 36, TABLE_AT = 128, TAGS_AT = 132 };
enum { TAG_SIZE = 12, TAGS_MAX = 100 };

/* Heads of the values: type and 4 bytes of nothing, then what is listed. */
enum { PRIMARY_SIZE = 20, CURVE_HEAD = 12, FORMULA_HEAD = 12, FORMULA_SIZE = 32 };

/* Number of the formula (a x + b)^g from d on, c x below, which is the one of sRGB. */
#define FORMULA_OF_SRGB 3

#define PRIMARY_TOLERANCE 0.002
#define LEVELS 256

#define NAME(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static double read_fixed(const uint8_t *at)
{
    return (int32_t)fc_big32(at) / 65536.0;
}

/* The value of a tag; nothing where it is missing or leaves the profile. */
static fc_bytes find_tag(fc_bytes profile, uint32_t name)
{
    const uint32_t announced = fc_big32(profile.data + TABLE_AT);
    const uint32_t count = announced < TAGS_MAX ? announced : TAGS_MAX;
    for (size_t i = 0; i < count && TAGS_AT + (i + 1) * TAG_SIZE <= profile.size; i++) {
        const uint8_t *tag = profile.data + TAGS_AT + i * TAG_SIZE;
        const size_t offset = fc_big32(tag + 4);
        const size_t size = fc_big32(tag + 8);
        if (fc_big32(tag) != name) {
            continue;
        }
        if (offset <= profile.size && size <= profile.size - offset) {
            return (fc_bytes){ profile.data + offset, size };
        }
        break;
    }
    return (fc_bytes){ NULL, 0 };
}

static bool is_primary(fc_bytes value, const double wanted[3])
{
    if (value.size < PRIMARY_SIZE || fc_big32(value.data) != NAME('X', 'Y', 'Z', ' ')) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (fabs(read_fixed(value.data + 8 + 4 * i) - wanted[i]) > PRIMARY_TOLERANCE) {
            return false;
        }
    }
    return true;
}

/* Light of a share of full level; shares beyond 0 and 1 continue the curve. */
static double srgb_light(double share)
{
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

/* A curve by samples, straight between them. */
static double light_by_table(fc_bytes curve, uint32_t count, double share)
{
    const double place = share * (count - 1);
    const size_t first = (size_t)place < count - 2 ? (size_t)place : count - 2;
    const uint8_t *at = curve.data + CURVE_HEAD + 2 * first;
    const double low = fc_big16(at) / 65535.0;
    const double high = fc_big16(at + 2) / 65535.0;
    return low + (place - (double)first) * (high - low);
}

static double light_by_formula(fc_bytes curve, double share)
{
    const uint8_t *at = curve.data + FORMULA_HEAD;
    const double exponent = read_fixed(at);
    const double a = read_fixed(at + 4);
    const double b = read_fixed(at + 8);
    const double c = read_fixed(at + 12);
    return share >= read_fixed(at + 16) ? pow(a * share + b, exponent) : c * share;
}

static bool is_srgb_curve(fc_bytes curve)
{
    if (curve.size < CURVE_HEAD) {
        return false;
    }
    const uint32_t type = fc_big32(curve.data);
    const uint32_t count = fc_big32(curve.data + 8);
    const bool by_table =
        type == NAME('c', 'u', 'r', 'v') && count >= 2 && count <= (curve.size - CURVE_HEAD) / 2;
    const bool by_formula = type == NAME('p', 'a', 'r', 'a') && curve.size >= FORMULA_SIZE &&
                            fc_big16(curve.data + 8) == FORMULA_OF_SRGB;
    if (!by_table && !by_formula) {
        return false;
    }
    for (int32_t level = 0; level < LEVELS; level++) {
        const double share = level / (LEVELS - 1.0);
        const double half = 0.5 / (LEVELS - 1.0);
        const double light =
            by_table ? light_by_table(curve, count, share) : light_by_formula(curve, share);
        if (!(light > srgb_light(share - half) && light < srgb_light(share + half))) {
            return false;
        }
    }
    return true;
}

static bool has_header(fc_bytes profile)
{
    return profile.size >= TAGS_AT && fc_big32(profile.data + MAGIC_AT) == NAME('a', 'c', 's', 'p');
}

/* Tables from colour to connection space come before the matrix, whatever that says. */
static bool has_tables(fc_bytes profile)
{
    static const uint32_t TABLES[] = { NAME('A', '2', 'B', '0'), NAME('A', '2', 'B', '1'),
                                       NAME('D', '2', 'B', '0'), NAME('D', '2', 'B', '1') };
    bool found = false;
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0] && !found; i++) {
        found = find_tag(profile, TABLES[i]).size > 0;
    }
    return found;
}

bool fc_icc_is_usable(fc_bytes profile)
{
    FC_ASSERT(profile.data != NULL || profile.size == 0);
    static const uint32_t MATRIX[] = { NAME('r', 'X', 'Y', 'Z'), NAME('g', 'X', 'Y', 'Z'),
                                       NAME('b', 'X', 'Y', 'Z'), NAME('r', 'T', 'R', 'C'),
                                       NAME('g', 'T', 'R', 'C'), NAME('b', 'T', 'R', 'C') };
    if (!has_header(profile)) {
        return false;
    }
    bool whole = true;
    for (size_t i = 0; i < sizeof MATRIX / sizeof MATRIX[0] && whole; i++) {
        whole = find_tag(profile, MATRIX[i]).size > 0;
    }
    return whole || find_tag(profile, NAME('k', 'T', 'R', 'C')).size > 0 || has_tables(profile);
}

bool fc_icc_suits(fc_bytes profile, fc_colour_model model)
{
    FC_ASSERT(profile.data != NULL || profile.size == 0);

    static const uint32_t SPACES[] = { [FC_COLOUR_GREY] = NAME('G', 'R', 'A', 'Y'),
                                       [FC_COLOUR_RGB] = NAME('R', 'G', 'B', ' '),
                                       [FC_COLOUR_CMYK] = NAME('C', 'M', 'Y', 'K'),
                                       [FC_COLOUR_LAB] = NAME('L', 'a', 'b', ' ') };
    if (profile.size < SPACE_AT + 4) {
        return false;
    }
    const uint32_t space = fc_big32(profile.data + SPACE_AT);
    return space == SPACES[model] || (model == FC_COLOUR_GREY && space == SPACES[FC_COLOUR_RGB]);
}

bool fc_icc_is_srgb(fc_bytes profile)
{
    FC_ASSERT(profile.data != NULL || profile.size == 0);

    /* The primaries of sRGB as profiles hold them: adapted to D50. */
    static const struct {
        uint32_t primary;
        uint32_t curve;
        double xyz[3];
    } CHANNELS[] = {
        { NAME('r', 'X', 'Y', 'Z'), NAME('r', 'T', 'R', 'C'), { 0.4361, 0.2225, 0.0139 } },
        { NAME('g', 'X', 'Y', 'Z'), NAME('g', 'T', 'R', 'C'), { 0.3851, 0.7169, 0.0971 } },
        { NAME('b', 'X', 'Y', 'Z'), NAME('b', 'T', 'R', 'C'), { 0.1431, 0.0606, 0.7141 } },
    };
    if (!has_header(profile) || has_tables(profile) ||
        fc_big32(profile.data + SPACE_AT) != NAME('R', 'G', 'B', ' ') ||
        fc_big32(profile.data + CONNECTION_AT) != NAME('X', 'Y', 'Z', ' ')) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!is_primary(find_tag(profile, CHANNELS[i].primary), CHANNELS[i].xyz) ||
            !is_srgb_curve(find_tag(profile, CHANNELS[i].curve))) {
            return false;
        }
    }
    return true;
}
