#include "pipeline/face_cache.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_plane *mask_of(int32_t side)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ side, side }, &mask, &err), err);
    return mask;
}

static fc_raster *raster_of(int32_t side)
{
    fc_error err = { 0 };
    fc_raster *raster = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *raster, (void **)&raster, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ side, side }, 3, &raster->pixels, &err), err);
    return raster;
}

static void an_empty_cache_weighs_nothing(void **state)
{
    (void)state;
    fc_face_cache cache = { 0 };
    assert_int_equal(fc_face_cache_size(&cache), 0);
    fc_face_cache_clear(&cache);
}

static void size_counts_masks_and_pixels(void **state)
{
    (void)state;
    fc_face_cache cache = { 0 };
    cache.coarse[1].mask = mask_of(10);
    cache.details[2] = raster_of(64);
    assert_int_equal(fc_face_cache_size(&cache), 10 * 10 * 4 + 64 * 192);
    fc_face_cache_clear(&cache);
    assert_int_equal(fc_face_cache_size(&cache), 0);
}

static void what_was_added_is_handed_back(void **state)
{
    (void)state;
    fc_face_cache kept = { .keep = true };
    kept.coarse[0].mask = mask_of(4);
    fc_face_cache lent = kept;
    lent.has_landmarks = true;
    lent.landmarks[7] = (fc_point){ 1, 2 };
    lent.coarse[1].mask = mask_of(8);
    lent.details[0] = raster_of(64);
    const fc_face_cache added = lent;
    fc_face_cache_checkin(&kept, &lent);
    assert_true(kept.has_landmarks);
    assert_true(kept.landmarks[7].y > 1.5);
    assert_ptr_equal(kept.coarse[1].mask, added.coarse[1].mask);
    assert_ptr_equal(kept.details[0], added.details[0]);
    assert_null(lent.coarse[0].mask);
    fc_face_cache_clear(&kept);
}

/* Two portraits of one face at the same time: what the second one made again is released. */
static void the_first_to_hand_back_counts(void **state)
{
    (void)state;
    fc_face_cache kept = { 0 };
    fc_face_cache first = kept;
    fc_face_cache second = kept;
    first.coarse[1].mask = mask_of(8);
    first.details[1] = raster_of(16);
    second.coarse[1].mask = mask_of(8);
    second.details[1] = raster_of(16);
    const fc_face_cache winner = first;
    fc_face_cache_checkin(&kept, &first);
    fc_face_cache_checkin(&kept, &second);
    assert_ptr_equal(kept.coarse[1].mask, winner.coarse[1].mask);
    assert_ptr_equal(kept.details[1], winner.details[1]);
    fc_face_cache_clear(&kept);
}

static fc_person person_of(int32_t side)
{
    fc_error err = { 0 };
    fc_person person = { .matte = mask_of(side), .params = fc_params_default() };
    ASSERT_OK(fc_image_new((fc_size){ side, side }, 3, &person.colours, &err), err);
    return person;
}

static void a_person_fits_whatever_its_background(void **state)
{
    (void)state;
    fc_person person = person_of(8);
    fc_params params = fc_params_default();
    params.background.kind = FC_BACKGROUND_TRANSPARENT;
    params.background.red = 3;
    params.use_oval_mask = !params.use_oval_mask;
    params.max_jpeg_kb = 20;
    assert_true(fc_person_fits(&person, &params));
    params.face_margin += 0.01;
    assert_false(fc_person_fits(&person, &params));
    params = fc_params_default();
    params.enhance_photo = FC_ENHANCE_OFF;
    assert_false(fc_person_fits(&person, &params));
    fc_person_clear(&person);
    params = fc_params_default();
    assert_false(fc_person_fits(&person, &params)); /* nobody */
}

static void a_person_with_its_own_background_fits_no_other(void **state)
{
    (void)state;
    static const fc_background_kind KINDS[] = { FC_BACKGROUND_COLOUR, FC_BACKGROUND_KEEP,
                                                FC_BACKGROUND_BLUR };
    for (int was = 0; was < 3; was++) {
        for (int is = 0; is < 3; is++) {
            fc_person person = person_of(8);
            fc_params params = fc_params_default();
            person.params.background = fc_background_of(KINDS[was]);
            params.background = fc_background_of(KINDS[is]);
            params.background.strength = 9;
            assert_int_equal(fc_person_fits(&person, &params), was == is);
            fc_person_clear(&person);
        }
    }
}

static void a_person_is_lent_to_one_portrait_alone(void **state)
{
    (void)state;
    fc_face_cache kept = { .keep = true, .person = person_of(8) };
    const fc_image *colours = kept.person.colours;
    assert_int_equal(fc_face_cache_size(&kept), 8 * 64 + 8 * 8 * 4);
    fc_face_cache first = fc_face_cache_checkout(&kept);
    fc_face_cache second = fc_face_cache_checkout(&kept);
    assert_ptr_equal(first.person.colours, colours);
    assert_null(second.person.colours);
    second.person = person_of(4);
    const fc_image *newer = second.person.colours;
    fc_face_cache_checkin(&kept, &first);
    fc_face_cache_checkin(&kept, &second);
    assert_ptr_equal(kept.person.colours, newer); /* the last one stays */
    fc_face_cache_clear(&kept);
}

static fc_restored restored_of(int32_t side)
{
    fc_error err = { 0 };
    fc_restored restored = { .fidelity = 0.7 };
    ASSERT_OK(fc_image_new((fc_size){ side, side }, 3, &restored.face, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ side, side }, 3, &restored.repainted, &err), err);
    for (int32_t y = 0; y < side; y++) {
        memset(fc_image_row(restored.face, y), 100, 3 * (size_t)side);
    }
    return restored;
}

static void a_restored_face_is_known_by_its_pixels_and_fidelity(void **state)
{
    (void)state;
    fc_restored known = restored_of(8);
    fc_restored same = restored_of(8);
    fc_restored other = restored_of(4);
    assert_true(fc_restored_fits(&known, same.face, 0.7));
    assert_false(fc_restored_fits(&known, same.face, 0.5));
    assert_false(fc_restored_fits(&known, other.face, 0.7));
    fc_image_row(same.face, 7)[23]++;
    assert_false(fc_restored_fits(&known, same.face, 0.7));
    fc_restored_clear(&known);
    assert_false(fc_restored_fits(&known, other.face, 0.7)); /* none is known */
    fc_restored_clear(&same);
    fc_restored_clear(&other);
}

static void a_restored_face_is_lent_to_one_portrait_alone(void **state)
{
    (void)state;
    fc_face_cache kept = { .keep = true, .restored = restored_of(8) };
    assert_int_equal(fc_face_cache_size(&kept), 2 * 8 * 64);
    fc_face_cache first = fc_face_cache_checkout(&kept);
    fc_face_cache second = fc_face_cache_checkout(&kept);
    assert_null(second.restored.face);
    second.restored = restored_of(4);
    const fc_image *newer = second.restored.face;
    fc_face_cache_checkin(&kept, &first);
    fc_face_cache_checkin(&kept, &second);
    assert_ptr_equal(kept.restored.face, newer); /* the last one stays */
    fc_face_cache_clear(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_cache_weighs_nothing),
        cmocka_unit_test(size_counts_masks_and_pixels),
        cmocka_unit_test(what_was_added_is_handed_back),
        cmocka_unit_test(the_first_to_hand_back_counts),
        cmocka_unit_test(a_person_fits_whatever_its_background),
        cmocka_unit_test(a_person_with_its_own_background_fits_no_other),
        cmocka_unit_test(a_person_is_lent_to_one_portrait_alone),
        cmocka_unit_test(a_restored_face_is_known_by_its_pixels_and_fidelity),
        cmocka_unit_test(a_restored_face_is_lent_to_one_portrait_alone),
    };
    return cmocka_run_group_tests_name("pipeline/face_cache", tests, NULL, NULL);
}
