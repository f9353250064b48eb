/* Which network looks for people: selfie where its file is fetched (else skipped), and the small
 * network of tests/data/u2net, whose mask says nothing about anybody. */
#include "pipeline/people.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "ops/resample.h"
#include "support/degrade.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/person_models.h"
#include "support/photo_file.h"
#include "support/pictures.h"

static fc_models models_with(const fc_u2net_model *second)
{
    return (fc_models){ .selfie = fc_test_selfie, .u2net = second };
}

/* The astronaut with her face, or (faces 0) unfound. */
static fc_photo photo_of(const fc_models *models, fc_choice matte, int32_t faces)
{
    fc_photo photo = { .params = fc_params_default(),
                       .models = models,
                       .preview = &fc_test_astronaut };
    photo.params.matte = matte;
    photo.faces.items[0].box = (fc_box){ 172, 70, 100, 100 };
    photo.faces.count = faces;
    return photo;
}

static void assert_why(const fc_photo *photo, bool by_u2net, const char *why)
{
    fc_people people = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_people_find(photo, &people, &err), err);
    assert_int_equal(people.choice.u2net, by_u2net);
    assert_non_null(strstr(people.choice.why, why));
    assert_int_equal(people.mask->size.width, people.small->size.width);
    assert_int_equal(people.mask->size.height, people.small->size.height);
    assert_true(people.face_px >= 1);
    fc_people_clear(&people);
    assert_null(people.mask);
}

static float mask_at(const fc_people *people, double x, double y)
{
    const fc_size size = people->mask->size;
    return fc_plane_row(people->mask, (int32_t)(y * size.height))[(int32_t)(x * size.width)];
}

static void a_clear_face_stays_with_selfie_and_is_found(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = models_with(fc_test_u2net);
    const fc_photo photo = photo_of(&models, FC_MATTE_AUTO, 1);
    assert_why(&photo, false, "auto: selfie, mask certain");
    fc_people people = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_people_find(&photo, &people, &err), err);
    assert_true(mask_at(&people, 0.43, 0.22) > 0.95F); /* her face */
    assert_true(mask_at(&people, 0.02, 0.02) < 0.05F); /* the flag behind her */
    fc_people_clear(&people);
}

static void what_is_asked_for_looks(void **state)
{
    (void)state;
    const fc_models models = models_with(fc_test_u2net);
    fc_photo photo = photo_of(&models, FC_MATTE_U2NET, 1);
    assert_why(&photo, true, "u2net");
    if (fc_test_selfie == NULL) {
        skip();
    }
    photo.params.matte = FC_MATTE_SELFIE;
    assert_why(&photo, false, "selfie");
}

static void without_a_face_u2net_looks_where_it_is_installed(void **state)
{
    (void)state;
    const fc_models with = models_with(fc_test_u2net);
    fc_photo photo = photo_of(&with, FC_MATTE_AUTO, 0);
    assert_why(&photo, true, "auto: u2net, no face");
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models without = models_with(NULL);
    photo.models = &without;
    assert_why(&photo, false, "auto: selfie, no face, u2net is not installed");
}

/* A flat picture in which a face is claimed: selfie does not see it. */
static void a_face_that_selfie_does_not_see_asks_u2net(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = models_with(fc_test_u2net);
    fc_photo photo = photo_of(&models, FC_MATTE_AUTO, 1);
    fc_raster flat = { .pixels = fc_test_flat((fc_size){ 512, 512 }, 90, 120, 60),
                       .to_photo = FC_SIMILARITY_IDENTITY };
    photo.preview = &flat;
    assert_why(&photo, true, "auto: u2net, mask ");
    fc_image_free(flat.pixels);
}

static void u2net_without_its_file_is_refused(void **state)
{
    (void)state;
    const fc_models models = models_with(NULL);
    const fc_photo photo = photo_of(&models, FC_MATTE_U2NET, 1);
    fc_people people = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_people_find(&photo, &people, &err), err);
    assert_string_equal(
        err.text, "matte is u2net, but u2net_human_seg.onnx is not installed: auto or selfie");
    assert_null(people.small);
}

static void nobody_is_found_in_a_wall(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = models_with(NULL);
    fc_photo photo = photo_of(&models, FC_MATTE_AUTO, 0);
    fc_raster wall = { .pixels = fc_test_flat((fc_size){ 320, 200 }, 200, 200, 200),
                       .to_photo = FC_SIMILARITY_IDENTITY };
    photo.preview = &wall;
    fc_people people = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_NO_FACE, fc_people_find(&photo, &people, &err), err);
    assert_null(people.mask);
    fc_image_free(wall.pixels);
}

static void a_blurred_person_is_found_by_another_look(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    fc_error err = { 0 };
    const fc_models models = models_with(NULL);
    fc_photo photo = photo_of(&models, FC_MATTE_AUTO, 1);
    photo.faces.items[0].dlib_box = photo.faces.items[0].box;
    fc_raster blurred = { .to_photo = FC_SIMILARITY_IDENTITY };
    ASSERT_OK(fc_image_copy(fc_test_astronaut.pixels, &blurred.pixels, &err), err);
    fc_degrade_blur(blurred.pixels, 10);
    photo.preview = &blurred;
    fc_people people = { 0 };
    ASSERT_OK(fc_people_find(&photo, &people, &err), err);
    assert_true(mask_at(&people, 0.43, 0.22) > 0.99F); /* her face */
    assert_true(mask_at(&people, 0.05, 0.3) < 0.3F);   /* the flag */
    fc_people_clear(&people);
    fc_image_free(blurred.pixels);
}

/* Only a face tells that the person is missing from the mask, where something else is in it. */
static void a_mask_without_any_face_that_matters_is_refused(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    fc_error err = { 0 };
    const fc_models models = models_with(NULL);
    fc_photo photo = photo_of(&models, FC_MATTE_SELFIE, 1);
    fc_people people = { 0 };
    photo.faces.items[0].box = (fc_box){ 10, 10, 90, 90 }; /* the flag */
    photo.faces.items[0].dlib_box = photo.faces.items[0].box;
    ASSERT_FAILS(FC_NO_FACE, fc_people_find(&photo, &people, &err), err);
    assert_non_null(strstr(err.text, "could not be told from the background"));
    assert_null(people.mask);
    /* Beside a face that is held it does not matter. */
    photo.faces.items[1] = photo.faces.items[0];
    photo.faces.items[0].box = (fc_box){ 172, 70, 100, 100 };
    photo.faces.items[0].dlib_box = photo.faces.items[0].box;
    photo.faces.count = 2;
    ASSERT_OK(fc_people_find(&photo, &people, &err), err);
    fc_people_clear(&people);
}

static void looks_beyond_the_picture_are_left_out(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_models models = models_with(NULL);
    fc_photo photo = photo_of(&models, FC_MATTE_AUTO, 2);
    photo.faces.items[1].box = (fc_box){ 3000, 3000, 50, 50 };
    assert_why(&photo, false, "auto: selfie, mask certain");
}

/* Small, since every failure is walked through: the looks of selfie, and the one of u2net. */
static void finding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_raster small = { .to_photo = FC_SIMILARITY_IDENTITY };
    ASSERT_OK(fc_resample(fc_test_astronaut.pixels, (fc_box){ 0, 0, 512, 512 }, (fc_size){ 64, 64 },
                          &small.pixels, &err),
              err);
    const fc_models models = models_with(fc_test_u2net);
    const fc_choice asked[] = { FC_MATTE_U2NET, FC_MATTE_SELFIE };
    for (int i = 0; i < (fc_test_selfie != NULL ? 2 : 1); i++) {
        fc_photo photo = photo_of(&models, asked[i], 1);
        photo.params.matte_quality = FC_MATTE_FAST;
        photo.preview = &small;
        photo.faces.items[0].box = (fc_box){ 21, 9, 13, 13 };
        fc_people people = { 0 };
        SWEEP_ALLOCATIONS(fc_people_find(&photo, &people, &err), people.small == NULL);
        fc_people_clear(&people);
    }
    fc_image_free(small.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_face_stays_with_selfie_and_is_found),
        cmocka_unit_test(what_is_asked_for_looks),
        cmocka_unit_test(without_a_face_u2net_looks_where_it_is_installed),
        cmocka_unit_test(a_face_that_selfie_does_not_see_asks_u2net),
        cmocka_unit_test(u2net_without_its_file_is_refused),
        cmocka_unit_test(nobody_is_found_in_a_wall),
        cmocka_unit_test(a_blurred_person_is_found_by_another_look),
        cmocka_unit_test(a_mask_without_any_face_that_matters_is_refused),
        cmocka_unit_test(looks_beyond_the_picture_are_left_out),
        cmocka_unit_test(finding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/people", tests, fc_test_person_models_setup,
                                       fc_test_person_models_teardown);
}
