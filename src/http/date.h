/** Date: times as HTTP writes them (RFC 9110, section 5.6.7). Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

/** Room for a date. */
#define FC_HTTP_DATE_SIZE 64

/** "Sun, 06 Nov 1994 08:49:37 GMT"; "" for a time that has no such text. */
void fc_http_date_print(int64_t time_s, char text[FC_HTTP_DATE_SIZE]);

/** Unix time of such a text; the two older forms are not read. False: it is not a date. */
FC_MUST_CHECK bool fc_http_date_parse(const char *text, int64_t *time_s);
