/* Background: plain or not, and whether the person stands out from it. */
#include <string.h>

#include "base/memory.h"
#include "check/measure_functions.h"
#include "ops/box_blur.h"

/* What is surely behind the person, or surely the person. */
#define BEHIND 0.05F
#define PERSON 0.95F

/* Px of the crop: kept away from the person, and width of the rings on both sides of the edge. */
#define AWAY 4
#define RING 4

/* A background smaller than this many px says nothing. */
#define PIXELS_MIN 400

/* Texture (mean Sobel magnitude) and distance of colour up to which all is well, and to twice which
 * value they come at the end of warn. */
#define SOBEL_PASS 64.0
#define SOBEL_WARN 113.0
#define COLOUR_PASS 6.0

#define SECTORS 8

/* Distances of colour are counted in steps of 1 / STEPS. */
#define STEPS 4
#define DISTANCE_MAX 200

typedef struct planes {
    fc_plane *behind; /* 1: surely background, in the photo */
    fc_plane *person;
    fc_plane *near_person; /* above 0 within AWAY of anything that may be the person */
    fc_plane *near_behind;
} planes;

static void planes_clear(planes *self)
{
    fc_plane_free(self->behind);
    fc_plane_free(self->person);
    fc_plane_free(self->near_person);
    fc_plane_free(self->near_behind);
}

static fc_status spread(const fc_plane *from, int32_t radius, fc_plane **out, fc_error *err)
{
    FC_TRY(fc_plane_new(from->size, out, err));
    memcpy((*out)->data, from->data, fc_plane_bytes(from));
    return fc_box_blur_in_place((*out)->data, 1, from->size, radius, err);
}

static fc_status find_planes(const fc_check_input *input, planes *out, fc_error *err)
{
    const fc_plane *matte = input->matte;
    FC_TRY(fc_plane_new(matte->size, &out->behind, err));
    FC_TRY(fc_plane_new(matte->size, &out->person, err));
    const int32_t count = matte->size.width * matte->size.height;
    for (int32_t i = 0; i < count; i++) {
        const bool in_photo = input->coverage->data[i] > 0.99F;
        out->behind->data[i] = in_photo && matte->data[i] < BEHIND ? 1.0F : 0.0F;
        out->person->data[i] = in_photo && matte->data[i] > PERSON ? 1.0F : 0.0F;
    }
    FC_TRY(spread(out->person, AWAY, &out->near_person, err));
    return spread(out->behind, RING, &out->near_behind, err);
}

static fc_lab lab_at(const fc_face_crop *crop, int32_t x, int32_t y)
{
    const uint8_t *pixel = fc_image_row(crop->input->pixels, y) + 3 * (size_t)x;
    return fc_lab_from_linear(fc_face_crop_linear(crop, pixel));
}

/* Wholly background, up to one px around. */
static bool is_plain_behind(const planes *at, int32_t x, int32_t y)
{
    const int32_t i = y * at->behind->size.width + x;
    return at->behind->data[i] > 0.5F && at->near_person->data[i] < 1e-4F;
}

static double median_of(const int32_t *levels, int32_t count, int size)
{
    int at = 0;
    for (int32_t below = levels[0]; at + 1 < size && 2 * below < count; below += levels[at]) {
        at++;
    }
    return at;
}

/* The median colour, channel by channel, in levels of sRGB. */
static fc_lab median_colour(const fc_face_crop *crop, const planes *at, int32_t *count)
{
    int32_t levels[3][256] = { 0 };
    *count = 0;
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        const uint8_t *pixel = fc_image_row(crop->input->pixels, y);
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++, pixel += 3) {
            if (is_plain_behind(at, x, y)) {
                levels[0][pixel[0]]++;
                levels[1][pixel[1]]++;
                levels[2][pixel[2]]++;
                ++*count;
            }
        }
    }
    const uint8_t median[3] = { (uint8_t)median_of(levels[0], *count, 256),
                                (uint8_t)median_of(levels[1], *count, 256),
                                (uint8_t)median_of(levels[2], *count, 256) };
    return fc_lab_from_linear(fc_face_crop_linear(crop, median));
}

static double sobel_at(const fc_plane *light, int32_t x, int32_t y)
{
    const float *a = fc_plane_row(light, y - 1) + x;
    const float *b = fc_plane_row(light, y) + x;
    const float *c = fc_plane_row(light, y + 1) + x;
    const float across = (a[1] + 2 * b[1] + c[1]) - (a[-1] + 2 * b[-1] + c[-1]);
    const float down = (c[-1] + 2 * c[0] + c[1]) - (a[-1] + 2 * a[0] + a[1]);
    return hypot((double)across, (double)down);
}

/* The distance that one in twenty px is further from the median than; every second px is asked. */
static double spread_of_colour(const fc_face_crop *crop, const planes *at, fc_lab median)
{
    int32_t counts[DISTANCE_MAX * STEPS] = { 0 };
    int32_t count = 0;
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y += 2) {
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x += 2) {
            if (is_plain_behind(at, x, y)) {
                const double distance = fc_lab_distance(lab_at(crop, x, y), median) * STEPS;
                counts[(int)fmin(distance, DISTANCE_MAX * STEPS - 1)]++;
                count++;
            }
        }
    }
    int top = DISTANCE_MAX * STEPS - 1;
    for (int32_t above = counts[top]; top > 0 && 20 * above < count; above += counts[top]) {
        top--;
    }
    return (double)top / STEPS;
}

static double texture(const fc_face_crop *crop, const planes *at)
{
    double sum = 0;
    int32_t count = 0;
    for (int32_t y = 1; y + 1 < FC_CHECK_HEIGHT; y++) {
        for (int32_t x = 1; x + 1 < FC_CHECK_WIDTH; x++) {
            if (is_plain_behind(at, x, y)) {
                sum += sobel_at(crop->light, x, y);
                count++;
            }
        }
    }
    return count > 0 ? sum / count : 0;
}

/* How much of what is allowed: 1 at the end of pass, 2 at the end of warn. */
static double unrest(double sobel, double colour)
{
    const double by_texture = sobel <= SOBEL_PASS
                                  ? sobel / SOBEL_PASS
                                  : 1 + (sobel - SOBEL_PASS) / (SOBEL_WARN - SOBEL_PASS);
    return fmax(by_texture, colour / COLOUR_PASS);
}

/* Sums of colours on both sides of the person's edge, in one direction from the face. */
typedef struct sector {
    fc_lab inside;
    fc_lab outside;
    int32_t inside_count;
    int32_t outside_count;
} sector;

static void add(fc_lab *sum, int32_t *count, fc_lab colour)
{
    sum->lightness += colour.lightness;
    sum->a += colour.a;
    sum->b += colour.b;
    ++*count;
}

static fc_lab mean(fc_lab sum, int32_t count)
{
    return (fc_lab){ sum.lightness / count, sum.a / count, sum.b / count };
}

static void collect(const fc_face_crop *crop, const planes *at, sector *sectors)
{
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++) {
            const int32_t i = y * FC_CHECK_WIDTH + x;
            const bool inside = at->person->data[i] > 0.5F && at->near_behind->data[i] > 1e-4F;
            const bool outside = at->behind->data[i] > 0.5F && at->near_person->data[i] > 1e-4F;
            if (inside || outside) {
                const double angle = atan2(y - crop->middle.y, x - crop->middle.x) / M_PI;
                sector *to = &sectors[(int)((angle + 1) / 2 * SECTORS) % SECTORS];
                add(inside ? &to->inside : &to->outside,
                    inside ? &to->inside_count : &to->outside_count, lab_at(crop, x, y));
            }
        }
    }
}

/* The second smallest distance of the sectors: one of them may be anything. */
static double contrast(const sector *sectors)
{
    double least = INFINITY;
    double second = INFINITY;
    for (int i = 0; i < SECTORS; i++) {
        if (sectors[i].inside_count >= RING && sectors[i].outside_count >= RING) {
            const double distance =
                fc_lab_distance(mean(sectors[i].inside, sectors[i].inside_count),
                                mean(sectors[i].outside, sectors[i].outside_count));
            second = fmin(second, fmax(distance, least));
            least = fmin(least, distance);
        }
    }
    return second;
}

static void measure(const fc_face_crop *crop, const planes *at, fc_check_values *out)
{
    int32_t count = 0;
    const fc_lab median = median_colour(crop, at, &count);
    if (count < PIXELS_MIN) {
        return;
    }
    out->background[0] = median.lightness;
    out->background[1] = median.a;
    out->background[2] = median.b;
    fc_measured(out, FC_MEASURE_background,
                unrest(texture(crop, at), spread_of_colour(crop, at, median)));
    sector sectors[SECTORS] = { 0 };
    collect(crop, at, sectors);
    fc_measured(out, FC_MEASURE_subject_contrast, contrast(sectors));
}

fc_status fc_measure_background(const fc_face_crop *crop, fc_check_values *out, fc_error *err)
{
    if (crop->input->matte == NULL) {
        return FC_OK;
    }
    planes at = { 0 };
    const fc_status status = find_planes(crop->input, &at, err);
    if (status == FC_OK) {
        measure(crop, &at, out);
    }
    planes_clear(&at);
    return status;
}
