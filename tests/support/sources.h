/** For tests of a format's decoder: read a source whole or in parts. */
#pragma once

#include "image/codecs.h"
#include "support/fc_test.h"

/** 100 megapixels, 1 GB. */
extern const fc_source_limits sources_limits;

/** Size of a picture that is decoded with a shrink, as image/source.h says. */
fc_size sources_shrunk(const fc_source *source, int32_t shrink);

/** All rows of a part, tightly packed; release with fc_memory_free. The first failure is passed on,
 *  and `out` is untouched then. */
FC_MUST_CHECK fc_status sources_read(fc_source *source, int32_t shrink, fc_rect part, uint8_t **out,
                                     fc_error *err);

/** The whole picture; fails the test when that is refused. */
uint8_t *sources_read_whole(fc_source *source, int32_t shrink);

/** Parts at the corners and in the midst are cut from the whole picture, to the byte. */
void sources_assert_parts(fc_source *source, int32_t shrink);
