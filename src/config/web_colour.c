#include "config/web_colour.h"

#include <math.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/number.h"

static const struct {
    const char *name;
    uint32_t rgb;
} NAMES[] = {
    { "aliceblue", 0xf0f8ff },
    { "antiquewhite", 0xfaebd7 },
    { "aqua", 0x00ffff },
    { "aquamarine", 0x7fffd4 },
    { "azure", 0xf0ffff },
    { "beige", 0xf5f5dc },
    { "bisque", 0xffe4c4 },
    { "black", 0x000000 },
    { "blanchedalmond", 0xffebcd },
    { "blue", 0x0000ff },
    { "blueviolet", 0x8a2be2 },
    { "brown", 0xa52a2a },
    { "burlywood", 0xdeb887 },
    { "cadetblue", 0x5f9ea0 },
    { "chartreuse", 0x7fff00 },
    { "chocolate", 0xd2691e },
    { "coral", 0xff7f50 },
    { "cornflowerblue", 0x6495ed },
    { "cornsilk", 0xfff8dc },
    { "crimson", 0xdc143c },
    { "cyan", 0x00ffff },
    { "darkblue", 0x00008b },
    { "darkcyan", 0x008b8b },
    { "darkgoldenrod", 0xb8860b },
    { "darkgray", 0xa9a9a9 },
    { "darkgreen", 0x006400 },
    { "darkgrey", 0xa9a9a9 },
    { "darkkhaki", 0xbdb76b },
    { "darkmagenta", 0x8b008b },
    { "darkolivegreen", 0x556b2f },
    { "darkorange", 0xff8c00 },
    { "darkorchid", 0x9932cc },
    { "darkred", 0x8b0000 },
    { "darksalmon", 0xe9967a },
    { "darkseagreen", 0x8fbc8f },
    { "darkslateblue", 0x483d8b },
    { "darkslategray", 0x2f4f4f },
    { "darkslategrey", 0x2f4f4f },
    { "darkturquoise", 0x00ced1 },
    { "darkviolet", 0x9400d3 },
    { "deeppink", 0xff1493 },
    { "deepskyblue", 0x00bfff },
    { "dimgray", 0x696969 },
    { "dimgrey", 0x696969 },
    { "dodgerblue", 0x1e90ff },
    { "firebrick", 0xb22222 },
    { "floralwhite", 0xfffaf0 },
    { "forestgreen", 0x228b22 },
    { "fuchsia", 0xff00ff },
    { "gainsboro", 0xdcdcdc },
    { "ghostwhite", 0xf8f8ff },
    { "gold", 0xffd700 },
    { "goldenrod", 0xdaa520 },
    { "gray", 0x808080 },
    { "green", 0x008000 },
    { "greenyellow", 0xadff2f },
    { "grey", 0x808080 },
    { "honeydew", 0xf0fff0 },
    { "hotpink", 0xff69b4 },
    { "indianred", 0xcd5c5c },
    { "indigo", 0x4b0082 },
    { "ivory", 0xfffff0 },
    { "khaki", 0xf0e68c },
    { "lavender", 0xe6e6fa },
    { "lavenderblush", 0xfff0f5 },
    { "lawngreen", 0x7cfc00 },
    { "lemonchiffon", 0xfffacd },
    { "lightblue", 0xadd8e6 },
    { "lightcoral", 0xf08080 },
    { "lightcyan", 0xe0ffff },
    { "lightgoldenrodyellow", 0xfafad2 },
    { "lightgray", 0xd3d3d3 },
    { "lightgreen", 0x90ee90 },
    { "lightgrey", 0xd3d3d3 },
    { "lightpink", 0xffb6c1 },
    { "lightsalmon", 0xffa07a },
    { "lightseagreen", 0x20b2aa },
    { "lightskyblue", 0x87cefa },
    { "lightslategray", 0x778899 },
    { "lightslategrey", 0x778899 },
    { "lightsteelblue", 0xb0c4de },
    { "lightyellow", 0xffffe0 },
    { "lime", 0x00ff00 },
    { "limegreen", 0x32cd32 },
    { "linen", 0xfaf0e6 },
    { "magenta", 0xff00ff },
    { "maroon", 0x800000 },
    { "mediumaquamarine", 0x66cdaa },
    { "mediumblue", 0x0000cd },
    { "mediumorchid", 0xba55d3 },
    { "mediumpurple", 0x9370db },
    { "mediumseagreen", 0x3cb371 },
    { "mediumslateblue", 0x7b68ee },
    { "mediumspringgreen", 0x00fa9a },
    { "mediumturquoise", 0x48d1cc },
    { "mediumvioletred", 0xc71585 },
    { "midnightblue", 0x191970 },
    { "mintcream", 0xf5fffa },
    { "mistyrose", 0xffe4e1 },
    { "moccasin", 0xffe4b5 },
    { "navajowhite", 0xffdead },
    { "navy", 0x000080 },
    { "oldlace", 0xfdf5e6 },
    { "olive", 0x808000 },
    { "olivedrab", 0x6b8e23 },
    { "orange", 0xffa500 },
    { "orangered", 0xff4500 },
    { "orchid", 0xda70d6 },
    { "palegoldenrod", 0xeee8aa },
    { "palegreen", 0x98fb98 },
    { "paleturquoise", 0xafeeee },
    { "palevioletred", 0xdb7093 },
    { "papayawhip", 0xffefd5 },
    { "peachpuff", 0xffdab9 },
    { "peru", 0xcd853f },
    { "pink", 0xffc0cb },
    { "plum", 0xdda0dd },
    { "powderblue", 0xb0e0e6 },
    { "purple", 0x800080 },
    { "rebeccapurple", 0x663399 },
    { "red", 0xff0000 },
    { "rosybrown", 0xbc8f8f },
    { "royalblue", 0x4169e1 },
    { "saddlebrown", 0x8b4513 },
    { "salmon", 0xfa8072 },
    { "sandybrown", 0xf4a460 },
    { "seagreen", 0x2e8b57 },
    { "seashell", 0xfff5ee },
    { "sienna", 0xa0522d },
    { "silver", 0xc0c0c0 },
    { "skyblue", 0x87ceeb },
    { "slateblue", 0x6a5acd },
    { "slategray", 0x708090 },
    { "slategrey", 0x708090 },
    { "snow", 0xfffafa },
    { "springgreen", 0x00ff7f },
    { "steelblue", 0x4682b4 },
    { "tan", 0xd2b48c },
    { "teal", 0x008080 },
    { "thistle", 0xd8bfd8 },
    { "tomato", 0xff6347 },
    { "turquoise", 0x40e0d0 },
    { "violet", 0xee82ee },
    { "wheat", 0xf5deb3 },
    { "white", 0xffffff },
    { "whitesmoke", 0xf5f5f5 },
    { "yellow", 0xffff00 },
    { "yellowgreen", 0x9acd32 },
};

static bool parse_digit(char digit, uint8_t *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char lower = digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
    const char *at = lower != '\0' ? strchr(DIGITS, lower) : NULL;
    if (at == NULL) {
        return false;
    }
    *out = (uint8_t)(at - DIGITS);
    return true;
}

/* One digit or two for each channel: "f" is "ff". */
static bool parse_digits(const char *text, size_t each, size_t channels, uint8_t rgba[4])
{
    uint8_t read[4] = { 0, 0, 0, 255 };
    for (size_t c = 0; c < channels; c++) {
        uint8_t high = 0;
        uint8_t low = 0;
        if (!parse_digit(text[each * c], &high) || !parse_digit(text[each * c + each - 1], &low)) {
            return false;
        }
        read[c] = (uint8_t)(16 * high + low);
    }
    memcpy(rgba, read, sizeof read);
    return true;
}

static bool find_name(const char *text, uint8_t rgba[4])
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcasecmp(text, NAMES[i].name) == 0) {
            const uint32_t rgb = NAMES[i].rgb;
            rgba[0] = (uint8_t)(rgb >> 16);
            rgba[1] = (uint8_t)(rgb >> 8);
            rgba[2] = (uint8_t)rgb;
            rgba[3] = 255;
            return true;
        }
    }
    return false;
}

bool fc_web_colour_parse(const char *text, uint8_t rgba[4])
{
    FC_ASSERT(text != NULL && rgba != NULL);
    if (find_name(text, rgba)) {
        return true;
    }
    text += *text == '#' ? 1 : 0;
    switch (strlen(text)) {
    case 3:
    case 4:
        return parse_digits(text, 1, strlen(text), rgba);
    case 6:
    case 8:
        return parse_digits(text, 2, strlen(text) / 2, rgba);
    default:
        return false;
    }
}

/* ---- with commas and in functions --------------------------------------------------------- */

/* Longest text of a colour: a function with spaces and decimals. */
#define TEXT_MAX 96

/* A number at the start of a text, of which `whole` is 255. */
static bool take_level(const char **at, double whole, uint8_t *out)
{
    char number[16];
    const size_t length = strspn(*at, "0123456789.");
    double value = 0;
    if (length == 0 || length >= sizeof number) {
        return false;
    }
    memcpy(number, *at, length);
    number[length] = '\0';
    *at += length;
    if (!fc_parse_real(number, &value)) {
        return false;
    }
    const bool share = **at == '%';
    *at += share ? 1 : 0;
    value = share ? value / 100 * 255 : value / whole * 255;
    *out = (uint8_t)lround(value <= 255 ? value : 0);
    return value <= 255;
}

/* Spaces, and at most one of the separators. */
static void skip_separator(const char **at, const char *separators)
{
    *at += strspn(*at, " ");
    *at += **at != '\0' && strchr(separators, **at) != NULL ? 1 : 0;
    *at += strspn(*at, " ");
}

/* What is within the brackets of rgb(), up to the end of the text. */
static bool read_function(const char *at, uint8_t rgba[4])
{
    uint8_t read[4] = { 0, 0, 0, 255 };
    for (int c = 0; c < 3; c++) {
        skip_separator(&at, c == 0 ? "" : ",");
        if (!take_level(&at, 255, &read[c])) {
            return false;
        }
    }
    skip_separator(&at, ",/");
    if (*at != '\0' && !take_level(&at, 1, &read[3])) {
        return false;
    }
    at += strspn(at, " ");
    if (*at == '\0') {
        memcpy(rgba, read, sizeof read);
    }
    return *at == '\0';
}

/* Three whole numbers with commas. */
static bool read_list(const char *at, uint8_t rgba[4])
{
    uint8_t read[4] = { 0, 0, 0, 255 };
    for (int c = 0; c < 3; c++) {
        char number[8];
        int64_t value = 0;
        at += strspn(at, " ");
        const size_t length = strcspn(at, ", ");
        const size_t end = length + strspn(at + length, " ");
        if (length >= sizeof number || at[end] != (c < 2 ? ',' : '\0')) {
            return false;
        }
        memcpy(number, at, length);
        number[length] = '\0';
        if (!fc_parse_integer(number, &value) || value < 0 || value > 255) {
            return false;
        }
        read[c] = (uint8_t)value;
        at += end + 1;
    }
    memcpy(rgba, read, sizeof read);
    return true;
}

/* Without the spaces around it. False: it is too long. */
static bool trim(const char *text, char trimmed[TEXT_MAX])
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    if (length < TEXT_MAX) {
        memcpy(trimmed, text, length);
        trimmed[length] = '\0';
    }
    return length < TEXT_MAX;
}

bool fc_web_colour_read(const char *text, uint8_t rgba[4])
{
    FC_ASSERT(text != NULL && rgba != NULL);
    char trimmed[TEXT_MAX];
    if (!trim(text, trimmed)) {
        return false;
    }
    const size_t length = strlen(trimmed);
    if (strcasecmp(trimmed, "transparent") == 0) {
        memcpy(rgba, (const uint8_t[4]){ 255, 255, 255, 0 }, 4);
        return true;
    }
    if (trimmed[0] == '#') {
        return fc_web_colour_parse(trimmed, rgba);
    }
    if (strncasecmp(trimmed, "rgb", 3) == 0 && trimmed[length - 1] == ')') {
        trimmed[length - 1] = '\0';
        const char *bracket = trimmed + 3 + (trimmed[3] == 'a' || trimmed[3] == 'A' ? 1 : 0);
        return *bracket == '(' && read_function(bracket + 1, rgba);
    }
    return read_list(trimmed, rgba) || find_name(trimmed, rgba);
}
