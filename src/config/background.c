#include "config/background.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/number.h"
#include "config/web_colour.h"

#define STRENGTH_USUAL 40
#define STRENGTH_MAX 100

/* The longest colour of a gradient is a name of CSS. */
#define COLOUR_SIZE 32

fc_background fc_background_of(fc_background_kind kind)
{
    return (fc_background){ .kind = kind, .red = 255, .green = 255, .blue = 255 };
}

static bool parse_colour(const char *text, fc_background *out)
{
    uint8_t rgba[4] = { 0 };
    if (!fc_web_colour_read(text, rgba) || (rgba[3] != 0 && rgba[3] != 255)) {
        return false; /* a ground is there, or is not */
    }
    *out = rgba[3] == 0 ? fc_background_of(FC_BACKGROUND_TRANSPARENT)
                        : (fc_background){ .red = rgba[0], .green = rgba[1], .blue = rgba[2] };
    return true;
}

static bool parse_strength(const char *text, fc_background *out)
{
    int64_t strength = STRENGTH_USUAL;
    if (text[0] != '\0' && (text[0] != ':' || !fc_parse_integer(text + 1, &strength) ||
                            strength < 1 || strength > STRENGTH_MAX)) {
        return false;
    }
    *out = fc_background_of(FC_BACKGROUND_BLUR);
    out->strength = (int32_t)strength;
    return true;
}

/* "#ffffff,#888888": each a colour without commas of its own. */
static bool parse_gradient(fc_background_kind kind, const char *text, fc_background *out)
{
    char first[COLOUR_SIZE];
    uint8_t from[4] = { 0 };
    uint8_t to[4] = { 0 };
    const size_t length = strcspn(text, ",");
    if (text[length] == '\0' || length >= sizeof first || strchr(text + length + 1, ',') != NULL) {
        return false;
    }
    (void)snprintf(first, sizeof first, "%.*s", (int)length, text);
    if (!fc_web_colour_read(first, from) || !fc_web_colour_read(text + length + 1, to) ||
        from[3] != 255 || to[3] != 255) {
        return false;
    }
    *out = (fc_background){ .kind = kind,
                            .red = from[0],
                            .green = from[1],
                            .blue = from[2],
                            .to = { to[0], to[1], to[2] } };
    return true;
}

/* What follows a word, or NULL. */
static const char *after(const char *text, const char *word)
{
    const size_t length = strlen(word);
    return strncasecmp(text, word, length) == 0 ? text + length : NULL;
}

bool fc_background_parse(const char *text, fc_background *out)
{
    FC_ASSERT(text != NULL && out != NULL);
    const char *rest = NULL;
    if (strcasecmp(text, "keep") == 0) {
        *out = fc_background_of(FC_BACKGROUND_KEEP);
        return true;
    }
    if (strcasecmp(text, "picture") == 0) {
        *out = fc_background_of(FC_BACKGROUND_PICTURE);
        return true;
    }
    if ((rest = after(text, "blur")) != NULL) {
        return parse_strength(rest, out);
    }
    if ((rest = after(text, "gradient:")) != NULL) {
        return parse_gradient(FC_BACKGROUND_GRADIENT, rest, out);
    }
    if ((rest = after(text, "radial:")) != NULL) {
        return parse_gradient(FC_BACKGROUND_RADIAL, rest, out);
    }
    return parse_colour(text, out);
}

void fc_background_print(const fc_background *background, char *text, size_t size)
{
    FC_ASSERT(background != NULL && text != NULL);
    const fc_background *b = background;
    switch (b->kind) {
    case FC_BACKGROUND_COLOUR:
        (void)snprintf(text, size, "#%02x%02x%02x", b->red, b->green, b->blue);
        return;
    case FC_BACKGROUND_TRANSPARENT:
        (void)snprintf(text, size, "transparent");
        return;
    case FC_BACKGROUND_KEEP:
        (void)snprintf(text, size, "keep");
        return;
    case FC_BACKGROUND_BLUR:
        (void)snprintf(text, size, "blur:%d", b->strength);
        return;
    case FC_BACKGROUND_PICTURE:
        (void)snprintf(text, size, "picture");
        return;
    case FC_BACKGROUND_GRADIENT:
    case FC_BACKGROUND_RADIAL:
        (void)snprintf(text, size, "%s:#%02x%02x%02x,#%02x%02x%02x",
                       b->kind == FC_BACKGROUND_RADIAL ? "radial" : "gradient", b->red, b->green,
                       b->blue, b->to[0], b->to[1], b->to[2]);
        return;
    }
}

bool fc_background_equal(const fc_background *a, const fc_background *b)
{
    FC_ASSERT(a != NULL && b != NULL);
    return a->kind == b->kind && a->red == b->red && a->green == b->green && a->blue == b->blue &&
           memcmp(a->to, b->to, sizeof a->to) == 0 && a->strength == b->strength;
}
