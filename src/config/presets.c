#include "config/presets.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/suggest.h"
#include "config/paper.h"

#define PX(mm, at) ((int32_t)((mm) / FC_INCH_MM * (at) + 0.5))

/* The columns of presets.def. */
#define PRESET(is_name, is_country, is_document, ...)                                              \
    { .name = (is_name), .country = (is_country), .document = (is_document), __VA_ARGS__ },
#define PRINT(w, h, at)                                                                            \
    .width = PX(w, at), .height = PX(h, at), .width_mm = (w), .height_mm = (h), .dpi = (at)
#define PRINT_PX(w, h, x, y)                                                                       \
    .width = (x), .height = (y), .width_mm = (w), .height_mm = (h),                                \
    .dpi = (int32_t)((y)*FC_INCH_MM / (h) + 0.5)
#define SCREEN(x, y) .width = (x), .height = (y)
#define HEAD(low, high) .head = { low, high }
#define EYES(low, high) .eye_line = { low, high }
#define TOP(low, high) .top = { low, high }
#define SKULL .crown = FC_CROWN_SKULL
#define FOREHEAD .crown = FC_CROWN_FOREHEAD
#define GROUND(colour, words) .background = (colour), .ground = (words)
#define WALL(kinds) .walls = (kinds)
#define WHITE FC_WALL_WHITE
#define CREAM FC_WALL_CREAM
#define LIGHT_GREY FC_WALL_GREY
#define LIGHT_BLUE FC_WALL_BLUE
#define LIGHT FC_WALL_LIGHT
#define RED FC_WALL_RED
#define GREY .grey = true
#define KB(low, high) .kb_min = (low), .kb_max = (high)
#define NO_EDITS .edits = FC_EDITS_NONE
#define OFFICE_ONLY .office_only = true
#define SAID(by, who, when) .confidence = (by), .source = (who), .seen = (when)
#define AUTHORITY(who, when) SAID(FC_CONFIDENCE_AUTHORITY, who, when)
#define SECONDARY(who, when) SAID(FC_CONFIDENCE_SECONDARY, who, when)
#define CONFLICTING(who, when) SAID(FC_CONFIDENCE_CONFLICTING, who, when)
#define OURS(why) SAID(FC_CONFIDENCE_OWN, why, ""), NOTE("")
#define NOTE(text) .note = (text)

static const fc_preset PRESETS[] = {
#include "config/presets.def"
};

#define COUNT ((int32_t)(sizeof PRESETS / sizeof PRESETS[0]))

int32_t fc_presets_count(void)
{
    return COUNT;
}

const fc_preset *fc_preset_at(int32_t number)
{
    FC_ASSERT(number >= 0 && number <= COUNT);
    return number > 0 ? &PRESETS[number - 1] : NULL;
}

int32_t fc_preset_number(const char *name)
{
    FC_ASSERT(name != NULL);
    if (strcasecmp(name, FC_PRESET_NONE) == 0) {
        return 0;
    }
    for (int32_t i = 0; i < COUNT; i++) {
        if (strcasecmp(PRESETS[i].name, name) == 0) {
            return i + 1;
        }
    }
    return -1;
}

/* Whether a name has a word between hyphens, such as "visa" in "us-visa". */
static bool has_word(const char *name, const char *word, size_t length)
{
    while (*name != '\0') {
        const size_t size = strcspn(name, "-");
        if (size == length && strncasecmp(name, word, length) == 0) {
            return true;
        }
        name += size + strspn(name + size, "-");
    }
    return false;
}

/* Letters to change, less where whole words are right: "passport-us" is nearest to "us-passport".
 */
static int32_t distance_to(const char *typed, const char *name)
{
    int32_t distance = 2 * fc_word_distance(typed, name);
    while (*typed != '\0') {
        const size_t size = strcspn(typed, "-");
        distance -= size > 0 && has_word(name, typed, size) ? 5 + (int32_t)size : 0;
        typed += size + strspn(typed + size, "-");
    }
    return distance;
}

void fc_preset_nearest(const char *name, char *text, size_t size)
{
    FC_ASSERT(name != NULL);
    FC_ASSERT(size > 0);
    int32_t best[FC_PRESET_NEAREST];
    int32_t found = 0;
    for (int32_t i = 0; i < COUNT; i++) {
        const int32_t distance = distance_to(name, PRESETS[i].name);
        int32_t at = found;
        while (at > 0 && distance < distance_to(name, PRESETS[best[at - 1]].name)) {
            at--;
        }
        found += found < FC_PRESET_NEAREST ? 1 : 0;
        for (int32_t k = found - 1; k > at; k--) {
            best[k] = best[k - 1];
        }
        if (at < FC_PRESET_NEAREST) {
            best[at] = i;
        }
    }
    (void)snprintf(text, size, "%s, %s, %s", PRESETS[best[0]].name, PRESETS[best[1]].name,
                   PRESETS[best[2]].name);
}

const char *fc_confidence_name(fc_confidence confidence)
{
    static const char *const NAMES[] = { "authority", "secondary", "conflicting", "own" };
    return NAMES[confidence];
}

const char *fc_crown_name(fc_crown crown)
{
    static const char *const NAMES[] = { "hair", "skull", "forehead" };
    return NAMES[crown];
}

const char *fc_preset_background(const fc_preset *preset)
{
    FC_ASSERT(preset != NULL);
    return preset->edits == FC_EDITS_FREE ? preset->background : "keep";
}

const char *fc_preset_unit(const fc_preset *preset)
{
    FC_ASSERT(preset != NULL);
    return preset->height_mm > 0 ? "mm" : "%";
}

const char *fc_edits_name(fc_edits edits)
{
    static const char *const NAMES[] = { "free", "no_edits" };
    return NAMES[edits];
}
