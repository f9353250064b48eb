/** Start: brings the parts of the service (service/service.h) up in order, and ends them. One
 * thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "http/route.h"
#include "service/service.h"

/** Open the store that the settings name. Errors: those of fc_job_store_open and
 *  fc_job_store_open_shared; those of fc_s3_new; FC_INVALID_ARGUMENT (a database, and nothing is to
 * be kept; a store without a database). */
FC_MUST_CHECK fc_status fc_service_open_store(const fc_server_settings *server, fc_job_store **out,
                                              fc_error *err);

/**
 * Load the models, open the store, start the workers.
 *
 * routes   those that the statistics count by; constant
 *
 * Errors: those of fc_engine_new, fc_service_open_store and fc_worker_pool_new.
 */
FC_MUST_CHECK fc_status fc_service_new(const fc_params *defaults, const fc_settings *settings,
                                       const fc_server_settings *server, fc_http_routes routes,
                                       fc_service **out, fc_error *err);
void fc_service_free(fc_service *service);
FC_DEFINE_CLEANUP(fc_service, fc_service_free)
