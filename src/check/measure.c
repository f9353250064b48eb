#include "check/measure.h"

#include <math.h>

#include "base/assert.h"

static const fc_measure_row ROWS[FC_MEASURES_COUNT] = {
#define AT_MOST(pass, warn) { -INFINITY, -INFINITY, pass, warn }, false, false
#define AT_LEAST(pass, warn) { warn, pass, INFINITY, INFINITY }, false, false
#define WITHIN(warn_from, pass_from, pass_to, warn_to)                                             \
    { warn_from, pass_from, pass_to, warn_to }, false, false
#define TOLD { -INFINITY, -INFINITY, INFINITY, INFINITY }, false, false
#define BY_PRESET { -INFINITY, -INFINITY, INFINITY, INFINITY }, true, false
#define UNSEEN { -INFINITY, -INFINITY, INFINITY, INFINITY }, false, true
#define FAIL FC_CHECK_FAIL
#define WARN FC_CHECK_WARN
#define NOTHING FC_MENDED_BY_NOTHING
#define CROP FC_MENDED_BY_CROP
#define BACKGROUND FC_MENDED_BY_BACKGROUND
#define ENCODE FC_MENDED_BY_ENCODE
#define COPIED false
#define OURS true
#define FC_MEASURE(id, unit, ideal, limits, worst, mends, origin, source, iso, reject, advice)     \
    { #id, unit, ideal, limits, worst, mends, origin, source, iso, reject, advice },
#include "check/measures.def"
};

const fc_measure_row *fc_measure_lookup(fc_measure_id measure)
{
    FC_ASSERT(measure < FC_MEASURES_COUNT);
    return &ROWS[measure];
}

const char *fc_check_state_name(fc_check_state state)
{
    static const char *const NAMES[] = { "pass", "warn", "fail", "not_checked" };
    return NAMES[state];
}

void fc_measured(fc_check_values *values, fc_measure_id measure, double value)
{
    if (isfinite(value)) {
        values->items[measure] = value;
        values->known[measure] = true;
    }
}
