/**
 * Remote: the service's side of a decoder in a process of its own, which is not trusted.
 *
 * Sizes are checked against the limits before anything is made of them; the number of rows and
 * where they go follow from the request, not from what the process says. One thread at a time.
 */
#pragma once

#include <stdbool.h>

#include "image/area.h"
#include "image/image.h"
#include "image/photo_facts.h"

typedef struct fc_remote fc_remote;

/**
 * As fc_decoder_open, in a fresh process; fc_sandbox_is_on.
 *
 * file   of an accepted type, by its first bytes; outlives the decoder
 *
 * Errors: as fc_decode_probe; FC_OUT_OF_MEMORY, FC_BUSY, FC_MODEL_UNAVAILABLE: no process is to be
 * had.
 */
FC_MUST_CHECK fc_status fc_remote_open(fc_bytes file, const fc_decode_limits *limits,
                                       fc_remote **out, fc_error *err);
void fc_remote_free(fc_remote *remote);
FC_DEFINE_CLEANUP(fc_remote, fc_remote_free)

/** What the header says; `shrinks` as fc_source.shrinks. */
const fc_photo_facts *fc_remote_facts(const fc_remote *remote, bool *shrinks);

/**
 * Pixels of an area, as fc_raster_fill gives them. A process that was lost is replaced once.
 *
 * area         of the request
 * background   NULL: alpha is ignored
 *
 * Errors: those of fc_decode.
 */
FC_MUST_CHECK fc_status fc_remote_fill(fc_remote *remote, const fc_area *area,
                                       const fc_decode_request *request, const uint8_t *background,
                                       bool *invisible, fc_image **out, fc_error *err);
