#include "cli/page.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/limits.h"

/** Columns of a line, and where the explanation of a plain item starts. */
#define LINE_WIDTH 80
#define ITEM_COLUMN 26

/** Longest paragraph before it is wrapped; longer ones are cut. */
#define PARAGRAPH_SIZE 4096

void fc_page_init(fc_page *page, fc_page_style style)
{
    *page = (fc_page){ .style = style, .text = FC_BUFFER(FC_PAGE_BYTES_MAX) };
}

void fc_page_clear(fc_page *page)
{
    fc_buffer_clear(&page->text);
}

static void add(fc_page *page, const char *text, size_t size)
{
    if (page->status == FC_OK) {
        page->status = fc_buffer_append(&page->text, text, size, &page->err);
    }
}

static void add_text(fc_page *page, const char *text)
{
    add(page, text, strlen(text));
}

void fc_page_raw(fc_page *page, const char *format, ...)
{
    char text[PARAGRAPH_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add_text(page, text);
}

/* A word of running text. Roff reads "\" and "-" as commands and so does a line's first "." */
static void add_word(fc_page *page, const char *word, size_t size)
{
    if (page->style == FC_PAGE_ROFF && size > 0 && (word[0] == '.' || word[0] == '\'')) {
        add_text(page, "\\&");
    }
    for (size_t i = 0; i < size; i++) {
        const bool dropped = word[i] == '`' && page->style != FC_PAGE_MARKDOWN;
        if (page->style == FC_PAGE_ROFF && (word[i] == '\\' || word[i] == '-')) {
            add_text(page, word[i] == '-' ? "\\-" : "\\e");
        } else if (!dropped) {
            add(page, &word[i], 1);
        }
    }
}

/* Wrap `text` into lines; the first starts at `column`, the others at `indent`. */
static void add_wrapped(fc_page *page, const char *text, size_t column, size_t indent)
{
    bool line_empty = true;
    while (*text != '\0') {
        const size_t size = strcspn(text, " ");
        if (!line_empty && column + 1 + size > LINE_WIDTH) {
            add_text(page, "\n");
            for (size_t i = 0; i < indent; i++) {
                add_text(page, " ");
            }
            column = indent;
            line_empty = true;
        }
        if (!line_empty) {
            add_text(page, " ");
            column++;
        }
        add_word(page, text, size);
        column += size;
        line_empty = false;
        text += size + (text[size] == ' ' ? 1 : 0);
    }
    add_text(page, "\n");
}

void fc_page_heading(fc_page *page, int level, const char *text)
{
    FC_ASSERT(level >= 1 && level <= 3);
    switch (page->style) {
    case FC_PAGE_PLAIN:
        fc_page_raw(page, "%s:\n", text);
        return;
    case FC_PAGE_MARKDOWN:
        fc_page_raw(page, "%s %s\n\n", &"###"[3 - level], text);
        return;
    case FC_PAGE_ROFF:
        fc_page_raw(page, "%s %s\n", level == 1 ? ".SH" : ".SS", text);
        return;
    }
}

void fc_page_paragraph(fc_page *page, const char *format, ...)
{
    char text[PARAGRAPH_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (page->style == FC_PAGE_ROFF) {
        add_text(page, ".PP\n");
    }
    add_wrapped(page, text, 0, 0);
    fc_page_gap(page);
}

void fc_page_item(fc_page *page, const char *term, const char *format, ...)
{
    char text[PARAGRAPH_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    switch (page->style) {
    case FC_PAGE_PLAIN:
        fc_page_raw(page, "  %-*s", ITEM_COLUMN - 3, term);
        if (strlen(term) > ITEM_COLUMN - 4) {
            fc_page_raw(page, "\n%*s", ITEM_COLUMN, "");
        } else {
            add_text(page, " ");
        }
        add_wrapped(page, text, ITEM_COLUMN, ITEM_COLUMN);
        return;
    case FC_PAGE_MARKDOWN:
        fc_page_raw(page, "- `%s`: ", term);
        add_wrapped(page, text, strlen(term) + 6, 2);
        return;
    case FC_PAGE_ROFF:
        add_text(page, ".TP\n.B \"");
        add_word(page, term, strlen(term));
        add_text(page, "\"\n");
        add_wrapped(page, text, 0, 0);
        return;
    }
}

void fc_page_code(fc_page *page, const char *text)
{
    switch (page->style) {
    case FC_PAGE_PLAIN:
        fc_page_raw(page, "  %s\n", text);
        return;
    case FC_PAGE_MARKDOWN:
        fc_page_raw(page, "    %s\n", text);
        return;
    case FC_PAGE_ROFF:
        add_text(page, ".PP\n.nf\n.RS\n");
        add_word(page, text, strlen(text));
        add_text(page, "\n.RE\n.fi\n");
        return;
    }
}

static void add_cell(fc_page *page, const char *cell)
{
    for (const char *at = cell; *at != '\0'; at++) {
        add_text(page, *at == '|' ? "\\" : "");
        add(page, at, 1);
    }
}

void fc_page_row(fc_page *page, const char *const *cells, size_t count)
{
    FC_ASSERT(page->style == FC_PAGE_MARKDOWN);
    add_text(page, "|");
    for (size_t i = 0; i < count; i++) {
        add_text(page, " ");
        add_cell(page, cells[i]);
        add_text(page, " |");
    }
    add_text(page, "\n");
}

void fc_page_head(fc_page *page, const char *const *cells, size_t count)
{
    fc_page_row(page, cells, count);
    add_text(page, "|");
    for (size_t i = 0; i < count; i++) {
        add_text(page, "---|");
    }
    add_text(page, "\n");
}

void fc_page_gap(fc_page *page)
{
    add_text(page, page->style == FC_PAGE_ROFF ? "" : "\n");
}

fc_status fc_page_print(const fc_page *page, fc_error *err)
{
    if (page->status != FC_OK) {
        return fc_fail(err, page->status, "%s", page->err.text);
    }
    return fc_file_write("-", fc_buffer_bytes(&page->text), err);
}
