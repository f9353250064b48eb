/**
 * PNG expand: one stored row to whole samples: palettes looked up, few bits made 8, and the one
 * transparent colour made alpha. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** How the pixels are stored, and what they become. */
typedef struct fc_png_pixels {
    int32_t depth;           /* bits of a stored sample: 1, 2, 4, 8 or 16 */
    int32_t colours;         /* 1 grey, 3 RGB; of a palette's pixel as it comes out */
    bool is_indexed;         /* a stored sample is a place in the palette */
    bool has_alpha;          /* of what comes out */
    bool has_key;            /* alpha by one transparent colour, not stored */
    uint16_t key[3];         /* that colour in stored numbers; 1 or 3 of them */
    uint8_t palette[256][4]; /* R, G, B, alpha; black and opaque past its end */
} fc_png_pixels;

/** Bits of a sample as it comes out: 8 or 16. */
int32_t fc_png_pixels_bits(const fc_png_pixels *pixels);

/** Bits of a stored pixel. */
int32_t fc_png_pixels_stored_bits(const fc_png_pixels *pixels);

/**
 * Pixels x.. of a stored row.
 *
 * stored   the whole row; 16 bits in the byte order of the machine
 * width    pixels wanted
 * room     takes them where they come out differently than they are stored
 * return   `room`, or a place in `stored` where they lie as they should
 */
const void *fc_png_expand_row(const fc_png_pixels *pixels, const void *stored, int32_t x,
                              int32_t width, void *room);
