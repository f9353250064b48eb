/** Sheet print: a sheet made by the workers, as the answer of a request. */
#pragma once

#include "config/sheet_options.h"
#include "http/request.h"
#include "http/response.h"
#include "service/service.h"

/**
 * Put a portrait on a sheet. The sheet becomes the body of the answer, X-Pictures tells how many
 * there are. Waits for the workers; any thread.
 *
 * portrait   a picture file, borrowed
 *
 * Errors: those of fc_sheet_make, fc_worker_pool_submit and fc_photo_wait.
 */
FC_MUST_CHECK fc_status fc_sheet_print(const fc_service *service, const fc_http_request *request,
                                       fc_bytes portrait, const fc_sheet_options *options,
                                       fc_http_response *response, fc_error *err);
