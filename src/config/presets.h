/**
 * Presets: the rules of offices and services for a picture, by name. The rows are
 * config/presets.def.
 *
 * A preset sets options (fc_params_select_preset, config/options.h); where the head lies is
 * pipeline/document.h's. Constant; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Of a measure, ends included; 0 at an end: the rule does not say. */
typedef struct fc_range {
    double min;
    double max;
} fc_range;

/** Where a head ends at the top, as its height is counted. */
typedef enum fc_crown {
    FC_CROWN_HAIR,     /* hair included */
    FC_CROWN_SKULL,    /* by proportion, whatever the hair */
    FC_CROWN_FOREHEAD, /* the hairline, by proportion */
} fc_crown;

/** Colours of a wall that a rule allows, as a set. What they are in numbers: check/wall_colour.h.
 */
enum {
    FC_WALL_WHITE = 1,
    FC_WALL_CREAM = 2, /* and off-white */
    FC_WALL_GREY = 4,  /* light and neutral */
    FC_WALL_BLUE = 8,  /* light */
    FC_WALL_LIGHT = 16,
    FC_WALL_RED = 32,
};

/** What an office allows to be done with a photo. */
typedef enum fc_edits {
    FC_EDITS_FREE, /* nothing else was found: another background, natural enhancement */
    FC_EDITS_NONE, /* altered photos are refused: crop alone */
} fc_edits;

/** How well a row is sourced. */
typedef enum fc_confidence {
    FC_CONFIDENCE_AUTHORITY,
    FC_CONFIDENCE_SECONDARY,
    FC_CONFIDENCE_CONFLICTING, /* sources disagree; the note has both */
    FC_CONFIDENCE_OWN,         /* our own choice */
} fc_confidence;

typedef struct fc_preset {
    const char *name;     /* "de-passport" */
    const char *country;  /* ISO 3166, "EU", or "" where it is no state's */
    const char *document; /* "passport" */
    int32_t width;        /* of the picture, px */
    int32_t height;
    double width_mm; /* on paper; 0: only px are said, and then the ranges are % of the height */
    double height_mm;
    int32_t dpi;       /* 0: not told */
    fc_range head;     /* chin to crown */
    fc_range eye_line; /* above the lower edge */
    fc_range top;      /* above the crown */
    fc_crown crown;
    const char *background; /* of an edited photo; see fc_preset_background */
    const char *ground;     /* what the rule says of it; may be empty */
    uint32_t walls;         /* FC_WALL_ that those words allow; 0: any */
    bool grey;
    int32_t kb_min; /* of the JPEG; 0: not said */
    int32_t kb_max;
    fc_edits edits;
    bool office_only; /* no home-made picture is taken */
    fc_confidence confidence;
    const char *source; /* who says so; of our own: why */
    const char *seen;   /* date on which that was read; "" for our own */
    const char *note;   /* may be empty */
} fc_preset;

/** The option's word for "none", which is number 0. */
#define FC_PRESET_NONE "none"

/** Presets are numbered from 1, as fc_params.preset has it. */
int32_t fc_presets_count(void);

/** One of 1..fc_presets_count(); NULL for 0. */
const fc_preset *fc_preset_at(int32_t number);

/** Number of a name, in any case; 0 for FC_PRESET_NONE; -1 for an unknown name. */
int32_t fc_preset_number(const char *name);

/** Most names that fc_preset_nearest gives. */
#define FC_PRESET_NEAREST 3

/** The names nearest to an unknown one, best first: "us-passport, us-visa, ...". */
void fc_preset_nearest(const char *name, char *text, size_t size);

/** "authority", "secondary", "conflicting" or "own". */
const char *fc_confidence_name(fc_confidence confidence);

/** "hair", "skull" or "forehead". */
const char *fc_crown_name(fc_crown crown);

/** The background, as the text of the option; `keep` where altered photos are refused. */
const char *fc_preset_background(const fc_preset *preset);

/** Of its ranges: "mm" or "%". */
const char *fc_preset_unit(const fc_preset *preset);

/** "free" or "no_edits". */
const char *fc_edits_name(fc_edits edits);
