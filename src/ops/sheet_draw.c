#include "ops/sheet_draw.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "config/paper.h"

int32_t fc_sheet_px(double mm, int32_t dpi)
{
    return (int32_t)lround(mm / FC_INCH_MM * dpi);
}

/* A quarter clockwise where it is turned: the picture's lower left corner comes to the upper left.
 */
static void paste(const fc_image *picture, fc_image *sheet, int32_t left, int32_t top, bool turned)
{
    const int32_t width = turned ? picture->size.height : picture->size.width;
    const int32_t height = turned ? picture->size.width : picture->size.height;
    for (int32_t y = 0; y < height && top + y < sheet->size.height; y++) {
        uint8_t *to = fc_image_row(sheet, top + y) + (ptrdiff_t)3 * left;
        for (int32_t x = 0; x < width && left + x < sheet->size.width; x++, to += 3) {
            const uint8_t *from = turned ? fc_image_row(picture, width - 1 - x) + (ptrdiff_t)3 * y
                                         : fc_image_row(picture, y) + (ptrdiff_t)3 * x;
            memcpy(to, from, 3);
        }
    }
}

static int32_t within(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* Marks go along one axis; both ends end where a picture or the paper does. */
static void draw_mark(fc_image *sheet, const fc_pdf_line *mark, int32_t dpi)
{
    const double half = FC_SHEET_MARK_MM / 2;
    const bool level = mark->from.y == mark->to.y;
    const double x0 = fmin(mark->from.x, mark->to.x) - (level ? 0 : half);
    const double y0 = fmin(mark->from.y, mark->to.y) - (level ? half : 0);
    const double x1 = fmax(mark->from.x, mark->to.x);
    const double y1 = fmax(mark->from.y, mark->to.y);
    const int32_t thick =
        fc_sheet_px(FC_SHEET_MARK_MM, dpi) > 1 ? fc_sheet_px(FC_SHEET_MARK_MM, dpi) : 1;
    const int32_t left = within(fc_sheet_px(x0, dpi), sheet->size.width);
    const int32_t top = within(fc_sheet_px(y0, dpi), sheet->size.height);
    const int32_t right = within(level ? fc_sheet_px(x1, dpi) : left + thick, sheet->size.width);
    const int32_t below = within(level ? top + thick : fc_sheet_px(y1, dpi), sheet->size.height);
    for (int32_t y = top; y < below; y++) {
        memset(fc_image_row(sheet, y) + (ptrdiff_t)3 * left, 0, (size_t)(right - left) * 3);
    }
}

fc_status fc_sheet_draw(const fc_sheet *sheet, const fc_sheet_wish *wish, const fc_image *picture,
                        int32_t dpi, fc_image **out, fc_error *err)
{
    FC_ASSERT(sheet != NULL && wish != NULL && out != NULL);
    FC_ASSERT(picture != NULL && picture->channels == 3);
    const fc_size size = { fc_sheet_px(wish->paper_width, dpi),
                           fc_sheet_px(wish->paper_height, dpi) };
    FC_AUTO(fc_image) drawn = NULL;
    FC_TRY(fc_image_new(size, 3, &drawn, err));
    for (int32_t y = 0; y < size.height; y++) {
        memset(fc_image_row(drawn, y), 255, (size_t)size.width * 3);
    }
    for (size_t i = 0; i < sheet->mark_count; i++) {
        draw_mark(drawn, &sheet->marks[i], dpi);
    }
    for (size_t i = 0; i < sheet->place_count; i++) { /* over the marks: they lie outside */
        const fc_pdf_place *place = &sheet->places[i];
        paste(picture, drawn, fc_sheet_px(place->box.x, dpi), fc_sheet_px(place->box.y, dpi),
              place->turned);
    }
    drawn->dpi = dpi;
    *out = FC_STEAL(drawn);
    return FC_OK;
}
