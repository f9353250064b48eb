/**
 * PDF: one page with a picture several times and thin lines, in exact millimetres (ISO 32000-1).
 *
 * The picture is in the file once, as the JPEG that it is; no time, no name of a program.
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"

/** Bytes of a caption, with its final zero. */
#define FC_PDF_CAPTION_SIZE 256

/** Where the picture lies; mm from the upper left corner of the page. */
typedef struct fc_pdf_place {
    fc_box box;
    bool turned; /* by a quarter, clockwise */
} fc_pdf_place;

typedef struct fc_pdf_line {
    fc_point from;
    fc_point to;
} fc_pdf_line;

typedef struct fc_pdf_page {
    double width_mm;
    double height_mm;
    const fc_pdf_place *places; /* borrowed, as all of it */
    size_t place_count;
    const fc_pdf_line *lines;
    size_t line_count;
    double line_width_mm;
    const char *caption; /* UTF-8, "": none */
    fc_point caption_at; /* the left end of its base line */
    double caption_mm;   /* size of its letters */
} fc_pdf_page;

/**
 * Write the page.
 *
 * jpeg   baseline, RGB, 8 bit; not looked at
 * px     its size
 * out    appended to
 *
 * Errors: FC_INVALID_ARGUMENT (a caption that is too long, no UTF-8, or has other letters than
 * those of ISO 8859-1), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_pdf_write(const fc_pdf_page *page, fc_bytes jpeg, fc_size px,
                                     fc_buffer *out, fc_error *err);
