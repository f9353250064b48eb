/**
 * Local: decoding in this process, by the codecs. Any thread; a source belongs to one at a time.
 */
#pragma once

#include <stdbool.h>

#include "image/area.h"
#include "image/photo_facts.h"
#include "image/source.h"

/**
 * As fc_decode_probe.
 *
 * shrinks   set: fc_source.shrinks
 */
FC_MUST_CHECK fc_status fc_local_probe(fc_bytes file, const fc_decode_limits *limits,
                                       fc_photo_facts *out, bool *shrinks, fc_error *err);

/** Whether a type is accepted. Errors: FC_UNSUPPORTED_FORMAT. */
FC_MUST_CHECK fc_status fc_local_check_format(fc_format format, uint32_t accepted, fc_error *err);

/**
 * Open for decoding, with limits that follow from the facts.
 *
 * file   the one that was probed; outlives the source
 *
 * Errors: those of decoding.
 */
FC_MUST_CHECK fc_status fc_local_open(fc_bytes file, const fc_photo_facts *facts, fc_source **out,
                                      fc_error *err);

/**
 * sRGB rows of an area. Errors: those of decoding; FC_CORRUPT_IMAGE where the source is another
 * picture than the area's.
 */
FC_MUST_CHECK fc_status fc_local_rows(fc_source *source, const fc_area *area, fc_rows **out,
                                      fc_error *err);
