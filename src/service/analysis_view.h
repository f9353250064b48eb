/** Analysis view: an analysed photo as the service shows it. Any thread. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "http/response.h"
#include "jobs/analysis_store.h"
#include "jobs/task.h"
#include "report/schema.h"

typedef struct fc_analysis_facts {
    const fc_task_result *result; /* one portrait for each face, from the left, with landmarks */
    const char *token;            /* NULL: nothing is kept, there is no face */
    int32_t expires_in_s;
    int64_t time_us;
} fc_analysis_facts;

/** The answer of /api/v1/analyze. Owner: caller; NULL when memory ran out. */
json_t *fc_analysis_view(const fc_analysis_facts *facts);

/** Answer 404 or 410 for a token without an analysis. `state` is not FC_ANALYSIS_THERE. */
void fc_analysis_refuse(fc_http_response *response, fc_analysis_state state);

/** Schemas of Analysis and its parts. */
extern const fc_schema fc_analysis_schemas[];
