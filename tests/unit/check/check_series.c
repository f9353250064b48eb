/* The measures one by one: a good portrait is spoiled in six strengths by rule, and the measure
 * that is meant falls step by step while the others stay, but for those that have to go with it.
 * Skips where the model files are not fetched. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "ops/resample.h"
#include "ops/srgb.h"
#include "ops/warp.h"
#include "support/check_photo.h"
#include "support/degrade.h"
#include "support/face_warp.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

enum { STEPS = 6, HEIGHT = 900 };

/* Others may move by so many points of score. */
#define OTHERS_MAX 5.0

/* Noise of the networks, points: less than that is no rise. */
#define RISE_MAX 2.0

static fc_test_subject subject;
static double apart; /* of its eyes, px */

/* A spoiled picture; `step` from 1 to STEPS. Owner: caller. */
typedef fc_image *(*spoiler)(int step);

typedef struct series {
    const char *name;
    spoiler spoil;
    fc_measure_id measure;
    double fall_min;     /* points of score from the first step to the last */
    fc_check_state last; /* state at the last step */
    const char *also;    /* ids of those that have to go with it, " a b " */
} series;

static int setup(void **state)
{
    if (fc_test_engine_setup(state) != 0) {
        return -1;
    }
    if (fc_test_engine != NULL) {
        fc_test_subject_make(HEIGHT, &subject);
        apart = hypot((double)(subject.mesh[263].x + subject.mesh[362].x - subject.mesh[33].x -
                               subject.mesh[133].x) /
                          2,
                      (double)(subject.mesh[263].y + subject.mesh[362].y - subject.mesh[33].y -
                               subject.mesh[133].y) /
                          2);
    }
    return 0;
}

static int teardown(void **state)
{
    fc_test_subject_clear(&subject);
    return fc_test_engine_teardown(state);
}

/* ---- pixels ---------------------------------------------------------------------------------- */

static fc_image *copy(void)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_copy(subject.picture, &image, &err), err);
    return image;
}

static fc_point point(int index)
{
    return (fc_point){ (double)subject.mesh[index].x, (double)subject.mesh[index].y };
}

static uint8_t to_level(double value)
{
    return (uint8_t)lround(fmin(fmax(value, 0), 255));
}

/* Light of each channel by a factor that may grow across the face. */
static void light_up(fc_image *image, const double factors[3], double slope)
{
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    const double middle = point(168).x;
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            const double across = fmin(fmax((x - middle) / apart, -1), 1);
            for (int c = 0; c < 3; c++) {
                const double linear = (double)table.linear[pixel[c]] * factors[c];
                pixel[c] = to_level(255 * fc_srgb_encode(linear * (1 + slope * across)));
            }
        }
    }
}

static fc_image *window(fc_similarity map, fc_size size)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(subject.picture, map, size, &image, &coverage, &err), err);
    return image;
}

static void paint(fc_image *image, fc_point centre, double radius, const uint8_t colour[3])
{
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            if (hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) <= radius) {
                memcpy(fc_image_row(image, y) + 3 * (ptrdiff_t)x, colour, 3);
            }
        }
    }
}

/* ---- spoilers -------------------------------------------------------------------------------- */

/* A second face beside the first, from small to nearly as large. */
static fc_image *add_face(int step)
{
    fc_error err = { 0 };
    const double share = 0.12 * step + 0.1;
    const fc_size whole = subject.picture->size;
    const fc_size side = { (int32_t)(whole.width * share), (int32_t)(whole.height * share) };
    FC_AUTO(fc_image) small = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    fc_image *image = NULL;
    const fc_similarity map = { 1 / share, 0, 0, 0 };
    ASSERT_OK(fc_warp(subject.picture, map, side, &small, &coverage, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ whole.width * 2, whole.height }, 3, &image, &err), err);
    for (int32_t y = 0; y < whole.height; y++) {
        uint8_t *row = fc_image_row(image, y);
        memset(row, 215, (size_t)whole.width * 6);
        memcpy(row, fc_image_row(subject.picture, y), (size_t)whole.width * 3);
        if (y >= whole.height - side.height) {
            memcpy(row + 3 * (size_t)whole.width + 3 * (size_t)(whole.width - side.width) / 2,
                   fc_image_row(small, y - whole.height + side.height), (size_t)side.width * 3);
        }
    }
    return image;
}

static fc_image *shrink(int step)
{
    const double scale = 1 + 0.35 * step;
    return window((fc_similarity){ scale, 0, 0, 0 },
                  (fc_size){ (int32_t)(subject.picture->size.width / scale),
                             (int32_t)(subject.picture->size.height / scale) });
}

static fc_image *shift(int step)
{
    const fc_size size = subject.picture->size;
    return window((fc_similarity){ 1, 0, 0.02 * step * size.width, 0 }, size);
}

static fc_image *cut_side(int step)
{
    const fc_size size = subject.picture->size;
    const double to = fmax((double)subject.mesh[33].x, 0) - apart * (1.3 - 0.2 * step);
    return window((fc_similarity){ 1, 0, to, 0 },
                  (fc_size){ size.width - (int32_t)to, size.height });
}

static fc_image *turn(int step)
{
    const double angle = 2.5 * step * M_PI / 180;
    const fc_size size = subject.picture->size;
    fc_similarity map = { cos(angle), sin(angle), 0, 0 };
    const fc_point middle =
        fc_similarity_apply(map, (fc_point){ size.width / 2.0, size.height / 2.0 });
    map.tx = size.width / 2.0 - middle.x;
    map.ty = size.height / 2.0 - middle.y;
    return window(map, size);
}

/* The head by an angle about its own axis, as the mesh has it. */
static fc_image *turn_head(double yaw_deg, double pitch_deg)
{
    fc_face_move moves[FC_FACE_MESH_POINTS];
    const double yaw = yaw_deg * M_PI / 180;
    const double pitch = pitch_deg * M_PI / 180;
    const double x0 = (double)(subject.mesh[234].x + subject.mesh[454].x) / 2;
    const double y0 = (double)(subject.mesh[234].y + subject.mesh[454].y) / 2;
    const double z0 = (double)(subject.mesh[234].z + subject.mesh[454].z) / 2;
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        const double x = (double)subject.mesh[i].x - x0;
        const double y = (double)subject.mesh[i].y - y0;
        const double z = (double)subject.mesh[i].z - z0;
        moves[i].from = point(i);
        moves[i].to =
            (fc_point){ x0 + x * cos(yaw) - z * sin(yaw), y0 + y * cos(pitch) + z * sin(pitch) };
    }
    fc_image *image = copy();
    fc_face_warp(image, moves, FC_FACE_MESH_POINTS, 0.15 * apart);
    return image;
}

static fc_image *turn_aside(int step)
{
    return turn_head(2.5 * step, 0);
}

static fc_image *raise_chin(int step)
{
    return turn_head(0, 3 * step);
}

/* A line through points of the mesh, from left to right, at x. */
static double line_at(const uint16_t *numbers, int count, double x)
{
    int i = 0;
    while (i + 2 < count && point(numbers[i + 1]).x < x) {
        i++;
    }
    const fc_point a = point(numbers[i]);
    const fc_point b = point(numbers[i + 1]);
    return a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y);
}

enum { EYES = 2, LID = 9, BROW = 4 };

/* Lids and the lower edge of the brows, from left to right. */
static const uint16_t UPPER[EYES][LID] = { { 33, 246, 161, 160, 159, 158, 157, 173, 133 },
                                           { 362, 398, 384, 385, 386, 387, 388, 466, 263 } };
static const uint16_t LOWER[EYES][LID] = { { 33, 7, 163, 144, 145, 153, 154, 155, 133 },
                                           { 362, 382, 381, 380, 374, 373, 390, 249, 263 } };
static const uint16_t BROWS[EYES][BROW] = { { 53, 52, 65, 55 }, { 285, 295, 282, 283 } };

/* Upper lids come down on the lower ones. */
static fc_image *shut_eyes(int step)
{
    fc_image *image = copy();
    for (int eye = 0; eye < EYES; eye++) {
        const int32_t right = (int32_t)point(UPPER[eye][LID - 1]).x;
        for (int32_t x = (int32_t)point(UPPER[eye][0]).x + 1; x < right; x++) {
            const double upper = line_at(UPPER[eye], LID, x) - 1;
            const double lower = line_at(LOWER[eye], LID, x) + 2;
            fc_face_squeeze(image, x, line_at(BROWS[eye], BROW, x), upper,
                            upper + step / 7.0 * (lower - upper), lower);
        }
    }
    return image;
}

/* The irises move aside between the lids. */
static fc_image *look_aside(int step)
{
    fc_image *image = copy();
    for (int eye = 0; eye < EYES; eye++) {
        const double left = point(UPPER[eye][0]).x;
        const double right = point(UPPER[eye][LID - 1]).x;
        for (int32_t y = (int32_t)(point(UPPER[eye][4]).y); y < point(LOWER[eye][4]).y; y++) {
            fc_face_slide(image, y, left, right, 0.022 * step * apart);
        }
    }
    return image;
}

/* The lower lip goes down, from a mouth that is nearly closed to one that is wide open. */
static fc_image *open_mouth(int step)
{
    static const uint16_t ABOVE[] = { 78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308 };
    static const uint16_t BELOW[] = { 78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308 };
    enum { LIP = sizeof ABOVE / sizeof ABOVE[0] };
    fc_image *image = copy();
    const double chin = point(152).y;
    for (int32_t x = (int32_t)point(78).x + 1; x < (int32_t)point(308).x; x++) {
        const double above = line_at(ABOVE, LIP, x);
        const double below = fmax(line_at(BELOW, LIP, x), above + 0.5);
        fc_face_squeeze(image, x, above - 2, below, above + (0.3 * step - 0.2) * (below - above),
                        chin);
    }
    return image;
}

/* The corners of the mouth go out and up. */
static fc_image *smile(int step)
{
    static const uint16_t CORNERS[] = { 61, 291, 78, 308, 76, 306, 62, 292 };
    enum { MOVED = sizeof CORNERS / sizeof CORNERS[0] };
    fc_face_move moves[MOVED];
    const double middle = (point(61).x + point(291).x) / 2;
    for (int i = 0; i < MOVED; i++) {
        const fc_point at = point(CORNERS[i]);
        const double by = 0.035 * apart * (step - 4.5);
        moves[i] = (fc_face_move){ at, { at.x + (at.x < middle ? -by : by), at.y - by * 0.3 } };
    }
    fc_image *image = copy();
    fc_face_warp(image, moves, MOVED, 0.25 * apart);
    return image;
}

static fc_image *glare(int step)
{
    static const uint8_t WHITE[3] = { 255, 255, 255 };
    fc_image *image = copy();
    const fc_point eye = { (point(33).x + point(133).x) / 2, (point(33).y + point(133).y) / 2 };
    paint(image, eye, 0.025 * step * apart, WHITE);
    return image;
}

static fc_image *redden_pupils(int step)
{
    static const uint8_t RED[3] = { 220, 30, 40 };
    fc_image *image = copy();
    for (int i = 0; i < 2; i++) {
        const fc_point eye = { (point(i == 0 ? 33 : 362).x + point(i == 0 ? 133 : 263).x) / 2,
                               (point(i == 0 ? 159 : 386).y + point(i == 0 ? 145 : 374).y) / 2 };
        paint(image, eye, (0.009 * step - 0.003) * apart, RED);
    }
    return image;
}

static fc_image *blur(int step)
{
    fc_image *image = copy();
    fc_degrade_blur(image, step);
    return image;
}

static fc_image *spot(int step)
{
    static const uint8_t WHITE[3] = { 255, 255, 255 };
    fc_image *image = copy();
    paint(image, point(151), 0.03 * step * apart, WHITE);
    return image;
}

static fc_image *darken(int step)
{
    const double light = pow(2, -0.5 * step);
    fc_image *image = copy();
    light_up(image, (double[3]){ light, light, light }, 0);
    return image;
}

static fc_image *fade(int step)
{
    fc_image *image = copy();
    fc_degrade_fade(image, 1 - 0.155 * step);
    return image;
}

static fc_image *light_from_side(int step)
{
    fc_image *image = copy();
    light_up(image, (double[3]){ 1, 1, 1 }, -0.15 * step);
    return image;
}

static fc_image *tint(int step)
{
    fc_image *image = copy();
    light_up(image, (double[3]){ 1 - 0.08 * step, 1, 1 + 0.15 * step }, 0);
    return image;
}

static fc_image *bleach(int step)
{
    fc_image *image = copy();
    const double keep = 1 - step / 6.0;
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++, pixel += 3) {
            const double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
            for (int c = 0; c < 3; c++) {
                pixel[c] = to_level(grey + keep * (pixel[c] - grey));
            }
        }
    }
    return image;
}

/* Something else behind the person: `shade` of a px by its place and what was there. */
static fc_image *change_background(double (*shade)(int32_t x, int32_t y, int step), int step)
{
    fc_image *image = copy();
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            const double share = 1 - (double)fc_plane_row(subject.matte, y)[x];
            uint8_t *pixel = fc_image_row(image, y) + 3 * (ptrdiff_t)x;
            for (int c = 0; c < 3; c++) {
                pixel[c] = to_level(pixel[c] + share * (shade(x, y, step) - 215));
            }
        }
    }
    return image;
}

static double stripes(int32_t x, int32_t y, int step)
{
    (void)y;
    return 215 - 10.0 * step * (x / 40 % 2);
}

static fc_image *pattern_background(int step)
{
    return change_background(stripes, step);
}

static double dark(int32_t x, int32_t y, int step)
{
    (void)x;
    (void)y;
    return 215 - 15.0 * step;
}

static fc_image *darken_background(int step)
{
    return change_background(dark, step);
}

/* ---- the table ------------------------------------------------------------------------------- */

/* clang-format off */
static const series SERIES[] = {
    { "a second face",    add_face,           FC_MEASURE_single_face,      60, FC_CHECK_FAIL, " centring " },
    { "fewer pixels",     shrink,             FC_MEASURE_eye_distance,     60, FC_CHECK_FAIL, " sharpness " },
    { "shifted",          shift,              FC_MEASURE_centring,         60, FC_CHECK_FAIL, " framing " },
    { "cut",              cut_side,           FC_MEASURE_framing,          60, FC_CHECK_FAIL, " centring yaw gaze subject_contrast pitch " },
    { "turned",           turn,               FC_MEASURE_roll,             60, FC_CHECK_FAIL, " centring " },
    { "head aside",       turn_aside,         FC_MEASURE_yaw,              30, FC_CHECK_FAIL, " gaze centring " },
    { "head up",          raise_chin,         FC_MEASURE_pitch,            40, FC_CHECK_FAIL, " gaze eyes_open mouth_closed yaw " },
    { "eyes shut",        shut_eyes,          FC_MEASURE_eyes_open,        40, FC_CHECK_FAIL, " gaze " },
    { "mouth open",       open_mouth,         FC_MEASURE_mouth_closed,     40, FC_CHECK_FAIL, " pitch gaze neutral " },
    { "smile",            smile,              FC_MEASURE_neutral,          30, FC_CHECK_WARN, " yaw pitch eyes_open mouth_closed " },
    { "gaze aside",       look_aside,         FC_MEASURE_gaze,             40, FC_CHECK_WARN, " eyes_open " },
    { "glare",            glare,              FC_MEASURE_eyes_clear,       60, FC_CHECK_FAIL, " pitch gaze eyes_open mouth_closed neutral highlights " },
    { "red pupils",       redden_pupils,      FC_MEASURE_red_eye,          10, FC_CHECK_FAIL, " pitch gaze eyes_open " },
    { "blur",             blur,               FC_MEASURE_sharpness,        40, FC_CHECK_FAIL, " mouth_closed neutral subject_contrast yaw background " },
    { "hot spot",         spot,               FC_MEASURE_highlights,       60, FC_CHECK_FAIL, " side_light " },
    { "darker: shadows",  darken,             FC_MEASURE_shadows,          60, FC_CHECK_WARN, " brightness dynamic_range colour subject_contrast " },
    { "darker",           darken,             FC_MEASURE_brightness,       40, FC_CHECK_WARN, " shadows dynamic_range colour subject_contrast " },
    { "faded",            fade,               FC_MEASURE_dynamic_range,    50, FC_CHECK_WARN, " pitch gaze eyes_clear mouth_closed neutral brightness side_light colour_cast colour subject_contrast yaw " },
    { "light from aside", light_from_side,    FC_MEASURE_side_light,       50, FC_CHECK_FAIL, " highlights shadows background subject_contrast neutral " },
    { "tinted",           tint,               FC_MEASURE_colour_cast,      50, FC_CHECK_WARN, " gaze colour subject_contrast " },
    { "bleached",         bleach,             FC_MEASURE_colour,           60, FC_CHECK_FAIL, " pitch mouth_closed colour_cast subject_contrast " },
    { "pattern",          pattern_background, FC_MEASURE_background,       60, FC_CHECK_FAIL, " subject_contrast yaw gaze " },
    { "dark wall",        darken_background,  FC_MEASURE_subject_contrast, 35, FC_CHECK_WARN, "" },
};
/* clang-format on */

static bool goes_along(const series *row, fc_measure_id measure)
{
    char word[32];
    (void)snprintf(word, sizeof word, " %s ", fc_measure_lookup(measure)->id);
    return measure == row->measure || strstr(row->also, word) != NULL;
}

static void assert_others_stay(const series *row, int step, const fc_check *base,
                               const fc_check *check)
{
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const double moved = fabs(check->items[i].score - base->items[i].score);
        if (moved > OTHERS_MAX && !goes_along(row, (fc_measure_id)i)) {
            fail_msg("%s, step %d: %s moves by %.1f points", row->name, step,
                     fc_measure_lookup((fc_measure_id)i)->id, moved);
        }
    }
}

static void run_series(const series *row, const fc_check *base)
{
    fc_check_item items[STEPS];
    for (int step = 1; step <= STEPS; step++) {
        FC_AUTO(fc_image) image = row->spoil(step);
        const fc_check check = fc_test_check(image);
        items[step - 1] = check.items[row->measure];
        assert_others_stay(row, step, base, &check);
    }
    for (int i = 1; i < STEPS; i++) {
        if (items[i].score > items[i - 1].score + RISE_MAX) {
            fail_msg("%s: the score rises from %.1f to %.1f at step %d", row->name,
                     items[i - 1].score, items[i].score, i + 1);
        }
    }
    const double fall = items[0].score - items[STEPS - 1].score;
    if (fall < row->fall_min || items[STEPS - 1].state != row->last) {
        fail_msg("%s: %.1f points less in the end, and %s", row->name, fall,
                 fc_check_state_name(items[STEPS - 1].state));
    }
}

static void each_measure_falls_with_what_it_is_meant_for(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const fc_check base = fc_test_check(subject.picture);
    for (size_t i = 0; i < sizeof SERIES / sizeof SERIES[0]; i++) {
        run_series(&SERIES[i], &base);
    }
}

static void a_turned_photo_measures_its_angle(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const double straight = fc_test_check_values(subject.picture).items[FC_MEASURE_roll];
    for (int step = 1; step <= STEPS; step++) {
        FC_AUTO(fc_image) image = turn(step);
        const double roll = fc_test_check_values(image).items[FC_MEASURE_roll];
        assert_true(fabs(straight - 2.5 * step - roll) < 1);
    }
}

/* A window of the portrait that is higher or lower by a known factor. */
static void heights_are_shares_of_the_picture(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const fc_check_values whole = fc_test_check_values(subject.picture);
    const int32_t height = HEIGHT * 9 / 10;
    FC_AUTO(fc_image)
    image = window((fc_similarity){ 1, 0, 0, HEIGHT / 20.0 },
                   (fc_size){ subject.picture->size.width, height });
    const fc_check_values part = fc_test_check_values(image);
    assert_true(whole.known[FC_MEASURE_head_height] && part.known[FC_MEASURE_head_height]);
    assert_true(fabs(part.items[FC_MEASURE_head_height] * 0.9 -
                     whole.items[FC_MEASURE_head_height]) < 0.01);
    assert_true(fabs(part.items[FC_MEASURE_eye_line] * 0.9 + 0.05 -
                     whole.items[FC_MEASURE_eye_line]) < 0.005);
}

static void a_size_does_not_change_the_distance_of_the_pupils(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    FC_AUTO(fc_image) small = shrink(2);
    const double large_mm = fc_test_check_values(subject.picture).items[FC_MEASURE_pupil_distance];
    const double small_mm = fc_test_check_values(small).items[FC_MEASURE_pupil_distance];
    assert_true(large_mm > 55 && large_mm < 75);
    assert_true(fabs(large_mm - small_mm) < 0.03 * large_mm);
}

/* A person on a large photo, so that the portrait is made of pixels decoded once more: what is
 * measured does not depend on how much of them the portrait shows. */
static void the_portrait_does_not_change_the_check(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const fc_size size = { 3400, 2600 };
    const fc_similarity map = { 1.4, 0, -1.4 * 1400, -1.4 * 1700 };
    FC_AUTO(fc_image) image = window(map, size);
    fc_params params = fc_params_default();
    const fc_check_values alone = fc_test_check_values(image);
    params.face_margin = 0;
    params.width = 400;
    const fc_check_values beside = fc_test_check_beside(image, &params);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        assert_int_equal(beside.known[i], alone.known[i]);
        if (fabs(beside.items[i] - alone.items[i]) > 1e-3 * fabs(alone.items[i])) {
            fail_msg("%s: %g and %g", fc_measure_lookup((fc_measure_id)i)->id, alone.items[i],
                     beside.items[i]);
        }
    }
    assert_true(alone.items[FC_MEASURE_sharpness] > 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_measure_falls_with_what_it_is_meant_for),
        cmocka_unit_test(a_turned_photo_measures_its_angle),
        cmocka_unit_test(heights_are_shares_of_the_picture),
        cmocka_unit_test(a_size_does_not_change_the_distance_of_the_pupils),
        cmocka_unit_test(the_portrait_does_not_change_the_check),
    };
    return cmocka_run_group_tests_name("check/series", tests, setup, teardown);
}
