/** The check as JSON, for answers and for `facecraft check --json`. Any thread. */
#pragma once

#include <jansson.h>

#include "check/check.h"
#include "report/schema.h"

/** Schemas of Check and its measures. */
extern const fc_schema fc_check_schemas[];

/**
 * overall, measures (id, value, unit, score, state, fixable, mended_by, advice) in the order of the
 * table, not_checked (ids), and reasons (names of AWS Rekognition, for what failed).
 *
 * language   of the advice, as fc_advice_lookup takes it
 *
 * Null where no check was made. Owner: caller. NULL when memory ran out.
 */
json_t *fc_check_json(const fc_check *check, const char *language);

/** "crop", "background", "encode"; NULL: nothing mends it. */
const char *fc_check_mends_name(fc_check_mends mends);
