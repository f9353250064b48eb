#include "check/check.h"

#include <math.h>

#include "base/assert.h"
#include "check/measure_functions.h"
#include "check/wall_colour.h"

/* Scores where pass and warn end. */
#define PASS_SCORE 70.0
#define WARN_SCORE 40.0

/* A preset's range missed by no more than this is a warning, mm. */
#define WARN_MM 1.0

fc_status fc_check_measure(const fc_check_input *input, fc_check_values *out, fc_error *err)
{
    FC_ASSERT(input != NULL && out != NULL);
    FC_ASSERT(input->mesh != NULL);

    FC_AUTO(fc_face_crop) crop = NULL;
    FC_TRY(fc_face_crop_new(input, &crop, err));
    fc_check_values values = { 0 };
    if (input->face_alone) {
        FC_TRY(fc_measure_eyes(crop, &values, err));
        FC_TRY(fc_measure_sharpness(crop, &values, err));
        *out = values;
        return FC_OK;
    }
    fc_measure_pose(crop, &values); /* first: others are told apart from it */
    fc_measure_geometry(crop, &values);
    FC_TRY(fc_measure_eyes(crop, &values, err));
    fc_measure_mouth(crop, &values);
    FC_TRY(fc_measure_sharpness(crop, &values, err));
    fc_measure_light(crop, &values);
    fc_measure_colour(crop, &values);
    FC_TRY(fc_measure_background(crop, &values, err));
    fc_measure_file(crop, &values);
    *out = values;
    return FC_OK;
}

/* From the ideal to the end of pass, of warn, and on as steeply to 0. */
static double score_towards(double ideal, double pass, double warn, double value)
{
    const double sign = pass >= ideal ? 1 : -1;
    const double beyond_pass = sign * (value - pass);
    if (beyond_pass <= 0) {
        const double share = pass != ideal ? (value - ideal) / (pass - ideal) : 0;
        return 100 - (100 - PASS_SCORE) * fmin(fmax(share, 0), 1);
    }
    const double steps = warn != pass ? beyond_pass / fabs(warn - pass) : INFINITY;
    return fmax(PASS_SCORE - (PASS_SCORE - WARN_SCORE) * steps, 0);
}

static double score_of(const fc_check_limits *limits, double ideal, double value)
{
    if (value >= ideal) {
        return isfinite(limits->pass_to)
                   ? score_towards(ideal, limits->pass_to, limits->warn_to, value)
                   : 100;
    }
    return isfinite(limits->pass_from)
               ? score_towards(ideal, limits->pass_from, limits->warn_from, value)
               : 100;
}

static fc_check_state state_of(const fc_check_limits *limits, fc_check_state worst, double value)
{
    if (value >= limits->pass_from && value <= limits->pass_to) {
        return FC_CHECK_PASS;
    }
    const bool near = value >= limits->warn_from && value <= limits->warn_to;
    return near || worst == FC_CHECK_WARN ? FC_CHECK_WARN : FC_CHECK_FAIL;
}

static bool is_set(fc_check_range range)
{
    return range.to > 0;
}

static void judge_range(fc_check_item *item, fc_check_range range)
{
    const fc_check_limits limits = { range.from - WARN_MM, range.from, range.to,
                                     range.to + WARN_MM };
    item->score = score_of(&limits, (range.from + range.to) / 2, item->value);
    item->state = state_of(&limits, FC_CHECK_FAIL, item->value);
}

/* What was measured in shares of the height, in mm. */
static void judge_mm(fc_check *check, fc_measure_id measure, const fc_check_values *values,
                     double height_mm, fc_check_range range)
{
    fc_check_item *item = &check->items[measure];
    if (values->known[measure] && height_mm > 0 && is_set(range)) {
        item->value = values->items[measure] * height_mm;
        judge_range(item, range);
    }
}

static void fail(fc_check_item *item)
{
    item->state = FC_CHECK_FAIL;
    item->score = fmin(item->score, WARN_SCORE);
}

static bool misses(fc_check_range range, double value)
{
    return is_set(range) && (value < range.from || value > range.to);
}

/* The photo's own wall: whatever is laid in its place is right already. */
static void judge_wall(fc_check *check, const fc_check_values *values, uint32_t walls)
{
    const fc_measure_row *row = fc_measure_lookup(FC_MEASURE_background_colour);
    fc_check_item *item = &check->items[FC_MEASURE_background_colour];
    if (walls != 0 && values->known[FC_MEASURE_background]) {
        const fc_lab seen = { values->background[0], values->background[1], values->background[2] };
        item->value = fc_wall_colour_distance(seen, walls);
        item->score = score_of(&row->limits, row->ideal, item->value);
        item->state = state_of(&row->limits, row->worst, item->value);
    }
}

static void judge_by_ranges(fc_check *check, const fc_check_values *values,
                            const fc_check_ranges *ranges)
{
    fc_check_values counted = *values;
    if (ranges->crown_above > 0 && values->eyes_to_chin > 0) {
        fc_measured(&counted, FC_MEASURE_head_height,
                    (1 + ranges->crown_above) * values->eyes_to_chin);
    }
    judge_mm(check, FC_MEASURE_head_height, &counted, ranges->height_mm, ranges->head_mm);
    judge_mm(check, FC_MEASURE_eye_line, values, ranges->height_mm, ranges->eyes_mm);
    if (misses(ranges->width_px, values->size.width) ||
        misses(ranges->height_px, values->size.height) || misses(ranges->kb, values->kb)) {
        fail(&check->items[FC_MEASURE_file]);
    }
    judge_wall(check, values, ranges->walls);
}

static fc_check_state overall_of(const fc_check *check)
{
    fc_check_state worst = FC_CHECK_PASS;
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        fc_check_state state = check->items[i].state;
        if (state == FC_CHECK_FAIL && check->items[i].mends != FC_MENDED_BY_NOTHING) {
            state = FC_CHECK_WARN;
        }
        worst = state != FC_CHECK_NOT_CHECKED && state > worst ? state : worst;
    }
    return worst;
}

static fc_check_mends mends_of(const fc_measure_row *row, bool unedited)
{
    return unedited && row->mends == FC_MENDED_BY_BACKGROUND ? FC_MENDED_BY_NOTHING : row->mends;
}

fc_check fc_check_judge(const fc_check_values *values, const fc_check_ranges *ranges)
{
    FC_ASSERT(values != NULL && ranges != NULL);
    fc_check check = { .made = true };
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        fc_check_item *item = &check.items[i];
        item->state = FC_CHECK_NOT_CHECKED;
        item->mends = mends_of(row, ranges->unedited);
        if (values->known[i] && !row->by_preset && !row->unseen) {
            item->value = values->items[i];
            item->score = score_of(&row->limits, row->ideal, item->value);
            item->state = state_of(&row->limits, row->worst, item->value);
        }
    }
    judge_by_ranges(&check, values, ranges);
    check.overall = overall_of(&check);
    return check;
}
