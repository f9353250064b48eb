/** Trace: what each stage did for a portrait, as a small table for a person. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "pipeline/portrait.h"

/**
 * Append the table: stage, ms, model, device, note; stages that did not run are left out.
 *
 * name            of the photo
 * number, count   of this portrait, from 1, among those of its photo
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_trace_portrait(const fc_portrait *portrait, const char *name,
                                          int32_t number, int32_t count, fc_buffer *out,
                                          fc_error *err);
