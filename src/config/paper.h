/** Paper: lengths and sizes for printing, in millimetres. Pure functions, any thread. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"

/** Millimetres of an inch: densities are px an inch. */
#define FC_INCH_MM 25.4

typedef struct fc_paper {
    double width_mm;
    double height_mm;
} fc_paper;

/** Shortest and longest side that is accepted. */
#define FC_PAPER_SIDE_MIN_MM 10.0
#define FC_PAPER_SIDE_MAX_MM 1200.0

/** The forms that fc_paper_parse accepts, for messages. */
#define FC_PAPER_FORMS                                                                             \
    "WIDTHxHEIGHT with mm, cm or in, such as 35x45mm (10..1200 mm), A3, A4, A5, A6, letter or "    \
    "legal"

/** Read a size; letter case does not matter. False: it is not a size, or out of range; then
 * unchanged. */
FC_MUST_CHECK bool fc_paper_parse(const char *text, fc_paper *out);

/** Read one length, "2mm", "0.5cm" or "0", from 0 to 100 mm. False: it is not a length; then
 * unchanged. */
FC_MUST_CHECK bool fc_length_mm_parse(const char *text, double *out);
