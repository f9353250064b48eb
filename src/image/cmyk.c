#include "image/cmyk.h"

#include <pthread.h>
#include <stddef.h>

#include "base/assert.h"

#define INKS 4
#define OVERPRINTS 16 /* bit i of the index: ink i is printed; cyan, magenta, yellow, black */

/* What each overprint looks like, of 255. Below 0 and above 255: a colour that sRGB has not; the
 * mixtures with it are right. */
static const float OVERPRINT[OVERPRINTS][3] = {
    { 255, 255, 255 },  /* paper */
    { -170, 149, 215 }, /* C */
    { 224, -7, 130 },   /* M */
    { 19, 12, 124 },    /* CM */
    { 258, 220, -15 },  /* Y */
    { -109, 143, 49 },  /* CY */
    { 221, 10, 28 },    /* MY */
    { 21, 14, 35 },     /* CMY */
    { 1, -16, 2 },      /* K */
    { 4, 5, 14 },       /* CK */
    { 7, 3, 10 },       /* MK */
    { -20, -29, 5 },    /* CMK */
    { 2, 3, 10 },       /* YK */
    { -2, -1, 2 },      /* CYK */
    { 7, -14, 1 },      /* MYK */
    { -18, -28, 10 },   /* CMYK */
};

/* Dot gain: ink x covers x + x (1 - x) (a + b x + c x x) of the paper, by ink and sRGB channel. */
static const float GAIN[INKS][3][3] = {
    { { -0.139F, -0.959F, 0.384F }, { 0.404F, -1.033F, 0.801F }, { 1.283F, -1.849F, 1.310F } },
    { { 0.928F, -0.626F, 0.335F }, { -0.291F, 0.267F, -1.059F }, { 0.292F, -0.633F, 0.586F } },
    { { 0.663F, -1.783F, 2.185F }, { 3.588F, -9.002F, 6.883F }, { -0.138F, -0.326F, -0.107F } },
    { { -0.254F, 0.403F, -1.206F }, { -0.258F, 0.000F, -0.803F }, { -0.293F, 0.458F, -1.236F } },
};

static float COVER[INKS][3][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_cover(void)
{
    for (int ink = 0; ink < INKS; ink++) {
        for (int c = 0; c < 3; c++) {
            const float *gain = GAIN[ink][c];
            for (int i = 0; i < 256; i++) {
                const float x = (float)i / 255;
                COVER[ink][c][i] = x + x * (1 - x) * (gain[0] + gain[1] * x + gain[2] * x * x);
            }
        }
    }
}

/* Mixes the overprints of one channel, an ink at a time. */
static uint8_t mix(const uint8_t ink[INKS], int channel)
{
    float mixed[OVERPRINTS];
    for (int i = 0; i < OVERPRINTS; i++) {
        mixed[i] = OVERPRINT[i][channel];
    }
    for (int i = INKS - 1, left = OVERPRINTS / 2; i >= 0; i--, left /= 2) {
        const float share = COVER[i][channel][ink[i]];
        for (int j = 0; j < left; j++) {
            mixed[j] += share * (mixed[j + left] - mixed[j]);
        }
    }
    return mixed[0] <= 0 ? 0 : mixed[0] >= 255 ? 255 : (uint8_t)(mixed[0] + 0.5F);
}

static uint8_t value_at(const void *from, int32_t bits, size_t index)
{
    return bits == 16 ? (uint8_t)((((const uint16_t *)from)[index] * UINT32_C(255) + 32767) / 65535)
                      : ((const uint8_t *)from)[index];
}

void fc_cmyk_row(const void *from, int32_t bits, bool has_alpha, uint8_t *to, int32_t count)
{
    FC_ASSERT(bits == 8 || bits == 16);
    FC_ASSERT(count >= 0);

    (void)pthread_once(&once, set_cover);
    const size_t channels = has_alpha ? INKS + 1 : INKS;
    for (size_t x = 0; x < (size_t)count; x++) {
        uint8_t ink[INKS];
        for (size_t i = 0; i < INKS; i++) {
            ink[i] = value_at(from, bits, x * channels + i);
        }
        for (int c = 0; c < 3; c++) {
            *to++ = mix(ink, c);
        }
        if (has_alpha) {
            *to++ = value_at(from, bits, x * channels + INKS);
        }
    }
}
