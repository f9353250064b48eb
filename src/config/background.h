/**
 * Background: what a portrait shows behind the person, and its text: "#ffffff", "transparent",
 * "keep", "blur:40", "gradient:#ffffff,#888888", "radial:...", "picture". Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

typedef enum fc_background_kind {
    FC_BACKGROUND_COLOUR,
    FC_BACKGROUND_TRANSPARENT, /* nothing; a JPEG shows the colour */
    FC_BACKGROUND_KEEP,        /* the photo's own */
    FC_BACKGROUND_BLUR,        /* the photo's own, blurred */
    FC_BACKGROUND_GRADIENT,    /* from the top down */
    FC_BACKGROUND_RADIAL,      /* a gradient from the middle to the corners */
    FC_BACKGROUND_PICTURE,     /* a picture that is sent along with the photo */
} fc_background_kind;

typedef struct fc_background {
    fc_background_kind kind;
    uint8_t red; /* the colour; of a gradient its first; of other kinds what a JPEG shows where
                  * nothing is, and what a photo that is see-through stands on */
    uint8_t green;
    uint8_t blue;
    uint8_t to[3];    /* of a gradient its last colour, R, G, B; else 0 */
    int32_t strength; /* of a blur, 1..100; else 0 */
} fc_background;

/** All forms of the text, for messages and documentation. */
#define FC_BACKGROUND_FORMS                                                                        \
    "#rrggbb, #rgb, r,g,b (0..255 each), rgb(r,g,b), a name of CSS such as white, transparent, "   \
    "keep, blur[:1..100], gradient:#from,#to, radial:#from,#to or picture"

/** Room for a text of fc_background_print. */
#define FC_BACKGROUND_TEXT_SIZE 40

/** One of the kinds without colours of its own, on white. */
fc_background fc_background_of(fc_background_kind kind);

/** Read a text; letter case does not matter. False: it has none of the forms; then unchanged. */
FC_MUST_CHECK bool fc_background_parse(const char *text, fc_background *out);

/** Write a text that fc_background_parse can read. */
void fc_background_print(const fc_background *background, char *text, size_t size);

bool fc_background_equal(const fc_background *a, const fc_background *b);

/** Whether the portrait shows what the photo has behind the person. */
static inline bool fc_background_is_own(const fc_background *background)
{
    return background->kind == FC_BACKGROUND_KEEP || background->kind == FC_BACKGROUND_BLUR;
}
