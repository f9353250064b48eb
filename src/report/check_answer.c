#include "report/check_answer.h"

#include <string.h>

#include "base/assert.h"
#include "report/json.h"

static const fc_schema_field MEASURE[] = {
    { "id", "string", NULL },
    { "value", "number or null", "null where it was not checked" },
    { "unit", "string", NULL },
    { "score", "number or null", "0 to 100; 70 where pass ends, 40 where warn ends" },
    { "state", "one of pass, warn, fail, not_checked", NULL },
    { "fixable", "boolean", "whether a picture of the photo can be good all the same" },
    { "mended_by", "one of crop, background, encode or null", "as far as the preset allows edits" },
    { "advice", "string or null", "for the person in the photo; null where nothing is to be done" },
    { 0 },
};

static const fc_schema_field CHECK[] = {
    { "overall", "one of pass, warn, fail", "the worst; what can be mended only warns" },
    { "measures", "list of CheckMeasure", NULL },
    { "not_checked", "list of string", "ids" },
    { "reasons", "list of string", "what AWS Rekognition calls what failed" },
    { 0 },
};

const fc_schema fc_check_schemas[] = {
    { "CheckMeasure", MEASURE },
    { "Check", CHECK },
    { 0 },
};

const char *fc_check_mends_name(fc_check_mends mends)
{
    static const char *const NAMES[] = { NULL, "crop", "background", "encode" };
    return NAMES[mends];
}

/* Advice where something is to be done, and no number where nothing was measured. */
static json_t *pack_item(const fc_measure_row *row, const fc_check_item *item)
{
    const bool measured = item->state != FC_CHECK_NOT_CHECKED;
    const bool advised = item->state == FC_CHECK_WARN || item->state == FC_CHECK_FAIL;
    const char *mends = fc_check_mends_name(item->mends);
    return json_pack("{s:s, s:o, s:s, s:o, s:s, s:b, s:o, s:o}", "id", row->id, "value",
                     measured ? fc_json_rounded(item->value, 4) : json_null(), "unit", row->unit,
                     "score", measured ? fc_json_rounded(item->score, 1) : json_null(), "state",
                     fc_check_state_name(item->state), "fixable", mends != NULL, "mended_by",
                     fc_json_text(mends), "advice", fc_json_text(advised ? row->advice : NULL));
}

static bool holds(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0) {
            return true;
        }
    }
    return false;
}

json_t *fc_check_json(const fc_check *check)
{
    FC_ASSERT(check != NULL);
    if (!check->made) {
        return json_null();
    }
    json_t *measures = json_array();
    json_t *unchecked = json_array();
    json_t *reasons = json_array();
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        const fc_check_item *item = &check->items[i];
        measures = fc_json_append(measures, pack_item(row, item));
        if (item->state == FC_CHECK_NOT_CHECKED) {
            unchecked = fc_json_append(unchecked, json_string(row->id));
        }
        if (item->state == FC_CHECK_FAIL && row->reject[0] != '\0' &&
            !holds(reasons, row->reject)) {
            reasons = fc_json_append(reasons, json_string(row->reject));
        }
    }
    return json_pack("{s:s, s:o, s:o, s:o}", "overall", fc_check_state_name(check->overall),
                     "measures", measures, "not_checked", unchecked, "reasons", reasons);
}
