/**
 * Service: the parts that all handlers share: the engine, its workers, the store of finished jobs
 * and the counters. They live from start to end (service/start.h) of `facecraft serve`.
 *
 * Constant after start, except for state that the parts guard themselves. Any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "config/profile.h"
#include "engine/engine.h"
#include "http/response.h"
#include "http/server.h"
#include "jobs/analysis_store.h"
#include "jobs/idempotency.h"
#include "jobs/idle_models.h"
#include "jobs/statistics.h"
#include "jobs/worker_pool.h"
#include "net/fetch.h"
#include "store/job_figures.h"
#include "store/job_store.h"

typedef struct fc_async_jobs fc_async_jobs; /* service/async_job.h */
typedef struct fc_webhook fc_webhook;       /* service/webhook.h */
typedef struct fc_images fc_images;         /* service/images.h */

typedef struct fc_service {
    fc_params defaults;
    fc_settings settings;
    fc_server_settings server;
    uint32_t formats; /* accepted picture types, FC_FORMAT_BIT */
    fc_engine *engine;
    fc_idle_models *idle; /* NULL where nothing is released */
    fc_job_store *store;
    fc_job_figures *figures; /* of the store, for monitors */
    fc_idempotency *idempotency;
    fc_analysis_store *analyses;
    fc_statistics *statistics;
    fc_worker_pool *pool;
    fc_async_jobs *async_jobs;       /* NULL where nothing is kept */
    fc_webhook *webhook;             /* NULL where nobody is called back */
    fc_images *images;               /* NULL without a key for them */
    const fc_profile_list *profiles; /* of one's own; NULL for none. Outlive the service */
    fc_http_routes routes;           /* their patterns are the labels of the statistics */
    fc_buffer openapi;               /* filled by who knows the routes' documents */
    _Atomic int64_t draining_us;     /* fc_clock_us when the service began to end; 0: it goes on */
} fc_service;

/** Settings of the HTTP server. Borrows the texts of the service. */
fc_http_settings fc_service_http_settings(fc_service *service);

/** Threads that work on photos: max_concurrent_jobs, but no more than processors. */
int32_t fc_service_workers(const fc_server_settings *server);

/** Bytes that all photos in work may take together: the setting, or half of the available memory.
 */
int64_t fc_service_memory(const fc_server_settings *server);

/** Rules for fetching pictures by addresses that clients give. */
fc_fetch_rules fc_service_fetch_rules(const fc_service *service);

/** Close the service to new work; it is no longer ready. Requests received before go on. */
void fc_service_close(fc_service *service);

/** Whether it is ready: open, with room in the queue and a writable store; else the reason. Writes
 * to the store, once a second at most. */
bool fc_service_ready(const fc_service *service, fc_error *why);

/** Refuse a request that arrived after fc_service_close. Errors: FC_BUSY. */
FC_MUST_CHECK fc_status fc_service_admit(const fc_service *service, const fc_http_request *request,
                                         fc_error *err);

/** Answer FC_BUSY with the time after which to try again; any other failure is passed on. */
FC_MUST_CHECK fc_status fc_service_refuse(const fc_service *service, const fc_error *failure,
                                          fc_http_response *response, fc_error *err);
