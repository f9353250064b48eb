/**
 * Answers: the result of a photo as one line of JSON. The same object is printed by `facecraft
 * process --json` and sent by POST /api/v1/process.
 *
 * Every key is always there, null where it does not apply. Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "pipeline/portrait.h"
#include "report/schema.h"

/** Facts for an answer besides the portrait itself. All may be NULL or 0. */
typedef struct fc_answer_facts {
    const char *input; /* name of the photo, as the user gave it */
    const char *png_path;
    const char *jpeg_path;
    const char *matte_path;
    const char *job_id;
    const char *download_url;
    const char *png_url;
    const char *jpeg_url;
    const char *language; /* of advice; NULL: English */
    int64_t time_us;
    int32_t number; /* of this portrait among those of its photo, from 1 */
    int32_t count;  /* portraits of its photo */
} fc_answer_facts;

/** The keys of an answer, in their order. */
extern const fc_schema_field fc_answer_fields[];

/** Schemas of Answer and its parts: Box, Size, Face and others. */
extern const fc_schema fc_answer_schemas[];

/** Append warnings to a list, as fc_json_append does. */
json_t *fc_answer_append_warnings(json_t *list, const fc_warnings *warnings);

/**
 * Append the answer for a finished portrait to `out`, as one line.
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (past out->size_max); then unchanged.
 */
FC_MUST_CHECK fc_status fc_answer_portrait(const fc_portrait *portrait,
                                           const fc_answer_facts *facts, fc_buffer *out,
                                           fc_error *err);

/**
 * Append the answer for a photo that gave no portrait.
 *
 * photo     as far as it was looked at; NULL when it was not even read
 * failure   why; never FC_OK
 *
 * Errors: as fc_answer_portrait.
 */
FC_MUST_CHECK fc_status fc_answer_failure(const fc_photo *photo, const fc_error *failure,
                                          const fc_answer_facts *facts, fc_buffer *out,
                                          fc_error *err);
