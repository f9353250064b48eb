#include "compat/removebg_fields.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/number.h"
#include "compat/lengths.h"
#include "config/web_colour.h"

/* The most that a margin may be asked for. */
#define MARGIN_PERCENT_MAX 50
#define MARGIN_PX_MAX 500

/* A word of a field and the number that it means. */
typedef struct word {
    const char *text;
    int64_t value;
} word;

static bool find_word(const word *words, size_t count, const char *value, int64_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(words[i].text, value) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

static bool parse_size(const char *value, fc_removebg_order *order)
{
    static const word WORDS[] = {
        { "preview", 250000 }, { "small", 250000 },  { "regular", 250000 },
        { "medium", 1500000 }, { "hd", 4000000 },    { "full", 25000000 },
        { "4k", 25000000 },    { "50MP", 50000000 }, { "auto", 25000000 },
    };
    return find_word(WORDS, sizeof WORDS / sizeof WORDS[0], value, &order->plan.pixels_max);
}

static bool parse_format(const char *value, fc_removebg_order *order)
{
    static const word WORDS[] = {
        { "auto", FC_CUTOUT_AUTO }, { "png", FC_CUTOUT_PNG },   { "jpg", FC_CUTOUT_JPEG },
        { "jpeg", FC_CUTOUT_JPEG }, { "webp", FC_CUTOUT_WEBP }, { "zip", FC_CUTOUT_PAIR },
    };
    int64_t format = 0;
    if (!find_word(WORDS, sizeof WORDS / sizeof WORDS[0], value, &format)) {
        return false;
    }
    order->plan.format = (fc_cutout_format)format;
    return true;
}

static bool parse_channels(const char *value, fc_removebg_order *order)
{
    order->plan.alpha_only = strcasecmp(value, "alpha") == 0;
    return order->plan.alpha_only || strcasecmp(value, "rgba") == 0;
}

static bool parse_colour(const char *value, fc_removebg_order *order)
{
    order->has_colour = true;
    return fc_web_colour_parse(value, order->plan.colour);
}

static bool parse_roi(const char *value, fc_removebg_order *order)
{
    size_t count = 0;
    order->plan.has_roi = true;
    return fc_lengths_parse(value, 4, order->plan.roi, &count) && count == 4;
}

static bool parse_crop(const char *value, fc_removebg_order *order)
{
    return fc_parse_bool(value, &order->plan.crop);
}

static bool fits_margin(fc_length margin)
{
    return margin.value <= (margin.percent ? MARGIN_PERCENT_MAX : MARGIN_PX_MAX);
}

/* One for all sides; vertical and horizontal; or top, right, bottom and left. */
static bool parse_margin(const char *value, fc_removebg_order *order)
{
    fc_length given[FC_SIDES];
    size_t count = 0;
    if (!fc_lengths_parse(value, FC_SIDES, given, &count) || count == 3) {
        return false;
    }
    for (size_t i = 0; i < FC_SIDES; i++) {
        order->plan.margin[i] = given[i % count];
        if (!fits_margin(given[i % count])) {
            return false;
        }
    }
    return true;
}

static bool parse_scale(const char *value, fc_removebg_order *order)
{
    fc_length scale = { 0 };
    size_t count = 0;
    order->plan.scale = 0;
    if (strcasecmp(value, "original") == 0) {
        return true;
    }
    if (!fc_lengths_parse(value, 1, &scale, &count) || !scale.percent || scale.value < 10 ||
        scale.value > 100) {
        return false;
    }
    order->plan.scale = scale.value / 100;
    return true;
}

static bool parse_position(const char *value, fc_removebg_order *order)
{
    fc_length at[2] = { { 50, true }, { 50, true } };
    size_t count = 2;
    order->plan.placed = strcasecmp(value, "original") != 0;
    if (!order->plan.placed) {
        return true;
    }
    if (strcasecmp(value, "center") != 0 && !fc_lengths_parse(value, 2, at, &count)) {
        return false;
    }
    at[1] = count == 1 ? at[0] : at[1];
    order->plan.position = (fc_point){ at[0].value / 100, at[1].value / 100 };
    return at[0].percent && at[1].percent && at[0].value <= 100 && at[1].value <= 100;
}

/* A hint that we have no use for: a cut-out of people is all there is. */
static bool parse_type_level(const char *value, fc_removebg_order *order)
{
    order->tells_type = strcasecmp(value, "none") != 0;
    return true;
}

/* Makes windows of cars half see-through; on people it has no effect. */
static bool parse_semitransparency(const char *value, fc_removebg_order *order)
{
    (void)order;
    bool ignored = false;
    return fc_parse_bool(value, &ignored);
}

static const struct {
    const char *name;
    const char *code;
    const char *allowed;
    bool (*parse)(const char *value, fc_removebg_order *order);
} FIELDS[] = {
    { "size", "invalid_size", "preview, small, regular, medium, hd, full, 4k, 50MP or auto",
      parse_size },
    { "format", "invalid_format", "auto, png, jpg, webp or zip", parse_format },
    { "type_level", "invalid_type_level", "none, 1, 2 or latest", parse_type_level },
    { "channels", "invalid_channels", "rgba or alpha", parse_channels },
    { "roi", "invalid_roi", "left, top, right and bottom in px or %: 0% 0% 100% 100%", parse_roi },
    { "crop", "invalid_crop", "true or false", parse_crop },
    { "crop_margin", "invalid_crop_margin", "1, 2 or 4 values up to 50% or 500px", parse_margin },
    { "scale", "invalid_scale", "original, or 10% to 100%", parse_scale },
    { "position", "invalid_position", "original, center, or one or two values from 0% to 100%",
      parse_position },
    { "bg_color", "invalid_bg_color", "3, 4, 6 or 8 hexadecimal digits, or the name of a colour",
      parse_colour },
    { "semitransparency", "invalid_semitransparency", "true or false", parse_semitransparency },
};

fc_removebg_problem fc_removebg_read(fc_http_pairs fields, const char *size, fc_removebg_order *out)
{
    FC_ASSERT(out != NULL);
    *out = (fc_removebg_order){ .tells_type = true };
    const bool known = parse_size(size, out);
    FC_ASSERT(known);
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const char *value = fc_http_pairs_lookup(fields, FIELDS[i].name);
        if (value != NULL && value[0] != '\0' && !FIELDS[i].parse(value, out)) {
            return (fc_removebg_problem){ FIELDS[i].code, FIELDS[i].name, FIELDS[i].allowed };
        }
    }
    return (fc_removebg_problem){ NULL, NULL, NULL };
}
