/** Job figures: what the store holds and what waits in it, for monitors, which ask as often as they
 *  like: the database is asked now and then, and for a fiftieth of its time at most. Any thread,
 * but new and free. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/job_store.h"

typedef struct fc_job_figures fc_job_figures;

/** `store` is borrowed, outlives it, and is asked every `every_us` at most. Errors:
 *  FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_figures_new(fc_job_store *store, int64_t every_us,
                                           fc_job_figures **out, fc_error *err);
/** NULL is fine. */
void fc_job_figures_free(fc_job_figures *figures);
FC_DEFINE_CLEANUP(fc_job_figures, fc_job_figures_free)

/**
 * What the store held when it was asked last. `jobs` of a store that is not shared are those of
 * this moment. Others that ask meanwhile wait for the same answer.
 *
 * Errors: those of the last try to ask: FC_BUSY (the database is away), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_figures_read(fc_job_figures *figures, fc_job_totals *jobs,
                                            fc_job_backlog *backlog, fc_error *err);
