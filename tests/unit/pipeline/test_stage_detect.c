#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "ops/turn.h"
#include "pipeline/stage_functions.h"
#include "support/detector.h"
#include "support/fc_test.h"
#include "support/photo_file.h"

/* Of dlib 20.0.1 on the astronaut. */
static const fc_box ASTRONAUT_BOX = { 175, 76, 91, 91 };

/* The astronaut as the preview of a photo that is `scale` times as large. */
static fc_photo photo_of(fc_models *models, double scale, int32_t quarter_turns)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) upright = fc_photo_read("tests/data/astronaut.png");
    fc_photo photo = { .models = models, .params = fc_params_default() };
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo.preview, (void **)&photo.preview, &err), err);
    photo.preview->to_photo = (fc_similarity){ scale, 0, 0, 0 };
    ASSERT_OK(fc_turn(upright, quarter_turns, &photo.preview->pixels, &err), err);
    photo.facts.size = (fc_size){ (int32_t)(scale * upright->size.width),
                                  (int32_t)(scale * upright->size.height) };
    return photo;
}

static void faces_are_told_in_px_of_the_photo(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_models models = { .detector = fc_test_detector };
    fc_photo photo = photo_of(&models, 3, 0);
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_detect(&photo, &report, &err), err);
    assert_int_equal(photo.faces.count, 1);
    const fc_box box = photo.faces.items[0].dlib_box;
    assert_true(fabs(box.x + box.width / 2 - 3 * (ASTRONAUT_BOX.x + ASTRONAUT_BOX.width / 2)) <
                0.15 * 3 * 91);
    assert_true(fabs(box.y + box.height / 2 - 3 * (ASTRONAUT_BOX.y + ASTRONAUT_BOX.height / 2)) <
                0.15 * 3 * 91);
    assert_true(fabs(box.width / (3 * ASTRONAUT_BOX.width) - 1) < 0.2);
    assert_memory_equal(report.note, "1 face, ", 8);
    assert_string_equal(report.model, "face_detection_full_range");
    assert_int_equal(photo.warnings.count, 0);
    fc_photo_clear(&photo);
}

static void a_photo_on_its_side_is_set_upright_with_a_warning(void **state)
{
    (void)state;
    if (fc_test_detector == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) upright = fc_photo_read("tests/data/astronaut.png");
    fc_models models = { .detector = fc_test_detector };
    fc_photo photo = photo_of(&models, 1, 1);
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_detect(&photo, &report, &err), err);
    assert_int_equal(photo.faces.count, 1);
    assert_int_equal(photo.preview_turns, 3);
    assert_int_equal(photo.warnings.count, 1);
    assert_non_null(strstr(photo.warnings.items[0], "270 degrees"));
    for (int32_t y = 0; y < upright->size.height; y++) {
        assert_memory_equal(fc_image_row(photo.preview->pixels, y), fc_image_row(upright, y),
                            3 * (size_t)upright->size.width);
    }
    fc_photo_clear(&photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faces_are_told_in_px_of_the_photo),
        cmocka_unit_test(a_photo_on_its_side_is_set_upright_with_a_warning),
    };
    return cmocka_run_group_tests_name("pipeline/stage_detect", tests, fc_test_detector_setup,
                                       fc_test_detector_teardown);
}
