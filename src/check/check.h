/**
 * Check: how well a photo suits a document. One face, measured on one small crop of the photo
 * (check/face_crop.h); each measure (check/measure.h) gets a score, a state, and advice. Any
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "check/face_crop.h"
#include "check/measure.h"

/** A range, both ends included; both 0: no limit. */
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
    uint32_t walls; /* FC_WALL_ that are allowed behind the person; 0: any */
    bool unedited;  /* altered photos are refused: another background mends nothing */
} fc_check_ranges;

typedef struct fc_check_item {
    double value; /* in the row's unit; 0 where not checked */
    double score; /* 0..100; 0 where not checked */
    fc_check_state state;
    fc_check_mends mends; /* the row's, as far as the document allows it */
} fc_check_item;

/** Result of a check. All zero: no check was made. */
typedef struct fc_check {
    bool made;
    fc_check_item items[FC_MEASURES_COUNT];
    fc_check_state overall; /* the worst, where what can be mended is at most a warning */
} fc_check;

/**
 * Measure everything, or what `face_alone` of the input says.
 *
 * out   untouched on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Cost: about 10 ms, most of it networks.
 */
FC_MUST_CHECK fc_status fc_check_measure(const fc_check_input *input, fc_check_values *out,
                                         fc_error *err);

/** Scores and states of measured values. Cost: none. */
fc_check fc_check_judge(const fc_check_values *values, const fc_check_ranges *ranges);
