#include "ops/colour_key.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/bilinear.h"

/* In spreads of the wall: below these a difference is noise. */
#define NOISE_ALONG 2.5F
#define NOISE_ANY 3.0F

/* How far wall and person must be apart before one begins to believe in telling them apart by their
 * colours, and how much farther to be sure of it: levels, and in spreads of the wall. */
#define BELIEF_FLOOR 20.0F
#define BELIEF_FROM 6.0F
#define BELIEF_WIDTH 10.0F
#define BELIEF_OVER 8.0F

/* Hair is lighter here and darker there than its mean. So much of the difference between wall and
 * person makes a px whole: outside, where locks are thin, and inside. */
#define WHOLE_OUTSIDE 1.05F
#define WHOLE_INSIDE 0.58F

/* The smoothed mask from which on a px is inside: there it loses alpha only where it is a gap. Up
 * to the first share of the way from wall to person it may be shade; at the second it is none, and
 * surely one so much before; and it is off that way by few spreads. */
#define INSIDE 0.9F
#define GAP_SHADE 0.2F
#define GAP_END 0.5F
#define GAP_OVER 0.25F
#define GAP_ASIDE 3.0F

/* Grey hair has px of a grey wall's colour. Where px are inside and were found to be person by
 * other means, they stay so: from these values on, the more the larger. */
#define HOLD_FROM 0.5F
#define HOLD_OVER 0.4F
#define HELD_FROM 0.8F
#define HELD_OVER 0.15F

/* The rim of short hair is lighter than what lies within, of a colour that no mixture of wall and
 * hair has: it stays person likewise. Levels off the line from wall to hair. */
#define UNMIXED_FROM 8.0F
#define UNMIXED_OVER 8.0F

struct fc_colour_key {
    float spread;
    float again; /* 1: the alphas were keyed before */
    fc_bilinear *wall;
    fc_bilinear *person;
    float *belief; /* of a row */
};

fc_status fc_colour_key_new(const fc_plain_wall *wall, fc_size size, bool again,
                            fc_colour_key **out, fc_error *err)
{
    FC_ASSERT(wall != NULL);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_colour_key) key = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_colour_key), (void **)&key, err));
    key->spread = (float)wall->spread;
    key->again = again ? 1.0F : 0.0F;
    const size_t count = (size_t)wall->grid.width * (size_t)wall->grid.height;
    FC_TRY(fc_bilinear_new(wall->planes + FC_PLAIN_WALL_COLOUR * count, wall->grid, size,
                           &key->wall, err));
    FC_TRY(fc_bilinear_new(wall->planes + FC_PLAIN_WALL_PERSON * count, wall->grid, size,
                           &key->person, err));
    FC_TRY(fc_memory_new((size_t)size.width, sizeof(float), (void **)&key->belief, err));
    *out = FC_STEAL(key);
    return FC_OK;
}

void fc_colour_key_free(fc_colour_key *key)
{
    if (key != NULL) {
        fc_bilinear_free(key->wall);
        fc_bilinear_free(key->person);
        fc_memory_free(key->belief);
        fc_memory_free(key);
    }
}

static inline float clip(float value)
{
    return value < 0.0F ? 0.0F : value > 1.0F ? 1.0F : value;
}

/* Where a colour lies, seen from that of the wall. */
typedef struct place {
    float length; /* how far off it is, levels */
    float along;  /* towards the person: 1 is there */
    float aside;  /* off the line from one to the other, levels */
} place;

static inline place place_of(const float off[3], const float apart[3], float apart_length)
{
    const float along = (off[0] * apart[0] + off[1] * apart[1] + off[2] * apart[2]) / apart_length;
    const float all = off[0] * off[0] + off[1] * off[1] + off[2] * off[2];
    const float aside = all - along * along;
    return (place){ sqrtf(all), along / apart_length, sqrtf(aside > 0.0F ? aside : 0.0F) };
}

/* The alpha of one px: the larger of what lies along the line from wall to person, and what is off
 * the wall in any direction; light on hair and cloth lies off that line. */
static inline float key_px(place at, float apart_length, float inside, float spread)
{
    const float by_line = at.along - NOISE_ALONG * spread / apart_length;
    const float whole = WHOLE_OUTSIDE + inside * (WHOLE_INSIDE - WHOLE_OUTSIDE);
    const float least = 4.0F * spread;
    const float needed = whole * apart_length > least ? whole * apart_length : least;
    const float by_length = (at.length - NOISE_ANY * spread) / needed;
    return clip(by_line > by_length ? by_line : by_length);
}

/* How far a px inside is a gap through which the wall is seen, maybe in the shade of the hair: its
 * colour lies on the line between wall and person, near the wall. Light on hair lies off it. */
static inline float gap_share(place at, float spread)
{
    return clip((GAP_END - at.along) / GAP_OVER) * clip(2.0F - at.aside / (GAP_ASIDE * spread));
}

/* The alpha of such a gap. */
static inline float gap_alpha(place at)
{
    return clip((at.along - GAP_SHADE) / (1.0F - GAP_SHADE));
}

/* What a px keeps of the alpha that it had: inside, where gaps are told, if it was keyed before;
 * at the rim if its colour is no mixture of wall and person. */
static inline float held_alpha(place at, float before, float again, float inside)
{
    const float keyed = again * clip((inside - HELD_FROM) / HELD_OVER);
    const float rim = inside > INSIDE ? 0.0F : 1.0F;
    const float unmixed = rim * clip((at.aside - UNMIXED_FROM) / UNMIXED_OVER);
    return before * clip((before - HOLD_FROM) / HOLD_OVER) * (keyed > unmixed ? keyed : unmixed);
}

FC_WIDE static void key_run(float spread, float again, const uint8_t *restrict colours,
                            const float *restrict wall, const float *restrict person, size_t count,
                            float *restrict alpha, float *restrict belief)
{
    for (size_t i = 0; i < count; i++) {
        const float *back = wall + FC_BILINEAR_PLANES * i;
        const float *fore = person + FC_BILINEAR_PLANES * i;
        float off[3];
        float apart[3];
        for (size_t c = 0; c < 3; c++) {
            off[c] = (float)colours[3 * i + c] - back[c];
            apart[c] = fore[c] - back[c];
        }
        const float apart_length =
            sqrtf(apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2]) + 1e-3F;
        const float inside = fore[3];
        const place at = place_of(off, apart, apart_length);
        float keyed = key_px(at, apart_length, inside, spread);
        if (inside > INSIDE && keyed < alpha[i]) {
            keyed = alpha[i] + gap_share(at, spread) * (gap_alpha(at) - alpha[i]);
        }
        const float held = held_alpha(at, alpha[i], again, inside);
        keyed = keyed < held ? held : keyed;
        const float told = (apart_length - BELIEF_FLOOR - BELIEF_FROM * spread) /
                           (BELIEF_WIDTH + BELIEF_OVER * spread);
        const float believed = back[3] * clip(told);
        alpha[i] += believed * (keyed - alpha[i]);
        belief[i] = believed;
    }
}

const float *fc_colour_key_row(fc_colour_key *key, int32_t y, int32_t first, int32_t end,
                               const uint8_t *colours, float *alpha)
{
    FC_ASSERT(key != NULL && first <= end);
    const ptrdiff_t at = (ptrdiff_t)FC_BILINEAR_PLANES * first;
    const float *wall = fc_bilinear_span(key->wall, y, first, end) + at;
    const float *person = fc_bilinear_span(key->person, y, first, end) + at;
    key_run(key->spread, key->again, colours, wall, person, (size_t)(end - first), alpha,
            key->belief);
    return key->belief;
}
