#include "image/pdf.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "config/paper.h"

#define POINTS_A_MM (72 / FC_INCH_MM)

/* Numbered from 1: catalogue, pages, page, content, picture, font. */
enum { CATALOGUE = 1, PAGES, PAGE, CONTENT, PICTURE, FONT, OBJECTS = FONT };

#define CONTENT_BYTES_MAX ((size_t)4 << 20)

/* A length as points with four places, whatever the locale writes for a decimal point. */
static fc_status print_points(fc_buffer *out, double mm, fc_error *err)
{
    const int64_t parts = llround(mm * POINTS_A_MM * 10000);
    const int64_t size = parts < 0 ? -parts : parts;
    return fc_buffer_print(out, err, "%s%" PRId64 ".%04" PRId64 " ", parts < 0 ? "-" : "",
                           size / 10000, size % 10000);
}

static fc_status print_all(fc_buffer *out, const double *mm, size_t count, const char *operator,
                           fc_error * err)
{
    for (size_t i = 0; i < count; i++) {
        FC_TRY(print_points(out, mm[i], err));
    }
    return fc_buffer_print(out, err, "%s\n", operator);
}

/* The unit square becomes the box; y goes up from the foot of the page. */
static fc_status print_place(fc_buffer *out, const fc_pdf_page *page, const fc_pdf_place *place,
                             fc_error *err)
{
    const fc_box box = place->box;
    const double foot = page->height_mm - box.y - box.height;
    const double upright[6] = { box.width, 0, 0, box.height, box.x, foot };
    const double turned[6] = { 0, -box.height, box.width, 0, box.x, foot + box.height };
    FC_TRY(fc_buffer_print(out, err, "q "));
    FC_TRY(print_all(out, place->turned ? turned : upright, 6, "cm /P Do Q", err));
    return FC_OK;
}

static fc_status print_line(fc_buffer *out, const fc_pdf_page *page, const fc_pdf_line *line,
                            fc_error *err)
{
    const double from[2] = { line->from.x, page->height_mm - line->from.y };
    const double to[2] = { line->to.x, page->height_mm - line->to.y };
    FC_TRY(print_all(out, from, 2, "m", err));
    return print_all(out, to, 2, "l S", err);
}

/* One letter of ISO 8859-1, or -1. */
static int letter_of(const char *text, size_t length)
{
    const uint8_t *byte = (const uint8_t *)text;
    if (length == 1 && byte[0] >= 0x20 && byte[0] < 0x7f) {
        return byte[0];
    }
    const int letter = length == 2 ? ((byte[0] & 0x1f) << 6) + (byte[1] & 0x3f) : 0;
    return letter >= 0xa0 && letter <= 0xff ? letter : -1;
}

static fc_status print_caption(fc_buffer *out, const fc_pdf_page *page, fc_error *err)
{
    const char *text = page->caption;
    const size_t size = strlen(text);
    if (size >= FC_PDF_CAPTION_SIZE) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a caption of %zu bytes, at most %d are allowed",
                       size, FC_PDF_CAPTION_SIZE - 1);
    }
    FC_TRY(fc_buffer_print(out, err, "BT /F "));
    FC_TRY(print_all(out, &page->caption_mm, 1, "Tf", err));
    FC_TRY(print_all(out,
                     (const double[]){ page->caption_at.x, page->height_mm - page->caption_at.y },
                     2, "Td (", err));
    out->size--; /* no line end within the text */
    for (size_t at = 0; at < size;) {
        const size_t length = fc_utf8_character(text + at, size - at);
        const int letter = letter_of(text + at, length);
        if (letter < 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "a caption with \"%.*s\", allowed: letters of ISO 8859-1 (Latin)",
                           (int)(length > 0 ? length : 1), length > 0 ? text + at : "?");
        }
        FC_TRY(fc_buffer_print(out, err, "\\%03o", (unsigned)letter));
        at += length;
    }
    return fc_buffer_print(out, err, ") Tj ET\n");
}

static fc_status print_content(fc_buffer *out, const fc_pdf_page *page, fc_error *err)
{
    for (size_t i = 0; i < page->place_count; i++) {
        FC_TRY(print_place(out, page, &page->places[i], err));
    }
    FC_TRY(print_all(out, &page->line_width_mm, 1, "w", err));
    for (size_t i = 0; i < page->line_count; i++) {
        FC_TRY(print_line(out, page, &page->lines[i], err));
    }
    return page->caption[0] != '\0' ? print_caption(out, page, err) : FC_OK;
}

/* The file on its way, and where its objects begin. */
typedef struct pdf_file {
    fc_buffer *out;
    size_t start;
    size_t objects[OBJECTS + 1];
} pdf_file;

static fc_status begin_object(pdf_file *file, int number, fc_error *err)
{
    file->objects[number] = file->out->size - file->start;
    return fc_buffer_print(file->out, err, "%d 0 obj\n", number);
}

static fc_status print_stream(pdf_file *file, fc_bytes content, fc_error *err)
{
    FC_TRY(fc_buffer_print(file->out, err, "/Length %zu >>\nstream\n", content.size));
    FC_TRY(fc_buffer_append(file->out, content.data, content.size, err));
    return fc_buffer_print(file->out, err, "\nendstream\nendobj\n");
}

static fc_status print_structure(pdf_file *file, const fc_pdf_page *page, fc_error *err)
{
    fc_buffer *out = file->out;
    FC_TRY(fc_buffer_print(out, err, "%%PDF-1.4\n%%\xe2\xe3\xcf\xd3\n"));
    FC_TRY(begin_object(file, CATALOGUE, err));
    FC_TRY(fc_buffer_print(out, err,
                           "<< /Type /Catalog /Pages %d 0 R /ViewerPreferences "
                           "<< /PrintScaling /None >> >>\nendobj\n",
                           PAGES));
    FC_TRY(begin_object(file, PAGES, err));
    FC_TRY(fc_buffer_print(out, err, "<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n", PAGE));
    FC_TRY(begin_object(file, PAGE, err));
    FC_TRY(fc_buffer_print(out, err, "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 ", PAGES));
    FC_TRY(print_all(out, (const double[]){ page->width_mm, page->height_mm }, 2, "]", err));
    FC_TRY(fc_buffer_print(out, err,
                           "/Contents %d 0 R /Resources << /XObject << /P %d 0 R >> "
                           "/Font << /F %d 0 R >> >> >>\nendobj\n",
                           CONTENT, PICTURE, FONT));
    FC_TRY(begin_object(file, FONT, err));
    return fc_buffer_print(out, err,
                           "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
                           "/Encoding /WinAnsiEncoding >>\nendobj\n");
}

static fc_status print_end(pdf_file *file, fc_error *err)
{
    const size_t table = file->out->size - file->start;
    FC_TRY(fc_buffer_print(file->out, err, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1));
    for (int i = 1; i <= OBJECTS; i++) {
        FC_TRY(fc_buffer_print(file->out, err, "%010zu 00000 n \n", file->objects[i]));
    }
    return fc_buffer_print(file->out, err,
                           "trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                           OBJECTS + 1, CATALOGUE, table);
}

fc_status fc_pdf_write(const fc_pdf_page *page, fc_bytes jpeg, fc_size px, fc_buffer *out,
                       fc_error *err)
{
    FC_ASSERT(page != NULL && page->caption != NULL && out != NULL);
    FC_AUTO_BUFFER(content, CONTENT_BYTES_MAX);
    FC_TRY(print_content(&content, page, err));
    pdf_file file = { .out = out, .start = out->size };
    FC_TRY(print_structure(&file, page, err));
    FC_TRY(begin_object(&file, CONTENT, err));
    FC_TRY(fc_buffer_print(out, err, "<< "));
    FC_TRY(print_stream(&file, fc_buffer_bytes(&content), err));
    FC_TRY(begin_object(&file, PICTURE, err));
    FC_TRY(fc_buffer_print(out, err,
                           "<< /Type /XObject /Subtype /Image /Width %" PRId32 " /Height %" PRId32
                           " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode ",
                           px.width, px.height));
    FC_TRY(print_stream(&file, jpeg, err));
    return print_end(&file, err);
}
