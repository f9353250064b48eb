/* Whole photos through the check: the public ones, and a good portrait saved in several ways. Skips
 * where the model files are not fetched. */
#include <math.h>

#include "base/file.h"
#include "image/encode.h"
#include "support/check_photo.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

enum { STEPS = 6, HEIGHT = 900, FILE_BYTES = 150000 };

static fc_test_subject subject;

static int setup(void **state)
{
    if (fc_test_engine_setup(state) != 0) {
        return -1;
    }
    if (fc_test_engine != NULL) {
        fc_test_subject_make(HEIGHT, &subject);
    }
    return 0;
}

static int teardown(void **state)
{
    fc_test_subject_clear(&subject);
    return fc_test_engine_teardown(state);
}

/* All that the portrait shows passes, but for the laugh. */
static void a_good_portrait_passes(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    const fc_check check = fc_test_check(subject.picture);
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        const fc_check_state seen = check.items[i].state;
        const bool laughs = i == FC_MEASURE_mouth_closed || i == FC_MEASURE_neutral;
        const fc_measure_row *row = fc_measure_lookup((fc_measure_id)i);
        if (row->by_preset || row->unseen) {
            assert_int_equal(seen, FC_CHECK_NOT_CHECKED);
        } else if (!laughs && seen != FC_CHECK_PASS) {
            fail_msg("%s: %s, %g", row->id, fc_check_state_name(seen), check.items[i].value);
        }
    }
}

/* What the two photos measured when the limits were set; another processor may differ a little. */
static void the_public_photos_measure_as_they_did(void **state)
{
    (void)state;
    static const struct {
        fc_measure_id measure;
        double values[2];
    } KEPT[] = {
        { FC_MEASURE_single_face, { 0, 0 } },
        { FC_MEASURE_eye_distance, { 103.7, 44.78 } },
        { FC_MEASURE_centring, { 0.0371, 0.059 } },
        { FC_MEASURE_framing, { 3.53, 4.535 } },
        { FC_MEASURE_roll, { -0.7364, 3.001 } },
        { FC_MEASURE_yaw, { 2.579, -1.664 } },
        { FC_MEASURE_pitch, { 7.867, -2.841 } },
        { FC_MEASURE_gaze, { 4.144, -4.926 } },
        { FC_MEASURE_eyes_open, { 0.0423, 0.0788 } },
        { FC_MEASURE_eyes_clear, { 0, 0 } },
        { FC_MEASURE_red_eye, { 0, 0 } },
        { FC_MEASURE_pupil_distance, { 68.5, 63.8 } },
        { FC_MEASURE_mouth_closed, { 0.148, 0.1157 } },
        { FC_MEASURE_neutral, { 4.637, 2.393 } },
        { FC_MEASURE_sharpness, { 0.3879, 0.2105 } },
        { FC_MEASURE_highlights, { 0, 0.0003 } },
        { FC_MEASURE_shadows, { 0.042, 0.0923 } },
        { FC_MEASURE_brightness, { 0.333, 0.3886 } },
        { FC_MEASURE_dynamic_range, { 7.153, 7.592 } },
        { FC_MEASURE_side_light, { 0.9103, 0.5485 } },
        { FC_MEASURE_colour_cast, { 0, 0 } },
        { FC_MEASURE_colour, { 26.7, 18.39 } },
        { FC_MEASURE_background, { 9.625, 1.2917 } },
        { FC_MEASURE_subject_contrast, { 19.59, 37.457 } },
        { FC_MEASURE_file, { 11.09, 1 } },
        { FC_MEASURE_compression, { 92.7, 100 } },
    };
    static const char *const PATHS[] = { "tests/data/official_portrait.jpg",
                                         "tests/data/astronaut.png" };
    if (fc_test_engine == NULL) {
        skip();
    }
    for (size_t photo = 0; photo < sizeof PATHS / sizeof PATHS[0]; photo++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(PATHS[photo], (size_t)1 << 24, &file, &err), err);
        const fc_check_values values = fc_test_check_file(file->bytes);
        for (size_t i = 0; i < sizeof KEPT / sizeof KEPT[0]; i++) {
            const double kept = KEPT[i].values[photo];
            const double seen = values.items[KEPT[i].measure];
            const double step = fabs(fc_measure_lookup(KEPT[i].measure)->ideal) + 1;
            if (fabs(seen - kept) > fmax(0.01 * fabs(kept), 0.002 * step)) {
                fail_msg("%s: %s is %g, was %g", PATHS[photo],
                         fc_measure_lookup(KEPT[i].measure)->id, seen, kept);
            }
        }
    }
}

/* Saved once more as a good JPEG it is the same photo. */
static void saving_once_more_changes_no_state(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    int32_t quality = 0;
    FC_AUTO_BUFFER(jpeg, FILE_BYTES);
    ASSERT_OK(fc_encode_jpeg(subject.picture, FILE_BYTES, &jpeg, &quality, &err), err);
    assert_true(quality >= 85);
    const fc_check before = fc_test_check(subject.picture);
    const fc_check_values values = fc_test_check_file(fc_buffer_bytes(&jpeg));
    const fc_check after = fc_check_judge(&values, &(fc_check_ranges){ 0 });
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        assert_int_equal(after.items[i].state, before.items[i].state);
    }
}

static void smaller_files_have_lower_scores(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_check_item file[STEPS];
    fc_check_item compression[STEPS];
    for (int step = 0; step < STEPS; step++) {
        fc_error err = { 0 };
        int32_t quality = 0;
        FC_AUTO_BUFFER(jpeg, FILE_BYTES);
        ASSERT_OK(fc_encode_jpeg(subject.picture, (size_t)(FILE_BYTES * pow(0.55, step)), &jpeg,
                                 &quality, &err),
                  err);
        const fc_check_values values = fc_test_check_file(fc_buffer_bytes(&jpeg));
        const fc_check check = fc_check_judge(&values, &(fc_check_ranges){ 0 });
        file[step] = check.items[FC_MEASURE_file];
        compression[step] = check.items[FC_MEASURE_compression];
        assert_true(compression[step].value < fmax(quality, 20) + 1);
        assert_true(step == 0 || file[step].score <= file[step - 1].score);
        assert_true(step == 0 || compression[step].score <= compression[step - 1].score);
    }
    assert_int_equal(file[0].state, FC_CHECK_PASS);
    assert_int_equal(compression[0].state, FC_CHECK_PASS);
    assert_int_equal(file[STEPS - 1].state, FC_CHECK_FAIL);
    assert_int_equal(compression[STEPS - 1].state, FC_CHECK_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_portrait_passes),
        cmocka_unit_test(the_public_photos_measure_as_they_did),
        cmocka_unit_test(saving_once_more_changes_no_state),
        cmocka_unit_test(smaller_files_have_lower_scores),
    };
    return cmocka_run_group_tests_name("check/photos", tests, setup, teardown);
}
