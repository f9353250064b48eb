#include "pipeline/crown.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define SIDE 200

/* A preview of half the photo's scale, whose mask covers all of it at one px for two. */
typedef struct scene {
    fc_photo photo;
    fc_portrait portrait;
    fc_raster preview;
} scene;

/* A head whose crown is in row `top` of the photo, and a bow above a gap of `gap` rows. */
static void draw(scene *self, double top, double gap)
{
    fc_error err = { 0 };
    *self = (scene){ .photo = { .params = fc_params_default(), .facts = { .size = { 800, 800 } } },
                     .preview = { .to_photo = { 2, 0, 0, 0 } } };
    self->photo.preview = &self->preview;
    self->portrait.photo = &self->photo;
    fc_rough_mask *rough = &self->portrait.found.coarse[FC_ROUGH_MASK_SELFIE_FINE];
    rough->covered = (fc_box){ 0, 0, 400, 400 };
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &rough->mask, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double row = 4 * (y + 0.5);
            const bool bow = gap > 0 && row < top - gap && row > top - gap - 40;
            fc_plane_row(rough->mask, y)[x] = abs(4 * x - 400) < 120 && (row > top || bow) ? 1 : 0;
        }
    }
}

static fc_crown_place find(scene *self)
{
    fc_error err = { 0 };
    fc_crown_place found = { 0 };
    ASSERT_OK(fc_crown_find(&self->portrait, (fc_point){ 400, 400 }, (fc_point){ 0, -1 }, 200,
                            &found, &err),
              err);
    fc_face_cache_clear(&self->portrait.found);
    return found;
}

static void the_end_of_the_person_is_found_above_the_eyes(void **state)
{
    (void)state;
    scene self;
    draw(&self, 200, 0);
    const fc_crown_place found = find(&self);
    assert_true(found.seen && !found.cut);
    assert_true(fabs(found.above_eyes - 200) < 2);
}

/* A narrow gap is hair; beyond a wide one it is somebody else. */
static void what_lies_beyond_a_gap_is_not_the_head(void **state)
{
    (void)state;
    scene self;
    draw(&self, 200, 16);
    assert_true(find(&self).above_eyes > 230);
    draw(&self, 200, 60);
    assert_true(fabs(find(&self).above_eyes - 200) < 2);
}

static void a_head_that_the_photo_cuts_is_told(void **state)
{
    (void)state;
    scene self;
    draw(&self, -10, 0);
    const fc_crown_place found = find(&self);
    assert_true(found.cut);
    assert_true(found.above_eyes > 390);
}

static void nothing_seen_is_told(void **state)
{
    (void)state;
    scene self;
    draw(&self, 790, 0);
    const fc_crown_place found = find(&self);
    assert_false(found.seen);
    assert_true(found.above_eyes <= 0);
}

/* u2net is asked for and not installed: the mask at hand serves. */
static void selfie_serves_where_u2net_is_missing(void **state)
{
    (void)state;
    scene self;
    draw(&self, 200, 0);
    static const fc_models none = { .threads = 1 };
    self.photo.params.matte = FC_MATTE_U2NET;
    self.photo.models = &none;
    assert_true(find(&self).seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_person_is_found_above_the_eyes),
        cmocka_unit_test(what_lies_beyond_a_gap_is_not_the_head),
        cmocka_unit_test(a_head_that_the_photo_cuts_is_told),
        cmocka_unit_test(nothing_seen_is_told),
        cmocka_unit_test(selfie_serves_where_u2net_is_missing),
    };
    return cmocka_run_group_tests_name("pipeline/crown", tests, NULL, NULL);
}
