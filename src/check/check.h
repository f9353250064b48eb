/**
 * Check: how well a photo suits a document. One face, measured on one small crop of the photo with
 * FC_CHECK_EYES px between the eyes; each measure gets a score, a state, and advice.
 *
 * The table of measures is check/measures.def. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "image/decode.h"
#include "models/face.h"
#include "models/face_mesh.h"
#include "models/iris.h"

/** px between the eyes in the crop. */
#define FC_CHECK_EYES 64

/** Sides of the crop, px, and where the middle between the eyes lies in it. */
#define FC_CHECK_WIDTH 256
#define FC_CHECK_HEIGHT 320
#define FC_CHECK_EYES_DOWN 136

/** FC_MEASURE_single_face and so on. */
typedef enum fc_measure_id {
#define FC_MEASURE(id, unit, ideal, limits, worst, mends, origin, source, iso, reject, advice)     \
    FC_MEASURE_##id,
#include "check/measures.def"
#undef FC_MEASURE
    FC_MEASURES_COUNT,
} fc_measure_id;

/** In the order of falling quality. */
typedef enum fc_check_state {
    FC_CHECK_PASS,
    FC_CHECK_WARN,
    FC_CHECK_FAIL,
    FC_CHECK_NOT_CHECKED,
} fc_check_state;

/** "pass", "warn", "fail", "not_checked". */
const char *fc_check_state_name(fc_check_state state);

/** What a value may be; -INFINITY or INFINITY where nothing limits it. */
typedef struct fc_check_limits {
    double warn_from;
    double pass_from;
    double pass_to;
    double warn_to;
} fc_check_limits;

/** What makes a picture of the photo good all the same. */
typedef enum fc_check_mends {
    FC_MENDED_BY_NOTHING,
    FC_MENDED_BY_CROP,
    FC_MENDED_BY_BACKGROUND,
    FC_MENDED_BY_ENCODE,
} fc_check_mends;

/** A row of the table. Texts are "" where there is nothing to say. */
typedef struct fc_measure_row {
    const char *id;
    const char *unit;
    double ideal;
    fc_check_limits limits;
    bool by_preset; /* without a preset's range it is not checked */
    bool unseen;    /* never checked */
    fc_check_state worst;
    fc_check_mends mends;
    bool calibrated; /* on our own points and photos; else copied */
    const char *source;
    const char *iso;
    const char *reject;
    const char *advice;
} fc_measure_row;

/** Row of a measure, 0..FC_MEASURES_COUNT-1. */
const fc_measure_row *fc_measure_lookup(fc_measure_id measure);

/** Both ends included; both 0: no limit. */
typedef struct fc_check_range {
    double from;
    double to;
} fc_check_range;

/** What a document asks for. All zero: no document. */
typedef struct fc_check_ranges {
    double height_mm;        /* of the whole picture; 0: nothing in mm is asked for */
    double crown_above;      /* of the crown above the eyes, in heights from eyes to chin; 0: where
                                the hair ends */
    fc_check_range head_mm;  /* chin to crown */
    fc_check_range eyes_mm;  /* eye line above the lower edge */
    fc_check_range width_px; /* of the file */
    fc_check_range height_px;
    fc_check_range kb;
    bool has_background;
    uint8_t background[3]; /* sRGB */
} fc_check_ranges;

/** What was measured, whatever a document asks for: lengths are shares of the photo's height. */
typedef struct fc_check_values {
    double items[FC_MEASURES_COUNT];
    bool known[FC_MEASURES_COUNT];
    double eyes_to_chin;  /* share of the photo's height */
    double background[3]; /* median behind the person: L, a, b; known as `background` */
    fc_size size;         /* of the photo, px */
    double kb;            /* of the file */
} fc_check_values;

typedef struct fc_check_item {
    double value; /* in the row's unit; 0 where not checked */
    double score; /* 0..100; 0 where not checked */
    fc_check_state state;
} fc_check_item;

/** What came of it. All zero: no check was made. */
typedef struct fc_check {
    bool made;
    fc_check_item items[FC_MEASURES_COUNT];
    fc_check_state overall; /* the worst, where what can be mended is at most a warning */
} fc_check;

/** What is looked at. */
typedef struct fc_check_input {
    fc_bytes file;
    fc_photo_facts facts;
    const fc_faces *faces; /* px of the photo */
    int32_t face;          /* which of them */
    const fc_raster *preview;
    const fc_image *pixels;    /* as fc_check_place lays it, RGB */
    const fc_plane *coverage;  /* of the crop: share of each px that lies in the photo */
    const fc_plane *matte;     /* of the crop: share of each px that is the person; NULL: unknown */
    fc_similarity to_photo;    /* crop px -> photo px */
    const fc_face_mesh *mesh;  /* not NULL */
    const fc_iris_model *iris; /* NULL: gaze and pupils are not checked, lids by the mesh */
} fc_check_input;

/** Where the crop lies, crop px -> photo px, from the 68 points of the face, which are not all
 *  one. */
fc_similarity fc_check_place(const fc_point points[FC_LANDMARK_COUNT]);

/**
 * Measure everything.
 *
 * out   untouched on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Cost: about 10 ms, most of it networks.
 */
FC_MUST_CHECK fc_status fc_check_measure(const fc_check_input *input, fc_check_values *out,
                                         fc_error *err);

/** Scores and states of what was measured. Cost: none. */
fc_check fc_check_judge(const fc_check_values *values, const fc_check_ranges *ranges);
