/**
 * Page: help and documentation written once, shown as plain text, Markdown or a manual page.
 *
 * The first failure stays in the page and makes all further calls do nothing; fc_page_print tells
 * it. One thread at a time.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef enum fc_page_style {
    FC_PAGE_PLAIN,
    FC_PAGE_MARKDOWN,
    FC_PAGE_ROFF,
} fc_page_style;

typedef struct fc_page {
    fc_page_style style;
    fc_buffer text;
    fc_status status;
    fc_error err;
} fc_page;

/** An empty page; release with fc_page_clear. */
void fc_page_init(fc_page *page, fc_page_style style);
void fc_page_clear(fc_page *page);

#define FC_AUTO_PAGE(name, style)                                                                  \
    __attribute__((cleanup(fc_page_clear))) fc_page name;                                          \
    fc_page_init(&name, style)

/** Level 1 to 3. */
void fc_page_heading(fc_page *page, int level, const char *text);

/** Wrapped at the page's width. Backquotes mark code, as in Markdown; other styles drop them. */
FC_PRINTF(2, 3) void fc_page_paragraph(fc_page *page, const char *format, ...);

/** A term and what it means; several in a row make a list. */
FC_PRINTF(3, 4) void fc_page_item(fc_page *page, const char *term, const char *format, ...);

/** Lines to be typed or looked at as they are. */
void fc_page_code(fc_page *page, const char *text);

/** One row of a table; the first one of a table is its head. Markdown only. */
void fc_page_head(fc_page *page, const char *const *cells, size_t count);
void fc_page_row(fc_page *page, const char *const *cells, size_t count);

/** End a list or a table. */
void fc_page_gap(fc_page *page);

/** Text as it is, without any care for the style. */
FC_PRINTF(2, 3) void fc_page_raw(fc_page *page, const char *format, ...);

/** Write the page to standard output. Errors: what went wrong on the page; FC_IO. */
FC_MUST_CHECK fc_status fc_page_print(const fc_page *page, fc_error *err);
