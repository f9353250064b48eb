/**
 * Colour key: the alpha of each px by its colour alone, between that of a plain wall and that of
 * the person, both known (ops/plain_wall.h); as a studio does with green.
 *
 * One thread at a time.
 */
#pragma once

#include "ops/plain_wall.h"

typedef struct fc_colour_key fc_colour_key;

/**
 * Prepare to key a picture.
 *
 * wall      borrowed as long as `out` lives
 * size      of the picture, any scale
 * again     the alphas that will be given were keyed at a smaller scale: what is person there and
 *           inside stays so, whatever the colour of a single px
 * out       owner: caller, release with fc_colour_key_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_colour_key_new(const fc_plain_wall *wall, fc_size size, bool again,
                                          fc_colour_key **out, fc_error *err);
void fc_colour_key_free(fc_colour_key *key);
FC_DEFINE_CLEANUP(fc_colour_key, fc_colour_key_free)

/**
 * Key px first..end - 1 of row y.
 *
 * colours   RGB of these px
 * alpha     in: as found by other means; out: what colours tell instead, as far as they are to be
 *           believed. end - first values
 *
 * Returns how far that is, 0..1, for each of them; valid until the next call.
 * Cost: about 15 ns a px.
 */
const float *fc_colour_key_row(fc_colour_key *key, int32_t y, int32_t first, int32_t end,
                               const uint8_t *colours, float *alpha);
