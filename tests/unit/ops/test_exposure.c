#include "ops/exposure.h"

#include "support/fc_test.h"

static fc_person_stats person(double bright, double face_median, double face_burnt)
{
    return (fc_person_stats){ .person_samples = 10000,
                              .face_samples = 3000,
                              .skin_samples = 1500,
                              .bright = bright,
                              .face_median = face_median,
                              .face_burnt = face_burnt };
}

/* Only the brightest half per cent decides: the eyes of a dark face are as white as any. */
static void lightness_of_skin_changes_nothing(void **state)
{
    (void)state;
    for (double median = 0.02; median < 0.8; median += 0.02) {
        const fc_person_stats well = person(0.6, median, 0.0);
        const fc_person_stats dim = person(0.2, median, 0.0);
        const fc_person_stats same = person(0.2, 0.1, 0.0);
        assert_true(fc_exposure_stops(&well, 1.0) == 0.0);
        assert_true(fc_exposure_stops(&dim, 1.0) == fc_exposure_stops(&same, 1.0));
    }
}

static void dark_person_is_lifted_within_the_limit(void **state)
{
    (void)state;
    double before = 0.0;
    for (double bright = 0.5; bright >= 0.0; bright -= 0.01) {
        const fc_person_stats stats = person(bright, 0.1 * bright, 0.0);
        const double stops = fc_exposure_stops(&stats, 1.0);
        assert_true(stops >= before);
        assert_true(stops <= FC_EXPOSURE_LIFT_MAX);
        assert_true(stops <= fc_exposure_stops(&stats, 2.0));
        before = stops;
    }
    assert_true(before == FC_EXPOSURE_LIFT_MAX);
}

static void burnt_face_is_lowered_within_the_limit(void **state)
{
    (void)state;
    const fc_person_stats fine = person(0.9, 0.5, 0.1);
    const fc_person_stats some = person(1.0, 0.6, 0.35);
    const fc_person_stats all = person(1.0, 0.9, 1.0);
    assert_true(fc_exposure_stops(&fine, 1.0) == 0.0);
    assert_true(fc_exposure_stops(&some, 1.0) < -0.2);
    assert_true(fc_exposure_stops(&all, 1.0) == -FC_EXPOSURE_LOWER_MAX);
    assert_true(fc_exposure_stops(&all, 2.0) == -2.0 * FC_EXPOSURE_LOWER_MAX);
}

static void without_evidence_nothing_happens(void **state)
{
    (void)state;
    fc_person_stats stats = person(0.1, 0.05, 0.0);
    stats.face_samples = 10;
    assert_true(fc_exposure_stops(&stats, 2.0) == 0.0);
    const fc_person_stats nobody = { 0 };
    assert_true(fc_exposure_stops(&nobody, 2.0) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lightness_of_skin_changes_nothing),
        cmocka_unit_test(dark_person_is_lifted_within_the_limit),
        cmocka_unit_test(burnt_face_is_lowered_within_the_limit),
        cmocka_unit_test(without_evidence_nothing_happens),
    };
    return cmocka_run_group_tests_name("ops/exposure", tests, NULL, NULL);
}
