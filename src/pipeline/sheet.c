#include "pipeline/sheet.h"

#include <inttypes.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "config/paper.h"
#include "image/encode.h"
#include "ops/letters.h"
#include "ops/sheet_draw.h"
#include "ops/sheet_layout.h"
#include "pipeline/backdrop.h"

/* Room for a caption below the pictures, and its letters. */
#define CAPTION_FOOT_MM 5.0
#define CAPTION_SIZE_MM 2.8

/* Bytes for each px of the sheet, its encoder's memory included; and of one picture. */
#define SHEET_BYTES 9
#define PICTURE_BYTES 9

FC_DEFINE_CLEANUP(fc_sheet, fc_memory_free)

static fc_status refuse(fc_error *err, const char *name, const char *text, const char *allowed)
{
    return fc_fail(err, FC_INVALID_ARGUMENT, "%s is \"%.40s\", allowed: %s", name, text, allowed);
}

static fc_status read_length(const char *name, const char *text, double *out, fc_error *err)
{
    return fc_length_mm_parse(text, out)
               ? FC_OK
               : refuse(err, name, text, "0 to 100 mm, such as 2mm, 0.5cm or 0.1in");
}

static fc_status read_wish(const fc_sheet_options *options, fc_sheet_wish *out, fc_error *err)
{
    fc_paper size = { 0 };
    fc_paper paper = { 0 };
    if (!fc_paper_parse(options->size, &size)) {
        return refuse(err, "size", options->size, FC_PAPER_FORMS);
    }
    if (!fc_paper_parse(options->paper, &paper)) {
        return refuse(err, "paper", options->paper, FC_PAPER_FORMS);
    }
    if (options->format != FC_SHEET_PDF) {
        FC_TRY(fc_letters_check(options->caption, err));
    }
    fc_sheet_wish wish = { .paper_width = paper.width_mm,
                           .paper_height = paper.height_mm,
                           .width = size.width_mm,
                           .height = size.height_mm,
                           .foot = options->caption[0] != '\0' ? CAPTION_FOOT_MM : 0,
                           .marks = options->cut_lines };
    FC_TRY(read_length("gap", options->gap, &wish.gap, err));
    FC_TRY(read_length("margin", options->margin, &wish.margin, err));
    *out = wish;
    return FC_OK;
}

static fc_size picture_px(const fc_sheet_wish *wish, int32_t dpi)
{
    return (fc_size){ fc_sheet_px(wish->width, dpi), fc_sheet_px(wish->height, dpi) };
}

/* Px of the sheet, where it is made of pixels; else of one picture. */
static int64_t pixels_of(const fc_sheet_wish *wish, const fc_sheet_options *options)
{
    const bool drawn = options->format != FC_SHEET_PDF;
    const double width = drawn ? wish->paper_width : wish->width;
    const double height = drawn ? wish->paper_height : wish->height;
    return (int64_t)fc_sheet_px(width, options->dpi) * fc_sheet_px(height, options->dpi);
}

static fc_status check_pixels(const fc_sheet_wish *wish, const fc_sheet_options *options,
                              const fc_decode_limits *limits, fc_error *err)
{
    const int64_t pixels = pixels_of(wish, options);
    return pixels <= limits->pixels_max
               ? FC_OK
               : fc_fail(err, FC_LIMIT_EXCEEDED,
                         "%" PRId64 " px at %d dpi, at most %" PRId64
                         " are made; ask for %sfewer dpi",
                         pixels, options->dpi, limits->pixels_max,
                         options->format == FC_SHEET_PDF ? "" : "a PDF or for ");
}

/* That a picture does not fit is told before that it has too many px. */
static fc_status plan(const fc_sheet_options *options, const fc_decode_limits *limits,
                      fc_sheet_wish *wish, fc_sheet **out, fc_error *err)
{
    FC_AUTO(fc_sheet) sheet = NULL;
    FC_TRY(read_wish(options, wish, err));
    FC_TRY(fc_memory_new(1, sizeof *sheet, (void **)&sheet, err));
    FC_TRY(fc_sheet_lay_out(wish, sheet, err));
    FC_TRY(check_pixels(wish, options, limits, err));
    *out = FC_STEAL(sheet);
    return FC_OK;
}

/* The left end of the base line, in mm. */
static fc_point caption_at(const fc_sheet *sheet, const fc_sheet_wish *wish)
{
    return (fc_point){ sheet->places[0].box.x, wish->paper_height - wish->margin - 1 };
}

static fc_status write_pdf(const fc_sheet *sheet, const fc_sheet_wish *wish, const char *caption,
                           const fc_image *picture, fc_buffer *out, fc_error *err)
{
    FC_AUTO_BUFFER(jpeg, FC_PORTRAIT_BYTES_MAX);
    int32_t quality = 0;
    FC_TRY(fc_encode_jpeg(picture, FC_PORTRAIT_BYTES_MAX, &jpeg, &quality, err));
    const fc_pdf_page page = {
        .width_mm = wish->paper_width,
        .height_mm = wish->paper_height,
        .places = sheet->places,
        .place_count = sheet->place_count,
        .lines = sheet->marks,
        .line_count = sheet->mark_count,
        .line_width_mm = FC_SHEET_MARK_MM,
        .caption = caption,
        .caption_at = caption_at(sheet, wish),
        .caption_mm = CAPTION_SIZE_MM,
    };
    return fc_pdf_write(&page, fc_buffer_bytes(&jpeg), picture->size, out, err);
}

/* A caption that the paper's edge would cut is refused. */
static fc_status write_caption(const fc_sheet *sheet, const fc_sheet_wish *wish,
                               const fc_sheet_options *options, fc_image *drawn, fc_error *err)
{
    const fc_point at = caption_at(sheet, wish);
    const double px = options->dpi / FC_INCH_MM;
    const double width = fc_letters_width(options->caption, CAPTION_SIZE_MM);
    if (width > wish->paper_width - at.x) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the caption is %.0f mm long, at most %.0f fit",
                       width, wish->paper_width - at.x);
    }
    fc_letters_draw(drawn, options->caption, (fc_point){ at.x * px, at.y * px },
                    CAPTION_SIZE_MM * px);
    return FC_OK;
}

static fc_status write_pixels(const fc_sheet *sheet, const fc_sheet_wish *wish,
                              const fc_sheet_options *options, const fc_image *picture,
                              fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_image) drawn = NULL;
    int32_t quality = 0;
    FC_TRY(fc_sheet_draw(sheet, wish, picture, options->dpi, &drawn, err));
    FC_TRY(write_caption(sheet, wish, options, drawn, err));
    return options->format == FC_SHEET_PNG
               ? fc_encode_png(drawn, out, err)
               : fc_encode_jpeg(drawn, FC_PORTRAIT_BYTES_MAX, out, &quality, err);
}

static void count(const fc_sheet *sheet, fc_sheet_facts *facts)
{
    *facts = (fc_sheet_facts){ .pictures = (int32_t)sheet->place_count };
    for (size_t i = 0; i < sheet->place_count; i++) {
        facts->turned += sheet->places[i].turned ? 1 : 0;
    }
}

fc_status fc_sheet_make(fc_bytes portrait, const fc_sheet_options *options,
                        const fc_decode_limits *limits, fc_buffer *out, fc_sheet_facts *facts,
                        fc_error *err)
{
    FC_ASSERT(options != NULL && limits != NULL);
    FC_ASSERT(out != NULL && facts != NULL);
    fc_sheet_wish wish = { 0 };
    FC_AUTO(fc_sheet) sheet = NULL;
    FC_TRY(plan(options, limits, &wish, &sheet, err));
    FC_AUTO(fc_image) picture = NULL;
    FC_TRY(fc_backdrop_load(portrait, limits, picture_px(&wish, options->dpi), &picture, err));
    FC_AUTO_BUFFER(file, FC_PORTRAIT_BYTES_MAX);
    FC_TRY(options->format == FC_SHEET_PDF
               ? write_pdf(sheet, &wish, options->caption, picture, &file, err)
               : write_pixels(sheet, &wish, options, picture, &file, err));
    *out = file;
    file = FC_BUFFER(0);
    count(sheet, facts);
    return FC_OK;
}

fc_status fc_sheet_estimate(fc_bytes portrait, const fc_sheet_options *options,
                            const fc_decode_limits *limits, int64_t *bytes, fc_error *err)
{
    FC_ASSERT(options != NULL && limits != NULL && bytes != NULL);
    fc_sheet_wish wish = { 0 };
    FC_AUTO(fc_sheet) sheet = NULL;
    FC_TRY(plan(options, limits, &wish, &sheet, err));
    fc_photo_facts facts = { 0 };
    FC_TRY(fc_decode_probe(portrait, limits, &facts, err));
    const fc_size picture = picture_px(&wish, options->dpi);
    *bytes = fc_backdrop_estimate(portrait, limits) + SHEET_BYTES * pixels_of(&wish, options) +
             PICTURE_BYTES * (int64_t)picture.width * picture.height + (int64_t)sizeof(fc_sheet);
    return FC_OK;
}
