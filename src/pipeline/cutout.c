#include "pipeline/cutout.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "image/encode.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"
#include "ops/resample.h"
#include "pipeline/backdrop.h"

void fc_cutout_clear(fc_cutout *cutout)
{
    if (cutout != NULL) {
        fc_buffer_clear(&cutout->file);
        fc_buffer_clear(&cutout->alpha_file);
    }
}

fc_size fc_cutout_size(fc_size photo, int64_t pixels_max)
{
    FC_ASSERT(photo.width > 0 && photo.height > 0);
    const double pixels = (double)photo.width * photo.height;
    if (pixels_max <= 0 || pixels <= (double)pixels_max) {
        return photo;
    }
    const double scale = sqrt((double)pixels_max / pixels);
    return (fc_size){ (int32_t)fmax(floor(photo.width * scale), 1),
                      (int32_t)fmax(floor(photo.height * scale), 1) };
}

/* Below this much alpha nobody sees a person. */
#define VISIBLE 8

/* The most that a margin may be: of the person's side, and px. */
#define MARGIN_SHARE_MAX 0.5
#define MARGIN_PX_MAX 500.0

/* First and last column of a row that are visible; false when none is. */
static bool visible_columns(const uint8_t *row, int32_t width, int32_t *first, int32_t *last)
{
    int32_t left = 0;
    while (left < width && row[4 * left + 3] < VISIBLE) {
        left++;
    }
    if (left == width) {
        return false;
    }
    int32_t right = width - 1;
    while (row[4 * right + 3] < VISIBLE) {
        right--;
    }
    *first = left < *first ? left : *first;
    *last = right > *last ? right : *last;
    return true;
}

fc_region fc_cutout_person(const fc_image *cutout)
{
    FC_ASSERT(cutout != NULL && cutout->channels == 4);
    int32_t left = cutout->size.width;
    int32_t right = -1;
    int32_t top = -1;
    int32_t bottom = -1;
    for (int32_t y = 0; y < cutout->size.height; y++) {
        if (visible_columns(fc_image_row(cutout, y), cutout->size.width, &left, &right)) {
            top = top < 0 ? y : top;
            bottom = y;
        }
    }
    return top < 0 ? (fc_region){ 0 }
                   : (fc_region){ left, top, { right + 1 - left, bottom + 1 - top } };
}

/* ---- region of interest ---------------------------------------------------------------------- */

/* A length along a side of the photo, as a share of it. */
static double share_of_side(fc_length length, int32_t side)
{
    return length.percent ? length.value / 100 : length.value / side;
}

static void clear_columns(uint8_t *row, int32_t from, int32_t end)
{
    memset(row + (ptrdiff_t)4 * from, 0, 4 * (size_t)(end - from));
}

static void clear_outside(fc_image *cutout, const double share[4])
{
    const fc_size size = cutout->size;
    const int32_t left = (int32_t)lround(share[0] * size.width);
    const int32_t top = (int32_t)lround(share[1] * size.height);
    const int32_t right = (int32_t)lround(share[2] * size.width);
    const int32_t bottom = (int32_t)lround(share[3] * size.height);
    for (int32_t y = 0; y < size.height; y++) {
        uint8_t *row = fc_image_row(cutout, y);
        const bool inside = y >= top && y < bottom;
        clear_columns(row, 0, inside ? left : size.width);
        clear_columns(row, inside ? right : size.width, size.width);
    }
}

fc_status fc_cutout_limit(const fc_cutout_plan *plan, fc_size photo, fc_image *cutout,
                          fc_cutout_fault *fault, fc_error *err)
{
    FC_ASSERT(plan != NULL && cutout != NULL && fault != NULL);
    if (!plan->has_roi) {
        return FC_OK;
    }
    double share[4];
    for (int i = 0; i < 4; i++) {
        share[i] = share_of_side(plan->roi[i], i % 2 == 0 ? photo.width : photo.height);
        if (!(share[i] >= 0 && share[i] <= 1)) {
            *fault = FC_CUTOUT_ROI_OUTSIDE;
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "roi goes beyond the photo, which has %d x %d px", photo.width,
                           photo.height);
        }
    }
    if (share[0] >= share[2] || share[1] >= share[3]) {
        *fault = FC_CUTOUT_ROI_EMPTY;
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "roi is empty; allowed: left, top, right and bottom, in this order");
    }
    clear_outside(cutout, share);
    return FC_OK;
}

/* ---- canvas ---------------------------------------------------------------------------------- */

/* Where the person of a cut-out goes. */
typedef struct arrangement {
    fc_size canvas;
    fc_region person;
} arrangement;

static double margin_px(fc_length margin, int32_t side)
{
    const double px = margin.percent ? margin.value / 100 * side : margin.value;
    return fmin(fmax(px, 0), fmin(MARGIN_PX_MAX, MARGIN_SHARE_MAX * side));
}

static int32_t side_max(int32_t side)
{
    const double margin = fmin(MARGIN_PX_MAX, MARGIN_SHARE_MAX * side);
    return side + 2 * (int32_t)ceil(margin);
}

fc_size fc_cutout_canvas_max(const fc_cutout_plan *plan, fc_size size)
{
    FC_ASSERT(plan != NULL);
    return plan->crop ? (fc_size){ side_max(size.width), side_max(size.height) } : size;
}

static void crop(const fc_cutout_plan *plan, arrangement *to)
{
    int32_t margin[FC_SIDES];
    for (int i = 0; i < FC_SIDES; i++) {
        const bool vertical = i == FC_TOP || i == FC_BOTTOM;
        const int32_t side = vertical ? to->person.size.height : to->person.size.width;
        margin[i] = (int32_t)lround(margin_px(plan->margin[i], side));
    }
    to->canvas.width = margin[FC_LEFT] + to->person.size.width + margin[FC_RIGHT];
    to->canvas.height = margin[FC_TOP] + to->person.size.height + margin[FC_BOTTOM];
    to->person.left = margin[FC_LEFT];
    to->person.top = margin[FC_TOP];
}

static void scale_person(const fc_cutout_plan *plan, arrangement *to)
{
    const fc_size size = to->person.size;
    const double fit =
        fmin((double)to->canvas.width / size.width, (double)to->canvas.height / size.height);
    const double factor = plan->scale * fit;
    to->person.size.width = (int32_t)fmax(round(size.width * factor), 1);
    to->person.size.height = (int32_t)fmax(round(size.height * factor), 1);
}

static arrangement arrangement_of(const fc_cutout_plan *plan, fc_size canvas, fc_region person)
{
    arrangement to = { canvas, person };
    if (plan->crop) {
        crop(plan, &to);
    }
    if (plan->scale > 0) {
        scale_person(plan, &to);
    }
    if (plan->scale > 0 || plan->placed) {
        const fc_point at = plan->placed ? plan->position : (fc_point){ 0.5, 0.5 };
        to.person.left = (int32_t)lround((to.canvas.width - to.person.size.width) * at.x);
        to.person.top = (int32_t)lround((to.canvas.height - to.person.size.height) * at.y);
    }
    return to;
}

/* The person's box of one canvas, put into its box of the other. */
static void copy_person(const fc_image *from, fc_region box, fc_image *to, fc_region place)
{
    for (int32_t y = 0; y < place.size.height; y++) {
        memcpy(fc_image_row(to, place.top + y) + (ptrdiff_t)4 * place.left,
               fc_image_row(from, box.top + y) + (ptrdiff_t)4 * box.left,
               4 * (size_t)place.size.width);
    }
}

static fc_status draw(const fc_image *cutout, fc_region box, const arrangement *to, fc_image **out,
                      fc_error *err)
{
    FC_AUTO(fc_image) canvas = NULL;
    FC_AUTO(fc_image) resized = NULL;
    FC_TRY(fc_image_new(to->canvas, 4, &canvas, err));
    for (int32_t y = 0; y < to->canvas.height; y++) {
        memset(fc_image_row(canvas, y), 0, 4 * (size_t)to->canvas.width);
    }
    const fc_size size = to->person.size;
    if (size.width == box.size.width && size.height == box.size.height) {
        copy_person(cutout, box, canvas, to->person);
    } else {
        const fc_box from = { box.left, box.top, box.size.width, box.size.height };
        FC_TRY(fc_resample(cutout, from, size, &resized, err));
        copy_person(resized, (fc_region){ 0, 0, size }, canvas, to->person);
    }
    *out = FC_STEAL(canvas);
    return FC_OK;
}

fc_status fc_cutout_arrange(const fc_cutout_plan *plan, fc_region *person, fc_image **cutout,
                            fc_error *err)
{
    FC_ASSERT(plan != NULL && person != NULL && cutout != NULL);
    FC_ASSERT(person->size.width > 0 && person->size.height > 0);
    if (!plan->crop && !plan->placed && plan->scale <= 0) {
        return FC_OK;
    }
    const arrangement to = arrangement_of(plan, (*cutout)->size, *person);
    fc_image *drawn = NULL;
    FC_TRY(draw(*cutout, *person, &to, &drawn, err));
    fc_image_free(*cutout);
    *cutout = drawn;
    *person = to.person;
    return FC_OK;
}

/* Straight alpha over straight alpha (Porter and Duff, 1984), in whole numbers, rounded. */
static void lay_px(uint8_t *px, const uint8_t behind[4])
{
    const uint32_t front = px[3] * 255U;
    const uint32_t back = behind[3] * (255U - px[3]);
    const uint32_t both = front + back;
    for (int c = 0; c < 3 && both > 0; c++) {
        px[c] = (uint8_t)((px[c] * front + behind[c] * back + both / 2) / both);
    }
    px[3] = (uint8_t)((both + 127) / 255);
}

static void lay_colour(fc_image *cutout, const uint8_t colour[4])
{
    for (int32_t y = 0; y < cutout->size.height; y++) {
        uint8_t *row = fc_image_row(cutout, y);
        for (int32_t x = 0; x < cutout->size.width; x++) {
            lay_px(row + (ptrdiff_t)4 * x, colour);
        }
    }
}

static void lay_picture(fc_image *cutout, const fc_image *picture)
{
    for (int32_t y = 0; y < cutout->size.height; y++) {
        uint8_t *row = fc_image_row(cutout, y);
        const uint8_t *behind = fc_image_row(picture, y);
        for (int32_t x = 0; x < cutout->size.width; x++) {
            const uint8_t colour[4] = { behind[3 * x], behind[3 * x + 1], behind[3 * x + 2], 255 };
            lay_px(row + (ptrdiff_t)4 * x, colour);
        }
    }
}

fc_status fc_cutout_lay_behind(const fc_cutout_plan *plan, const fc_decode_limits *limits,
                               fc_image *cutout, fc_cutout_fault *fault, fc_error *err)
{
    FC_ASSERT(plan != NULL && limits != NULL && fault != NULL);
    FC_ASSERT(cutout != NULL && cutout->channels == 4);
    if (plan->backdrop.size == 0) {
        if (plan->colour[3] > 0) {
            lay_colour(cutout, plan->colour);
        }
        return FC_OK;
    }
    FC_AUTO(fc_image) picture = NULL;
    const fc_status status = fc_backdrop_load(plan->backdrop, limits, cutout->size, &picture, err);
    if (status != FC_OK) {
        *fault = FC_CUTOUT_BACKDROP;
        return status;
    }
    lay_picture(cutout, picture);
    return FC_OK;
}

static const uint8_t BLACK[3] = { 0, 0, 0 };
static const uint8_t WHITE[3] = { 255, 255, 255 };

static bool is_opaque(const fc_image *pixels)
{
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *row = fc_image_row(pixels, y);
        for (int32_t x = 0; x < pixels->size.width; x++) {
            if (row[4 * x + 3] != 255) {
                return false;
            }
        }
    }
    return true;
}

/* Some of the four channels: `channels` 1 is the alpha, 3 the colours as they are. */
static fc_status take_channels(const fc_image *pixels, int32_t channels, fc_image **out,
                               fc_error *err)
{
    FC_AUTO(fc_image) taken = NULL;
    FC_TRY(fc_image_new(pixels->size, channels, &taken, err));
    const int32_t first = channels == 1 ? 3 : 0;
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *from = fc_image_row(pixels, y) + first;
        uint8_t *to = fc_image_row(taken, y);
        for (int32_t x = 0; x < pixels->size.width; x++) {
            for (int32_t c = 0; c < channels; c++) {
                to[channels * x + c] = from[4 * x + c];
            }
        }
    }
    *out = FC_STEAL(taken);
    return FC_OK;
}

/* The alpha as a picture of its own: grey, or RGB where the format knows no grey of ours. */
static fc_status make_matte(const fc_image *pixels, bool rgb, fc_image **out, fc_error *err)
{
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(take_channels(pixels, 1, &grey, err));
    if (!rgb) {
        *out = FC_STEAL(grey);
        return FC_OK;
    }
    FC_AUTO(fc_image) matte = NULL;
    FC_TRY(fc_image_new(pixels->size, 3, &matte, err));
    for (int32_t y = 0; y < pixels->size.height; y++) {
        const uint8_t *from = fc_image_row(grey, y);
        uint8_t *to = fc_image_row(matte, y);
        for (int32_t i = 0; i < 3 * pixels->size.width; i++) {
            to[i] = from[i / 3];
        }
    }
    *out = FC_STEAL(matte);
    return FC_OK;
}

/* The picture that is written, where it is not the pixels themselves (then *out stays NULL). */
static fc_status choose_picture(const fc_cutout_plan *plan, fc_cutout_format format, bool opaque,
                                fc_image *pixels, fc_image **out, fc_error *err)
{
    if (plan->alpha_only) {
        return make_matte(pixels, format == FC_CUTOUT_JPEG, out, err);
    }
    if (format == FC_CUTOUT_JPEG) {
        return fc_flatten(pixels, WHITE, out, err);
    }
    if (opaque && !plan->keep_alpha) {
        return take_channels(pixels, 3, out, err);
    }
    fc_clear_hidden_in_place(pixels, BLACK);
    return FC_OK;
}

static fc_status encode(const fc_image *picture, fc_cutout_format format, fc_buffer *out,
                        fc_error *err)
{
    int32_t quality = 0;
    switch (format) {
    case FC_CUTOUT_JPEG:
        return fc_encode_jpeg(picture, FC_CUTOUT_BYTES_MAX, out, &quality, err);
    case FC_CUTOUT_WEBP:
        return fc_encode_webp(picture, out, err);
    case FC_CUTOUT_AUTO:
    case FC_CUTOUT_PNG:
    case FC_CUTOUT_PAIR:
        break;
    }
    return fc_encode_png(picture, out, err);
}

static fc_status encode_pair(const fc_image *pixels, fc_buffer *colours, fc_buffer *alpha,
                             fc_error *err)
{
    FC_AUTO(fc_image) rgb = NULL;
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(take_channels(pixels, 3, &rgb, err));
    FC_TRY(encode(rgb, FC_CUTOUT_JPEG, colours, err));
    FC_TRY(take_channels(pixels, 1, &grey, err));
    return encode(grey, FC_CUTOUT_PNG, alpha, err);
}

static fc_status encode_one(const fc_cutout_plan *plan, fc_cutout_format format, bool opaque,
                            fc_image *pixels, fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_image) chosen = NULL;
    FC_TRY(choose_picture(plan, format, opaque, pixels, &chosen, err));
    return encode(chosen != NULL ? chosen : pixels, format, out, err);
}

fc_status fc_cutout_encode(const fc_cutout_plan *plan, fc_image *pixels, fc_cutout *out,
                           fc_error *err)
{
    FC_ASSERT(plan != NULL && out != NULL);
    FC_ASSERT(pixels != NULL && pixels->channels == 4);
    const bool opaque = is_opaque(pixels);
    fc_cutout_format format = plan->format;
    if (format == FC_CUTOUT_AUTO) {
        format = opaque && !plan->alpha_only ? FC_CUTOUT_JPEG : FC_CUTOUT_PNG;
    }
    FC_AUTO_BUFFER(file, FC_CUTOUT_BYTES_MAX);
    FC_AUTO_BUFFER(alpha, FC_CUTOUT_BYTES_MAX);
    FC_TRY(format == FC_CUTOUT_PAIR ? encode_pair(pixels, &file, &alpha, err)
                                    : encode_one(plan, format, opaque, pixels, &file, err));
    out->file = file;
    out->alpha_file = alpha;
    out->format = format;
    out->size = pixels->size;
    file = alpha = FC_BUFFER(0);
    return FC_OK;
}
