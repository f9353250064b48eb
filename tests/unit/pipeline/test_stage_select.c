/* A group photo is made of the two public ones: he stands before her shoulder. What is his is then
 * known exactly. Skipped where the network's file is not fetched. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ops/plane_place.h"
#include "ops/remap_range.h"
#include "ops/resample.h"
#include "pipeline/matte_region.h"
#include "pipeline/segmenter.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/person_models.h"
#include "support/photo_file.h"
#include "support/pictures.h"

#define WIDTH 700
#define HEIGHT 512

/* He, reduced to this width, from this column on: his arm covers her shoulder. */
#define HIS_SCALE 0.44
#define HIS_LEFT 250
#define HIS_TOP 12

enum { SHE, HE };

static fc_raster group = { .to_photo = { .a = 1 } };
static fc_plane *people[2]; /* alpha of her and of him, size of the group */

static void blend(uint8_t *to, const uint8_t *from, float alpha)
{
    for (int c = 0; c < 3; c++) {
        to[c] = (uint8_t)lroundf((float)to[c] + alpha * (float)(from[c] - to[c]));
    }
}

static fc_plane *alpha_of(const fc_image *picture)
{
    fc_error err = { 0 };
    fc_plane *coarse = NULL;
    fc_plane *alpha = NULL;
    fc_box covered = { 0 };
    const fc_box all = { 0, 0, picture->size.width, picture->size.height };
    ASSERT_OK(
        fc_selfie_model_run(fc_test_selfie, picture, all, FC_SELFIE_TWICE, &coarse, &covered, &err),
        err);
    ASSERT_OK(fc_plane_resample(coarse, picture->size, &alpha, &err), err);
    fc_smoothstep_in_place(alpha, 0.3, 0.7);
    fc_plane_free(coarse);
    return alpha;
}

static void place_her(const fc_image *her)
{
    fc_plane *alpha = alpha_of(her);
    for (int32_t y = 0; y < HEIGHT; y++) {
        memcpy(fc_image_row(group.pixels, y), fc_image_row(her, y), (size_t)3 * 512);
        memcpy(fc_plane_row(people[SHE], y), fc_plane_row(alpha, y), 512 * sizeof(float));
    }
    fc_plane_free(alpha);
}

static void place_him(const fc_image *him)
{
    fc_plane *alpha = alpha_of(him);
    for (int32_t y = 0; y < him->size.height && y + HIS_TOP < HEIGHT; y++) {
        uint8_t *to = fc_image_row(group.pixels, y + HIS_TOP) + (ptrdiff_t)3 * HIS_LEFT;
        float *hers = fc_plane_row(people[SHE], y + HIS_TOP) + HIS_LEFT;
        float *his = fc_plane_row(people[HE], y + HIS_TOP) + HIS_LEFT;
        for (int32_t x = 0; x < him->size.width && x + HIS_LEFT < WIDTH; x++) {
            his[x] = fc_plane_row(alpha, y)[x];
            hers[x] *= 1 - his[x];
            blend(to + (ptrdiff_t)3 * x, fc_image_row(him, y) + (ptrdiff_t)3 * x, his[x]);
        }
    }
    fc_plane_free(alpha);
}

static int setup(void **state)
{
    if (fc_test_person_models_setup(state) != 0 || fc_test_selfie == NULL) {
        return fc_test_selfie == NULL ? 0 : -1;
    }
    fc_error err = { 0 };
    const fc_size size = { WIDTH, HEIGHT };
    fc_image *large = fc_photo_read("tests/data/official_portrait.jpg");
    fc_image *him = NULL;
    const fc_box all = { 0, 0, large->size.width, large->size.height };
    const fc_size reduced = { (int32_t)(HIS_SCALE * large->size.width),
                              (int32_t)(HIS_SCALE * large->size.height) };
    ASSERT_OK(fc_resample(large, all, reduced, &him, &err), err);
    group.pixels = fc_test_flat(size, 196, 190, 186);
    people[SHE] = fc_test_matte(size, 0);
    people[HE] = fc_test_matte(size, 0);
    place_her(fc_test_astronaut.pixels);
    place_him(him);
    fc_image_free(him);
    fc_image_free(large);
    return 0;
}

static int teardown(void **state)
{
    fc_image_free(group.pixels);
    fc_plane_free(people[SHE]);
    fc_plane_free(people[HE]);
    return fc_test_person_models_teardown(state);
}

static fc_face face_at(double left, double top, double side)
{
    fc_face face = { .box = { left, top, side, side }, .score = 0.9 };
    face.dlib_box = (fc_box){ left + 0.02 * side, top + 0.04 * side, 0.96 * side, 0.96 * side };
    face.keypoints[FC_KEYPOINT_LEFT_EYE] = (fc_point){ left + 0.3 * side, top + 0.3 * side };
    face.keypoints[FC_KEYPOINT_RIGHT_EYE] = (fc_point){ left + 0.7 * side, top + 0.3 * side };
    return face;
}

/* Where the detector finds them. */
static fc_photo group_photo(const fc_models *models)
{
    fc_photo photo = { .params = fc_params_default(), .models = models, .preview = &group };
    photo.faces.items[SHE] = face_at(172, 70, 100);
    photo.faces.items[HE] =
        face_at(HIS_LEFT + HIS_SCALE * 354, HIS_TOP + HIS_SCALE * 147, HIS_SCALE * 270);
    photo.faces.count = 2;
    photo.facts.size = group.pixels->size;
    return photo;
}

/* The portrait of a face up to its rough mask, framed with room at the sides. */
static fc_portrait portrait_of(fc_photo *photo, int32_t who)
{
    fc_portrait portrait = { .photo = photo, .face_index = who };
    portrait.coarse = FC_ROUGH_MASK_SELFIE_FINE;
    const fc_face *face = &photo->faces.items[who];
    fc_error err = { 0 };
    ASSERT_OK(fc_segmenter_run(photo, portrait.coarse, fc_matte_region(face, photo->preview),
                               &portrait.found.coarse[portrait.coarse], &err),
              err);
    const double side = 3 * face->box.width;
    const fc_point middle = fc_box_centre(face->box);
    portrait.frame.canvas = (fc_size){ 300, 300 };
    portrait.frame.to_photo =
        (fc_similarity){ side / 300, 0, middle.x - side / 2, middle.y - 0.45 * side };
    portrait.raster = photo->preview;
    return portrait;
}

/* Sum of a mask over what is one person's. */
static double held(const fc_plane *mask, const fc_plane *alpha)
{
    double sum = 0;
    for (int32_t i = 0; i < mask->size.width * mask->size.height; i++) {
        sum += (double)mask->data[i] * (double)alpha->data[i];
    }
    return sum;
}

static double total(const fc_plane *mask)
{
    double sum = 0;
    for (int32_t i = 0; i < mask->size.width * mask->size.height; i++) {
        sum += (double)mask->data[i];
    }
    return sum;
}

/* The matte of a portrait, and what of it is hers and his. */
static void measure(int32_t who, bool selected, double share[2])
{
    fc_error err = { 0 };
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = group_photo(&models);
    fc_portrait portrait = portrait_of(&photo, who);
    fc_stage_report report = { 0 };
    if (selected) {
        ASSERT_OK(fc_stage_select(&portrait, &report, &err), err);
        assert_string_equal(report.note, "1 near, left out");
    }
    ASSERT_OK(fc_stage_warp(&portrait, &report, &err), err);
    ASSERT_OK(fc_stage_matte(&portrait, &report, &err), err);
    for (int i = 0; i < 2; i++) {
        fc_plane *alpha = NULL;
        const fc_box all = { 0, 0, WIDTH, HEIGHT };
        ASSERT_OK(fc_plane_place(people[i], all, portrait.frame.to_photo, portrait.matte->size,
                                 &alpha, &err),
                  err);
        share[i] = held(portrait.matte, alpha) / total(alpha);
        fc_plane_free(alpha);
    }
    fc_portrait_clear(&portrait);
}

static void of_two_people_each_portrait_shows_one(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    for (int who = 0; who < 2; who++) {
        double before[2];
        double after[2];
        measure(who, false, before);
        measure(who, true, after);
        assert_true(before[1 - who] > 0.3); /* else there is nothing to leave out */
        assert_true(after[1 - who] < 0.05);
        assert_true(after[who] > 0.97 * before[who]);
    }
}

static fc_portrait select_with(fc_photo *photo, fc_stage_report *report)
{
    fc_error err = { 0 };
    fc_portrait portrait = portrait_of(photo, SHE);
    ASSERT_OK(fc_stage_select(&portrait, report, &err), err);
    return portrait;
}

/* Her face found twice, a face printed on her suit, one on the wall that the network knows for no
 * person, and one far away. */
static void a_face_that_is_nobody_else_changes_nothing(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = { .selfie = fc_test_selfie };
    const fc_face nobody[] = { face_at(178, 78, 90), face_at(150, 320, 36), face_at(40, 20, 40),
                               face_at(8000, 20, 60) };
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
        fc_photo photo = group_photo(&models);
        photo.faces.items[HE] = nobody[i];
        fc_stage_report report = { 0 };
        fc_portrait portrait = select_with(&photo, &report);
        assert_string_equal(report.note, "nobody else is near");
        assert_null(portrait.own.mask);
        assert_null(portrait.others);
        fc_portrait_clear(&portrait);
    }
}

static void what_is_not_cut_out_is_not_divided(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    fc_error err = { 0 };
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = group_photo(&models);
    fc_portrait portrait = portrait_of(&photo, SHE);
    portrait.uncut = true;
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_select(&portrait, &report, &err), err);
    assert_null(portrait.own.mask);
    fc_portrait_clear(&portrait);
}

static void the_stage_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    fc_error err = { 0 };
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = group_photo(&models);
    fc_portrait portrait = portrait_of(&photo, SHE);
    fc_stage_report report = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_select(&portrait, &report, &err),
                      portrait.own.mask == NULL && portrait.others == NULL);
    assert_non_null(portrait.own.mask);
    fc_portrait_clear(&portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_people_each_portrait_shows_one),
        cmocka_unit_test(a_face_that_is_nobody_else_changes_nothing),
        cmocka_unit_test(what_is_not_cut_out_is_not_divided),
        cmocka_unit_test(the_stage_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_select", tests, setup, teardown);
}
