/**
 * Lane: a target with its open connections, and the patience to deliver: it waits where the target
 * asks for that, and connects again where it was lost. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "directory/target.h"
#include "pipeline/stages.h"

typedef struct fc_lane fc_lane;

/**
 * A lane without a connection yet.
 *
 * config     outlives the lane
 * parallel   connections at a time, at most those of the class; at least 1
 * cancel     ends waiting; may be NULL
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_lane_new(const fc_target_config *config, int32_t parallel,
                                    const fc_cancel *cancel, fc_lane **out, fc_error *err);

/** With all connections in it. NULL is fine. */
void fc_lane_free(fc_lane *lane);
FC_DEFINE_CLEANUP(fc_lane, fc_lane_free)

/** A connection, opened where all are in use and more are allowed; else waits for one. Errors:
 * those of opening. */
FC_MUST_CHECK fc_status fc_lane_take(fc_lane *lane, fc_target **out, fc_error *err);

/** Give it back; `spoilt`: it is closed, unless others use it as well. */
void fc_lane_give_back(fc_lane *lane, fc_target *target, bool spoilt);

/** Threads that may have a connection at a time. */
int32_t fc_lane_users(const fc_lane *lane);

/** Read what an account has, and wait where the target asks for that. Errors: those of `read` of
 * the class, FC_CANCELLED. */
FC_MUST_CHECK fc_status fc_lane_read(fc_lane *lane, fc_target *target, const fc_account *account,
                                     fc_buffer *out, fc_error *err);

/** Wait as long as the target has asked to be left alone. Errors: FC_CANCELLED. */
FC_MUST_CHECK fc_status fc_lane_await(fc_lane *lane, fc_error *err);

/**
 * Deliver until the target takes it, refuses it, or is lost too often. Who asks to wait without end
 * has refused.
 *
 * taken    a connection of the lane; another one where it was lost, NULL where that failed
 * result   FC_DELIVERY_DONE or FC_DELIVERY_REFUSED
 *
 * Errors: FC_CANCELLED, FC_IO (lost), those of deliver and open.
 */
FC_MUST_CHECK fc_status fc_lane_deliver(fc_lane *lane, const fc_account *account,
                                        const fc_target_picture *picture, fc_target **taken,
                                        fc_delivery *result, fc_error *err);
