#include "pipeline/document_frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "config/presets.h"
#include "support/fc_test.h"

#define SIDE 200

/* A face in the middle of a photo of 1000 x 1000 px: eyes in row 500, chin in row 620, the hair
 * ends in row 370. */
typedef struct scene {
    fc_photo photo;
    fc_portrait portrait;
    fc_raster preview;
} scene;

static void draw(scene *self, const char *preset)
{
    fc_error err = { 0 };
    *self =
        (scene){ .photo = { .params = fc_params_default(), .facts = { .size = { 1000, 1000 } } },
                 .preview = { .to_photo = FC_SIMILARITY_IDENTITY } };
    fc_params_select_preset(&self->photo.params, fc_preset_number(preset));
    self->photo.preview = &self->preview;
    self->portrait.photo = &self->photo;
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        self->portrait.landmarks[i] = i < 17   ? (fc_point){ 410 + 180 * i / 16.0, 560 }
                                      : i < 42 ? (fc_point){ 465, 500 }
                                      : i < 48 ? (fc_point){ 535, 500 }
                                               : (fc_point){ 500, 580 };
    }
    self->portrait.landmarks[8] = (fc_point){ 500, 620 };
    fc_rough_mask *rough = &self->portrait.found.coarse[self->portrait.coarse];
    rough->covered = (fc_box){ 0, 0, 1000, 1000 };
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &rough->mask, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            fc_plane_row(rough->mask, y)[x] = x >= 70 && x < 130 && y >= 370 / 5 ? 1 : 0;
        }
    }
}

static void frame_turned(scene *self, double roll_deg, char *note, size_t size)
{
    fc_stage_report report = { 0 };
    const fc_face_pose pose = { { 400, 450, 200, 200 }, roll_deg * M_PI / 180 };
    fc_document_frame(&self->portrait, &pose, &report);
    assert_memory_equal(report.note, fc_preset_at(self->photo.params.preset)->name, 5);
    (void)snprintf(note, size, "%s", report.note);
    fc_face_cache_clear(&self->portrait.found);
}

static void frame(scene *self)
{
    char note[64];
    frame_turned(self, 0, note, sizeof note);
}

static void a_head_comes_to_its_millimetres(void **state)
{
    (void)state;
    scene self;
    draw(&self, "pl-passport");
    frame(&self);
    const fc_frame *made = &self.portrait.frame;
    const double px = made->canvas.height / 45.0;
    assert_int_equal(made->canvas.width, 492);
    const fc_similarity to_canvas = fc_similarity_invert(made->to_photo);
    const fc_point eyes = fc_similarity_apply(to_canvas, (fc_point){ 500, 500 });
    const fc_point chin = fc_similarity_apply(to_canvas, (fc_point){ 500, 620 });
    const fc_point hair = fc_similarity_apply(to_canvas, (fc_point){ 500, 370 });
    assert_true(fabs(eyes.x - 492 / 2.0) < 1);
    assert_true(fabs((chin.y - hair.y) / px - 33.5) < 0.6);
    assert_true(fabs((made->canvas.height - eyes.y) / px - 25) < 0.6);
    assert_true(fabs(made->document.head_skull - 240 / fc_similarity_scale(made->to_photo) / px) <
                1e-6);
    assert_true(made->document.hair_seen);
    assert_int_equal(made->ends, 0);
    assert_int_equal(self.portrait.warnings.count, 0);
}

/* The face box is told where it lies on the canvas, for the stages behind. */
static void the_face_is_told_on_the_canvas(void **state)
{
    (void)state;
    scene self;
    draw(&self, "linkedin");
    frame(&self);
    const fc_frame *made = &self.portrait.frame;
    const fc_point centre =
        fc_similarity_apply(made->to_photo, fc_box_centre(made->face_in_canvas));
    assert_true(fabs(centre.x - 500) < 1e-6 && fabs(centre.y - 550) < 1e-6);
    assert_int_equal(made->inner.width, 800);
    assert_int_equal(made->face_in_photo.width, 200);
}

static void what_cannot_be_met_and_who_takes_none_is_said(void **state)
{
    (void)state;
    scene self;
    draw(&self, "de-passport");
    self.photo.facts.size.height = 625; /* below the chin there is nothing */
    frame(&self);
    assert_int_equal(self.portrait.warnings.count, 2);
    assert_memory_equal(self.portrait.warnings.items[0],
                        "de-passport cannot be met: the photo ends 0.", 44);
    assert_non_null(strstr(self.portrait.warnings.items[1], "take no home-made picture"));
    assert_true((self.portrait.frame.ends & FC_SIDE_BOTTOM) != 0);
}

/* The corners of a picture that is level lie beyond the photo's right edge. */
static void a_photo_that_ends_at_the_corners_is_turned_less(void **state)
{
    (void)state;
    char note[128] = "";
    scene self;
    draw(&self, "us-passport");
    self.photo.facts.size.width = 697;
    frame_turned(&self, 12, note, sizeof note);
    assert_non_null(strstr(note, " less than level"));
    assert_true(self.portrait.frame.roll_deg < 11.1 && self.portrait.frame.roll_deg > 6.9);
    assert_int_equal(self.portrait.frame.ends, 0);
    assert_int_equal(self.portrait.warnings.count, 0);

    draw(&self, "us-passport"); /* with room around */
    frame_turned(&self, 12, note, sizeof note);
    assert_null(strstr(note, "less"));
    assert_true(fabs(self.portrait.frame.roll_deg - 12) < 1e-6);
}

static int32_t warnings_with(const char *preset, fc_choice background)
{
    scene self;
    draw(&self, preset);
    self.photo.params.background.kind = background;
    frame(&self);
    return self.portrait.warnings.count;
}

static void another_background_is_told_where_altered_photos_are_refused(void **state)
{
    (void)state;
    assert_int_equal(warnings_with("us-passport", FC_BACKGROUND_KEEP), 0);
    assert_int_equal(warnings_with("us-passport", FC_BACKGROUND_COLOUR), 1);
    assert_int_equal(warnings_with("pl-passport", FC_BACKGROUND_COLOUR), 0);
}

/* A fifth of 45 mm lower; nothing else is touched. */
static void a_crop_by_hand_is_told_in_its_millimetres(void **state)
{
    (void)state;
    scene self;
    draw(&self, "pl-passport");
    frame(&self);
    const fc_document was = self.portrait.frame.document;
    draw(&self, "pl-passport");
    self.photo.params.move_y = 0.2;
    frame(&self);
    const fc_document *is = &self.portrait.frame.document;
    assert_true(fabs(is->head - was.head) < 1e-6);
    assert_true(fabs(is->eye_line - (was.eye_line - 9)) < 1e-6);
    assert_true(fabs(is->top - (was.top + 9)) < 1e-6);
    assert_int_equal(self.portrait.warnings.count, 1);
    assert_non_null(
        strstr(self.portrait.warnings.items[0], "is not met by the crop by hand: the eye"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_comes_to_its_millimetres),
        cmocka_unit_test(the_face_is_told_on_the_canvas),
        cmocka_unit_test(what_cannot_be_met_and_who_takes_none_is_said),
        cmocka_unit_test(a_photo_that_ends_at_the_corners_is_turned_less),
        cmocka_unit_test(another_background_is_told_where_altered_photos_are_refused),
        cmocka_unit_test(a_crop_by_hand_is_told_in_its_millimetres),
    };
    return cmocka_run_group_tests_name("pipeline/document_frame", tests, NULL, NULL);
}
