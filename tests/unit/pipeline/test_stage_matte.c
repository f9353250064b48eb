#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/wall_scene.h"

/* The middle of the head, and a strand beside it that the network does not see, px. */
#define MIDDLE (FC_WALL_SIDE / 2)
#define STRAND (MIDDLE + 112)

static const fc_models NONE = { 0 };

typedef struct scene {
    fc_photo photo;
    fc_raster preview;
    fc_portrait portrait;
    fc_stage_report report;
} scene;

static fc_rough_mask *rough_of(scene *self)
{
    return &self->portrait.found.coarse[self->portrait.coarse];
}

/* A head before a wall; photo, preview and canvas are the same. */
static void draw(scene *self, double pattern)
{
    fc_error err = { 0 };
    const fc_size size = { FC_WALL_SIDE, FC_WALL_SIDE };
    *self = (scene){ .photo = { .params = fc_params_default(), .facts = { .size = size } },
                     .preview = { .to_photo = FC_SIMILARITY_IDENTITY } };
    self->photo.models = &NONE;
    self->photo.preview = &self->preview;
    self->photo.faces.count = 1;
    const double side = FC_WALL_FACE_PX;
    const fc_box box = { MIDDLE - side / 2, MIDDLE - side / 2, side, side };
    self->photo.faces.items[0] = (fc_face){ .box = box, .dlib_box = box };
    self->portrait.photo = &self->photo;
    self->portrait.frame.canvas = size;
    self->portrait.frame.to_photo = FC_SIMILARITY_IDENTITY;
    self->portrait.canvas = fc_wall_picture(0, pattern);
    *rough_of(self) = (fc_rough_mask){ fc_wall_mask(), { 0, 0, size.width, size.height } };
    ASSERT_OK(fc_plane_new(size, &self->portrait.coverage, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        self->portrait.coverage->data[i] = 1;
    }
}

static void run(scene *self)
{
    fc_error err = { 0 };
    self->report = (fc_stage_report){ 0 };
    ASSERT_OK(fc_stage_matte(&self->portrait, &self->report, &err), err);
}

static double alpha_at(const scene *self, int32_t x, int32_t y)
{
    return (double)fc_plane_row(self->portrait.matte, y)[x];
}

static void the_person_is_told_from_the_background(void **state)
{
    (void)state;
    scene self;
    draw(&self, 60);
    run(&self);
    assert_true(alpha_at(&self, MIDDLE, MIDDLE) > 0.95);
    assert_true(alpha_at(&self, MIDDLE + 60, MIDDLE) > 0.95);
    assert_true(alpha_at(&self, 20, 20) < 0.05);
    assert_false(self.portrait.keyed);
    assert_string_equal(self.report.note, "fine");
    fc_portrait_clear(&self.portrait);
}

/* Strands end at 125 px from the middle, the network's mask at 102. */
static void hair_is_keyed_before_a_plain_wall(void **state)
{
    (void)state;
    scene self;
    draw(&self, 0);
    run(&self);
    assert_true(self.portrait.keyed);
    assert_memory_equal(self.report.note, "fine; plain wall, keyed", 23);
    assert_true(alpha_at(&self, STRAND, MIDDLE) > 0.8);
    fc_portrait_clear(&self.portrait);
}

static void a_fast_matte_is_not_keyed(void **state)
{
    (void)state;
    scene self;
    draw(&self, 0);
    self.photo.params.matte_quality = FC_MATTE_FAST;
    run(&self);
    assert_false(self.portrait.keyed);
    assert_string_equal(self.report.note, "fast");
    fc_portrait_clear(&self.portrait);
}

static void nothing_of_the_person_lies_outside_the_photo(void **state)
{
    (void)state;
    scene self;
    draw(&self, 0);
    for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
        fc_plane_row(self.portrait.coverage, MIDDLE)[x] = 0;
    }
    run(&self);
    assert_true(alpha_at(&self, MIDDLE, MIDDLE) <= 0);
    fc_portrait_clear(&self.portrait);
}

static void a_face_is_never_see_through(void **state)
{
    (void)state;
    scene self;
    draw(&self, 60);
    for (int32_t y = MIDDLE - 20; y < MIDDLE + 20; y++) {
        memset(fc_plane_row(rough_of(&self)->mask, y) + MIDDLE - 20, 0, 40 * sizeof(float));
    }
    run(&self);
    assert_true(alpha_at(&self, MIDDLE, MIDDLE) > 0.85);
    fc_portrait_clear(&self.portrait);
}

/* Somebody else has the right half, whatever colour tells there. */
static void others_who_were_left_out_stay_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    scene self;
    draw(&self, 0);
    self.portrait.own = (fc_rough_mask){ fc_wall_mask(), rough_of(&self)->covered };
    ASSERT_OK(fc_plane_new(self.portrait.frame.canvas, &self.portrait.others, &err), err);
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            fc_plane_row(self.portrait.others, y)[x] = x > MIDDLE + 40 ? 1 : 0;
        }
    }
    run(&self);
    assert_true(alpha_at(&self, MIDDLE + 60, MIDDLE) < 0.05);
    assert_true(alpha_at(&self, MIDDLE - 60, MIDDLE) > 0.95);
    fc_portrait_clear(&self.portrait);
}

/* No mask holds the face, or nobody looks at one: all of the photo is kept. */
static void without_a_mask_all_of_the_photo_is_kept(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        scene self;
        draw(&self, 0);
        self.portrait.uncut = i == 0;
        if (i == 1) {
            self.photo.params.plain = true;
            fc_params_settle(&self.photo.params);
        }
        run(&self);
        assert_string_equal(self.report.note, "none");
        assert_memory_equal(self.portrait.matte->data, self.portrait.coverage->data,
                            fc_plane_bytes(self.portrait.coverage));
        fc_portrait_clear(&self.portrait);
    }
}

static void it_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    scene self;
    draw(&self, 0);
    self.photo.params.matte_quality = FC_MATTE_FAST; /* keying is walked through on its own */
    SWEEP_ALLOCATIONS(fc_stage_matte(&self.portrait, &self.report, &err),
                      self.portrait.matte == NULL);
    fc_portrait_clear(&self.portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_person_is_told_from_the_background),
        cmocka_unit_test(hair_is_keyed_before_a_plain_wall),
        cmocka_unit_test(a_fast_matte_is_not_keyed),
        cmocka_unit_test(nothing_of_the_person_lies_outside_the_photo),
        cmocka_unit_test(a_face_is_never_see_through),
        cmocka_unit_test(others_who_were_left_out_stay_out),
        cmocka_unit_test(without_a_mask_all_of_the_photo_is_kept),
        cmocka_unit_test(it_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_matte", tests, NULL, NULL);
}
