/**
 * Percent-encoding: the path of a request, its query and urlencoded bodies. Everything is decoded
 * once, in place, and must then be UTF-8 without zero bytes.
 *
 * One thread at a time.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"

/** Decode a text in place. Errors: FC_INVALID_ARGUMENT; it may then be changed. */
FC_MUST_CHECK fc_status fc_http_percent_decode(char *text, fc_error *err);

/**
 * Decode a path in place.
 *
 * Errors: FC_INVALID_ARGUMENT for a path that does not begin with "/", that has a part "." or
 * "..", an encoded slash, a backslash, a control byte, or a broken "%"; it may then be changed.
 */
FC_MUST_CHECK fc_status fc_http_path_decode(char *path, fc_error *err);

/**
 * Take "a=1&b=2" apart in place; "+" is a space.
 *
 * pairs   point into `text`
 *
 * Errors: FC_INVALID_ARGUMENT for a broken "%", FC_LIMIT_EXCEEDED for more than `pairs_max` names;
 * the text may then be changed.
 */
FC_MUST_CHECK fc_status fc_http_urlencoded_parse(char *text, fc_http_pair *pairs, size_t pairs_max,
                                                 size_t *count, fc_error *err);
