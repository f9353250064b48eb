/**
 * Webhook: tells the end of accepted jobs to the addresses that their clients have named
 * (callback_url). A message is in the store from the moment of acceptance and is sent at least
 * once, in this process or a later one, until its receiver answers with 2xx. After webhook_tries
 * tries or webhook_age_hours it is given up. A message has the id of its job, so that a receiver
 * can tell a second one from the first.
 *
 * One thread sends all messages, several at a time. Any thread but for start, stop and free.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "report/schema.h"
#include "service/service.h"

/** Refuse settings that cannot be used. Errors: FC_INVALID_ARGUMENT, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_webhook_check_settings(const fc_server_settings *server, fc_error *err);

/**
 * Start sending. The service has its store and its pool.
 *
 * out   NULL where the service keeps no jobs, or has no secret
 *
 * Errors: those of the settings, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_webhook_start(fc_service *service, fc_webhook **out, fc_error *err);

/** Send nothing more; messages under way are dropped, and sent again by a later process. Does not
 * wait for receivers. NULL is fine. */
void fc_webhook_stop(fc_webhook *webhook);

/** After fc_webhook_stop and after the pool has ended. NULL is fine. */
void fc_webhook_free(fc_webhook *webhook);

/** A job has ended: look for messages to send. NULL is fine. */
void fc_webhook_wake(fc_webhook *webhook);

/**
 * Check whether a request may have a callback to this address.
 *
 * url            "" is none
 * asynchronous   the answer is asked for later
 *
 * Errors: FC_INVALID_ARGUMENT (no secret, no answer later, a host that is not allowed),
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_webhook_admit(const fc_service *service, const char *url,
                                         bool asynchronous, fc_error *err);

/** Seconds between a try and the next: webhook_retry_s, doubled with each try up to an hour, of
 *  which a part from a half to the whole that differs from job to job. */
int64_t fc_webhook_pause_s(int32_t retry_s, const char *job_id, int32_t tries);

/** Schema of JobEnded, the body of a message. */
extern const fc_schema fc_webhook_schemas[];
