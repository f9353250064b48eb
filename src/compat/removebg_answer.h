/** How remove.bg answers: its envelope of errors, and its headers and two forms of a result. Any
 *  thread. */
#pragma once

#include <jansson.h>

#include "base/attributes.h"
#include "base/error.h"
#include "compat/removebg_fields.h"
#include "http/request.h"
#include "http/response.h"
#include "jobs/task.h"
#include "report/schema.h"

/** For fc_http_error_format: any refusal of the server. Our 401 is 403 there, and a full queue is
 *  429, because its clients wait and try again then. */
json_t *fc_removebg_refusal(unsigned *code, bool busy, const char *text);

/** A refusal by a code of its own, such as "invalid_size": 400 and the title. */
FC_PRINTF(3, 4)
void fc_removebg_refuse(fc_http_response *response, const char *code, const char *format, ...);

/** What a failed task, or a failure before it, means; FC_OK: the response has the refusal, else the
 *  failure is none of remove.bg's and is passed on. */
FC_MUST_CHECK fc_status fc_removebg_fail(const fc_error *failure, fc_cutout_fault fault,
                                         fc_http_response *response, fc_error *err);

/** The result: its bytes, or JSON where the client accepts that. Errors: FC_OUT_OF_MEMORY,
 *  FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_removebg_answer(const fc_removebg_order *order,
                                           const fc_http_request *request,
                                           const fc_task_result *result, fc_http_response *response,
                                           fc_error *err);

/** X-RateLimit-...: what clients read after every answer. There is no such limit here. */
void fc_removebg_limits(fc_http_response *response);

/** RemovebgError: a refusal in the words of remove.bg. */
extern const fc_schema fc_removebg_schemas[];
