/** A service whose workers only pretend (support/stub_work.h), with a real job store in
 * fc_stores_folder (support/stores.h). All of this fails the test when something goes wrong. */
#pragma once

#include "service/service.h"
#include "support/stub_work.h"

/** Start it, and the thread for jobs that are answered later. */
fc_service *fc_stub_service(fc_stub_work *stub, int32_t workers, int32_t queue_max);

/** The same with another store, which it closes. */
fc_service *fc_stub_service_of(fc_job_store *store, fc_stub_work *stub, int32_t workers,
                               int32_t queue_max);

/** Give its one worker the memory that real pictures take; jobs are not answered later any more. */
void fc_stub_service_enlarge(fc_service *service, fc_stub_work *stub);

/** End it as SIGTERM does: what has not ended is left to the next one. A store of analyses that a
 *  test has given it goes as well. */
void fc_stub_service_end(fc_service *service);

/** cmocka setup of a test: fc_stores_setup, and a service in that folder. */
int fc_stub_service_setup(void **state, fc_stub_work *stub, int32_t workers, int32_t queue_max,
                          fc_service **service);

/** The teardown to it. */
int fc_stub_service_teardown(void **state, fc_service *service);

/** Give it a store for four analyses. */
void fc_stub_service_add_analyses(fc_service *service);

/** Keep an analysis of a photo without faces there, for the owner "". */
void fc_stub_service_keep_analysis(fc_service *service, const char *token);

/** A request with one photo named "file" for each letter, or with photos named "files". Valid until
 *  the next call. */
const fc_http_request *fc_stub_request(const char *letters, bool batch);

/** Accept such a request; the id of its job. */
fc_status fc_stub_accept(fc_service *service, const char *letters, bool batch,
                         char id[FC_JOB_ID_SIZE], fc_error *err);

/** Wait until the job has ended, a minute at most; what became of it. */
fc_job fc_stub_await_job(fc_service *service, const char *id);
