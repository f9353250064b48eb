/**
 * Measures: the properties that the check looks at, a row of check/measures.def for each, and their
 * values. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/geometry.h"

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

/** Which step of Facecraft mends a failed measure. */
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

/** Measured values, whatever a document asks for. Lengths are shares of the photo's height. */
typedef struct fc_check_values {
    double items[FC_MEASURES_COUNT];
    bool known[FC_MEASURES_COUNT];
    double eyes_to_chin;  /* share of the photo's height */
    double background[3]; /* median behind the person: L, a, b; known as `background` */
    fc_size size;         /* of the photo, px */
    double kb;            /* of the file */
} fc_check_values;

/** Set one value, unless it is NaN or infinite. */
void fc_measured(fc_check_values *values, fc_measure_id measure, double value);
