#include "pipeline/document.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

#define NEAR 1e-6

/* A head of 400 px with its hair, in the middle of a large photo. */
static const fc_size PHOTO = { 3000, 3000 };

static fc_head make_head(double roll_deg)
{
    return (fc_head){ .eyes = { 1500, 1500 },
                      .roll = roll_deg * M_PI / 180,
                      .chin = 190,
                      .hair = 210,
                      .hair_seen = true };
}

static const fc_preset *preset_of(const char *name)
{
    return fc_preset_at(fc_preset_number(name));
}

static fc_size canvas_of(const fc_preset *preset)
{
    return (fc_size){ preset->width, preset->height };
}

/* Both ranges have room around: the middle of each is met, whatever the face's turn. */
static void head_and_eyes_come_to_the_middle_of_their_ranges(void **state)
{
    (void)state;
    static const double ROLLS[] = { 0, 12, -30 };
    const fc_preset *preset = preset_of("pl-passport"); /* head 31 to 36, eyes 20 to 30 mm */
    const double px = preset->height / 45.0;
    for (size_t i = 0; i < sizeof ROLLS / sizeof ROLLS[0]; i++) {
        const fc_head head = make_head(ROLLS[i]);
        fc_document document = { 0 };
        const fc_similarity map =
            fc_document_place(preset, &head, canvas_of(preset), PHOTO, false, &document);
        assert_true(fabs(document.head - 33.5) < 0.3);
        assert_true(fabs(document.eye_line - 25) < 0.5);
        assert_true(fabs(document.head_hair - document.head) < NEAR);
        assert_true(fabs(document.head_skull - document.head * 380 / 400) < NEAR);
        assert_true(fabs(document.top + document.head + document.chin_room - 45) < NEAR);
        assert_int_equal(fc_document_judge(preset, &document, canvas_of(preset), 50000).count, 0);

        /* The map says the same: eyes where they were promised, in the middle of the width. */
        const fc_point eyes = fc_similarity_apply(fc_similarity_invert(map), head.eyes);
        assert_true(fabs(eyes.x - preset->width / 2.0) < NEAR);
        assert_true(fabs((preset->height - eyes.y) / px - document.eye_line) < NEAR);
        assert_true(fabs(400 / fc_similarity_scale(map) / px - document.head) < NEAR);
    }
}

static void a_rule_without_hair_counts_the_skull(void **state)
{
    (void)state;
    fc_head head = make_head(0);
    fc_document document = { 0 };
    const fc_preset *french = preset_of("fr-passport");
    head.hair = 300; /* a lot of it */
    (void)fc_document_place(french, &head, canvas_of(french), PHOTO, false, &document);
    assert_true(fabs(document.head - document.head_skull) < NEAR);
    assert_true(document.head >= 32 && document.head <= 36);
    assert_true(document.head_hair > 40 && document.top > 0);
    const fc_preset *italian = preset_of("it-passport");
    (void)fc_document_place(italian, &head, canvas_of(italian), PHOTO, false, &document);
    assert_true(document.head < document.head_skull);
}

/* The photo ends 100 px below the chin: the largest head that is allowed needs least of it. */
static void a_photo_that_ends_early_moves_head_and_eyes_within_their_ranges(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("de-passport");
    const fc_head head = make_head(0);
    fc_document document = { 0 };
    (void)fc_document_place(preset, &head, canvas_of(preset), (fc_size){ 3000, 1500 + 190 + 60 },
                            false, &document);
    assert_true(document.beyond.bottom < 0.05);
    assert_true(document.eye_line < 24);
    assert_int_equal(fc_document_judge(preset, &document, canvas_of(preset), 0).count, 0);
}

static void what_the_photo_lacks_is_told_in_millimetres(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("de-passport");
    const fc_head head = make_head(0);
    fc_document document = { 0 };
    (void)fc_document_place(preset, &head, canvas_of(preset), (fc_size){ 3000, 1500 + 190 + 10 },
                            false, &document);
    assert_true(document.head >= 32 && document.head <= 36); /* the head wins */
    const fc_document_reasons reasons = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_int_equal(reasons.count, 1);
    assert_non_null(strstr(reasons.items[0], "the photo ends 0."));
    assert_non_null(strstr(reasons.items[0], "mm below the chin, the picture has "));
    (void)fc_document_place(preset, &head, canvas_of(preset), (fc_size){ 3000, 1500 + 190 - 20 },
                            false, &document);
    const fc_document_reasons without = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_int_equal(without.count, 1);
    assert_string_equal(without.items[0], "the photo ends before the chin");
}

/* A head near the photo's side may be 4 % of the width beside the picture's middle. */
static void a_photo_that_ends_at_a_side_moves_the_head_off_the_middle(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("de-passport");
    const fc_head head = make_head(0);
    fc_document document = { 0 };
    for (int lacks = 0; lacks <= 1; lacks++) {
        const fc_size photo = { lacks ? 1500 + 100 : 1500 + 190, 3000 };
        const fc_similarity map =
            fc_document_place(preset, &head, canvas_of(preset), photo, true, &document);
        const fc_point eyes = fc_similarity_apply(fc_similarity_invert(map), head.eyes);
        const double beside = (eyes.x - preset->width / 2.0) / preset->width;
        assert_true(beside > 0 && beside < 0.04 + NEAR);
        assert_true((document.beyond.right > 0) == (lacks == 1));
        assert_true(fc_document_fits_photo(preset, &document) == (lacks == 0));
    }
}

static void a_background_that_stays_counts_above_the_head_as_well(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("us-passport");
    fc_head head = make_head(0);
    head.eyes.y = 215; /* five px above the hair */
    fc_document document = { 0 };
    (void)fc_document_place(preset, &head, canvas_of(preset), PHOTO, false, &document);
    assert_int_equal(fc_document_judge(preset, &document, canvas_of(preset), 0).count, 0);
    (void)fc_document_place(preset, &head, canvas_of(preset), PHOTO, true, &document);
    const fc_document_reasons reasons = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_true(document.top < 3 || reasons.count == 1);
}

static void a_cut_head_is_told(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("us-passport");
    fc_head head = make_head(0);
    head.hair_cut = true;
    fc_document document = { 0 };
    (void)fc_document_place(preset, &head, canvas_of(preset), PHOTO, false, &document);
    const fc_document_reasons reasons = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_int_equal(reasons.count, 1);
    assert_string_equal(reasons.items[0], "the photo ends before the top of the head");
    assert_false(fc_document_fits_photo(preset, &document));
    document.hair_cut = false;
    assert_true(fc_document_fits_photo(preset, &document));
}

static void each_measure_is_judged_by_its_range(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("jp-passport"); /* head 32 to 36, top 2 to 6 mm */
    fc_document document = { .head = 29.4, .top = 6.5, .eye_line = 20, .chin_room = 7 };
    fc_document_reasons reasons = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_int_equal(reasons.count, 2);
    assert_string_equal(reasons.items[0], "the head is 29.4 mm, 2.6 too little; allowed: 32 to 36");
    assert_string_equal(reasons.items[1],
                        "the space above the head is 6.5 mm, 0.5 too much; allowed: 2 to 6");
    const fc_preset *visa = preset_of("cn-visa-online"); /* 40 to 120 KB, eyes from 54.3 % */
    document = (fc_document){ .head = 70, .eye_line = 50, .top = 5, .chin_room = 15 };
    reasons = fc_document_judge(visa, &document, (fc_size){ 354, 470 }, 30 << 10);
    assert_int_equal(reasons.count, 3);
    assert_non_null(strstr(reasons.items[0], "allowed: at least 54.3"));
    assert_string_equal(reasons.items[1], "the picture has 354 x 470 px; the preset: 354 x 472");
    assert_string_equal(reasons.items[2],
                        "the JPEG is 30.0 KB, 10.0 too little; allowed: 40 to 120");
}

static void an_altered_photo_is_told_where_it_is_refused(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("us-passport");
    fc_document document = { .head = 30, .eye_line = 31, .top = 4, .chin_room = 15 };
    assert_int_equal(fc_document_judge(preset, &document, canvas_of(preset), 0).count, 0);
    document.ground_laid = true;
    document.retouched = true;
    const fc_document_reasons reasons = fc_document_judge(preset, &document, canvas_of(preset), 0);
    assert_int_equal(reasons.count, 2);
    assert_non_null(strstr(reasons.items[0], "the background is not the photo's own"));
    assert_non_null(strstr(reasons.items[1], "the photo is enhanced"));
    assert_true(fc_document_fits_photo(preset, &document));
}

/* Ranges of every row can be met by an ordinary head in a photo that is large enough. */
static void every_preset_can_be_met(void **state)
{
    (void)state;
    const fc_head head = make_head(3);
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const fc_preset *preset = fc_preset_at(i);
        fc_document document = { 0 };
        (void)fc_document_place(preset, &head, canvas_of(preset), PHOTO, true, &document);
        const fc_document_reasons reasons =
            fc_document_judge(preset, &document, canvas_of(preset), 0);
        if (reasons.count > 0) {
            fail_msg("%s: %s", preset->name, reasons.items[0]);
        }
    }
}

/* Where nothing was moved, measuring says what placing has said. */
static void a_picture_is_measured_where_it_lies(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("pl-passport");
    const fc_head head = make_head(12);
    const fc_size canvas = canvas_of(preset);
    fc_document placed = { 0 };
    const fc_similarity map = fc_document_place(preset, &head, canvas, PHOTO, true, &placed);
    const fc_document same = fc_document_measure(preset, &head, map, canvas, PHOTO, true);
    assert_true(fabs(same.head - placed.head) < NEAR && fabs(same.top - placed.top) < NEAR);
    assert_true(fabs(same.eye_line - placed.eye_line) < NEAR);
    assert_true(fabs(same.chin_room - placed.chin_room) < NEAR);
    assert_true(fabs(same.head_hair - placed.head_hair) < NEAR);
    assert_true(fabs(same.head_skull - placed.head_skull) < NEAR);
    assert_true(same.hair_seen && !same.hair_cut && same.keeps_ground);
}

/* Twice as large about the upper left corner, which also moves the eyes away from the lower edge.
 */
static void a_crop_by_hand_is_measured_in_millimetres(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("pl-passport");
    const fc_head head = make_head(0);
    const fc_size canvas = canvas_of(preset);
    fc_document placed = { 0 };
    const fc_similarity map = fc_document_place(preset, &head, canvas, PHOTO, false, &placed);
    const fc_similarity closer = fc_similarity_compose(map, (fc_similarity){ 0.5, 0, 0, 0 });
    const fc_document large = fc_document_measure(preset, &head, closer, canvas, PHOTO, false);
    assert_true(fabs(large.head - 2 * placed.head) < NEAR);
    assert_true(fabs(large.top - 2 * placed.top) < NEAR);
    assert_true(fabs(large.eye_line - (45 - 2 * (45 - placed.eye_line))) < NEAR);
    assert_int_equal(fc_document_judge(preset, &large, canvas, 0).count > 0, 1);
}

static void less_than_half_a_px_beyond_the_photo_is_nothing(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("us-visa");
    const fc_head head = make_head(0);
    const fc_size canvas = canvas_of(preset);
    const fc_similarity little = { .a = 1, .ty = -0.45 };
    const fc_similarity more = { .a = 1, .ty = -0.55 };
    assert_true(fc_document_measure(preset, &head, little, canvas, PHOTO, true).beyond.top == 0);
    assert_true(fc_document_measure(preset, &head, more, canvas, PHOTO, true).beyond.top > 0);
}

/* Wherever the upper edge of the photo is, as long as a head within its range fits below it. */
static void a_ground_that_stays_has_no_narrow_strip(void **state)
{
    (void)state;
    const fc_preset *preset = preset_of("us-visa");
    const fc_size canvas = canvas_of(preset);
    for (int above = 0; above < 60; above++) {
        fc_head head = make_head(0);
        fc_document document = { 0 };
        head.eyes.y = head.hair + above;
        (void)fc_document_place(preset, &head, canvas, PHOTO, true, &document);
        assert_true(document.beyond.top == 0);
        assert_int_equal(fc_document_judge(preset, &document, canvas, 0).count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_and_eyes_come_to_the_middle_of_their_ranges),
        cmocka_unit_test(a_rule_without_hair_counts_the_skull),
        cmocka_unit_test(a_photo_that_ends_early_moves_head_and_eyes_within_their_ranges),
        cmocka_unit_test(what_the_photo_lacks_is_told_in_millimetres),
        cmocka_unit_test(a_photo_that_ends_at_a_side_moves_the_head_off_the_middle),
        cmocka_unit_test(a_background_that_stays_counts_above_the_head_as_well),
        cmocka_unit_test(a_cut_head_is_told),
        cmocka_unit_test(each_measure_is_judged_by_its_range),
        cmocka_unit_test(an_altered_photo_is_told_where_it_is_refused),
        cmocka_unit_test(every_preset_can_be_met),
        cmocka_unit_test(a_picture_is_measured_where_it_lies),
        cmocka_unit_test(a_crop_by_hand_is_measured_in_millimetres),
        cmocka_unit_test(less_than_half_a_px_beyond_the_photo_is_nothing),
        cmocka_unit_test(a_ground_that_stays_has_no_narrow_strip),
    };
    return cmocka_run_group_tests_name("pipeline/document", tests, NULL, NULL);
}
