/* Eyes: open, not covered, where they look, and the colour of the pupils. */
#include "base/memory.h"
#include "check/measure_functions.h"
#include "ops/snippet.h"

enum { EYES = 2, GAPS = 3 };

/* By eye, left in the picture first: corners from left to right, and lids above and below. */
static const uint16_t CORNERS[EYES][2] = { { 33, 133 }, { 362, 263 } };
static const uint16_t LIDS[EYES][GAPS][2] = { { { 159, 145 }, { 158, 153 }, { 160, 144 } },
                                              { { 386, 374 }, { 385, 380 }, { 387, 373 } } };

/* The box about an eye, in its widths. */
#define BOX_WIDTH 1.1
#define BOX_HEIGHT 0.5

/* Light from which a pixel is glare, and the contrast in the box below which no iris is seen. */
#define GLARE 240.0F
#define CONTRAST_MIN 0.5

/* Radii in mm: of the eyeball, and across an iris. */
#define EYEBALL_MM 12.0
#define IRIS_MM 11.7

/* Radius of the pupil in diameters of the iris, and of the iris in distances of the eyes. */
#define PUPIL_SHARE 0.25
#define IRIS_SHARE 0.19

/* A pupil is red where red is so many times green and blue, and no dark brown. */
#define RED_MIN 90
#define RED_TIMES 2

static double width_of(const fc_face_crop *crop, int eye)
{
    return fc_point_distance(fc_face_crop_point(crop, CORNERS[eye][0]),
                             fc_face_crop_point(crop, CORNERS[eye][1]));
}

static double lid_gap(const fc_face_crop *crop, int eye)
{
    double gap = 0;
    for (int i = 0; i < GAPS; i++) {
        gap = fmax(gap, fc_point_distance(fc_face_crop_point(crop, LIDS[eye][i][0]),
                                          fc_face_crop_point(crop, LIDS[eye][i][1])));
    }
    return gap;
}

/* Share of a box about the eye that is glare, and how much darker its darkest twentieth is than
 * its brightest fifth: 0..1. */
static void look_into(const fc_face_crop *crop, int eye, double *glare, double *contrast)
{
    const double width = width_of(crop, eye);
    const int32_t left = (int32_t)fmax(crop->eyes[eye].x - BOX_WIDTH * width / 2, 0);
    const int32_t right =
        (int32_t)fmin(crop->eyes[eye].x + BOX_WIDTH * width / 2, FC_CHECK_WIDTH - 1);
    const int32_t top = (int32_t)fmax(crop->eyes[eye].y - BOX_HEIGHT * width / 2, 0);
    const int32_t bottom =
        (int32_t)fmin(crop->eyes[eye].y + BOX_HEIGHT * width / 2, FC_CHECK_HEIGHT - 1);
    int32_t levels[256] = { 0 };
    int32_t count = 0;
    int32_t bright = 0;
    for (int32_t y = top; y <= bottom; y++) {
        const float *light = fc_plane_row(crop->light, y);
        for (int32_t x = left; x <= right; x++) {
            levels[(int)light[x]]++;
            bright += light[x] >= GLARE;
            count++;
        }
    }
    int low = 0;
    int high = 255;
    for (int32_t below = levels[0]; low < 255 && 20 * below < count; below += levels[low]) {
        low++;
    }
    for (int32_t above = levels[255]; high > 0 && 5 * above < count; above += levels[high]) {
        high--;
    }
    *glare = count > 0 ? (double)bright / count : 0;
    *contrast = (high - low) / (high + 1.0);
}

static double clear_of(const fc_face_crop *crop)
{
    double worst = 0;
    for (int eye = 0; eye < EYES; eye++) {
        double glare = 0;
        double contrast = 0;
        look_into(crop, eye, &glare, &contrast);
        worst = fmax(worst, glare + fmax(CONTRAST_MIN - contrast, 0));
    }
    return worst;
}

/* The iris in px of the crop. */
static fc_status find_iris(const fc_face_crop *crop, int eye, fc_iris *out, fc_error *err)
{
    const double scale = FC_IRIS_EYE_WIDTHS * fmax(width_of(crop, eye), 1) / FC_IRIS_SIDE;
    const double half = scale * FC_IRIS_SIDE / 2;
    const fc_similarity to_crop = { scale, 0, crop->eyes[eye].x - half, crop->eyes[eye].y - half };
    FC_AUTO(fc_image) patch = NULL;
    FC_TRY(fc_snippet(crop->input->pixels, to_crop, FC_IRIS_SIDE, &patch, err));
    FC_TRY(fc_iris_model_find(crop->input->iris, patch, eye == 1, out, err));
    out->centre = fc_similarity_apply(to_crop, out->centre);
    out->middle = fc_similarity_apply(to_crop, out->middle);
    out->diameter *= scale;
    out->open *= scale;
    return FC_OK;
}

/* Without the network the irises are in the middle of the eyes, and the lids where the mesh has
 * them, which follows them badly: of a shut eye it makes one that is half open. */
static fc_status find_irises(const fc_face_crop *crop, fc_iris irises[EYES], fc_error *err)
{
    for (int eye = 0; eye < EYES; eye++) {
        irises[eye] = (fc_iris){ .centre = crop->eyes[eye],
                                 .middle = crop->eyes[eye],
                                 .diameter = IRIS_SHARE * crop->apart,
                                 .open = lid_gap(crop, eye) };
        if (crop->input->iris != NULL) {
            FC_TRY(find_iris(crop, eye, &irises[eye], err));
        }
    }
    return FC_OK;
}

/* To the side, as the camera sees it: how far the irises are from the middle of the eyes, and how
 * the head is turned. */
static double gaze(const fc_iris irises[EYES], double yaw_deg)
{
    double aside_mm = 0;
    for (int eye = 0; eye < EYES; eye++) {
        const double aside = irises[eye].centre.x - irises[eye].middle.x;
        aside_mm += aside * IRIS_MM / fmax(irises[eye].diameter, 1) / EYES;
    }
    const double in_head = asin(fmin(fmax(aside_mm / EYEBALL_MM, -1), 1));
    return in_head * 180 / M_PI + yaw_deg;
}

static double red_share(const fc_face_crop *crop, const fc_iris *iris)
{
    const double radius = PUPIL_SHARE * iris->diameter;
    int32_t count = 0;
    int32_t red = 0;
    for (int32_t y = (int32_t)fmax(iris->centre.y - radius, 0);
         y < fmin(iris->centre.y + radius, FC_CHECK_HEIGHT); y++) {
        for (int32_t x = (int32_t)fmax(iris->centre.x - radius, 0);
             x < fmin(iris->centre.x + radius, FC_CHECK_WIDTH); x++) {
            if (hypot(x + 0.5 - iris->centre.x, y + 0.5 - iris->centre.y) <= radius) {
                const uint8_t *pixel = fc_image_row(crop->input->pixels, y) + 3 * (size_t)x;
                const int other = pixel[1] > pixel[2] ? pixel[1] : pixel[2];
                red += pixel[0] >= RED_MIN && pixel[0] > RED_TIMES * other;
                count++;
            }
        }
    }
    return count > 0 ? (double)red / count : 0;
}

fc_status fc_measure_eyes(const fc_face_crop *crop, fc_check_values *out, fc_error *err)
{
    fc_iris irises[EYES];
    FC_TRY(find_irises(crop, irises, err));
    fc_measured(out, FC_MEASURE_eyes_open,
                fmax(fmin(irises[0].open, irises[1].open), 0) / crop->chin_down);
    fc_measured(out, FC_MEASURE_eyes_clear, clear_of(crop));
    fc_measured(out, FC_MEASURE_red_eye,
                fmax(red_share(crop, &irises[0]), red_share(crop, &irises[1])));
    if (crop->input->iris != NULL) {
        const double apart = fc_point_distance(irises[0].centre, irises[1].centre);
        const double diameter = (irises[0].diameter + irises[1].diameter) / 2;
        fc_measured(out, FC_MEASURE_gaze, gaze(irises, out->items[FC_MEASURE_yaw]));
        fc_measured(out, FC_MEASURE_pupil_distance, apart * IRIS_MM / fmax(diameter, 1));
    }
    return FC_OK;
}
