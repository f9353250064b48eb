/**
 * Shared bytes: a buffer that several own, so that it is in memory once. The last owner releases
 * it.
 *
 * Any thread; the bytes never change.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_shared fc_shared;

/**
 * Share a buffer.
 *
 * bytes   taken over: empty afterwards; left alone on failure
 * out     one reference; NULL where the buffer is empty
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_shared_new(fc_buffer *bytes, fc_shared **out, fc_error *err);

/** Another reference to the same bytes. NULL is fine. */
fc_shared *fc_shared_ref(fc_shared *shared);

/** Give a reference back. NULL is fine. */
void fc_shared_unref(fc_shared *shared);
FC_DEFINE_CLEANUP(fc_shared, fc_shared_unref)

/** The bytes, for as long as one has a reference; NULL has none. */
fc_bytes fc_shared_bytes(const fc_shared *shared);
