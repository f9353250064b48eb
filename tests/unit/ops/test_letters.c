#include "ops/letters.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

/* A text on white, a cell of a letter as a px; rows from the mark of a capital on. */
static fc_image *write(const char *text)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 24, 12 }, 3, &image, &err), err);
    for (int32_t y = 0; y < 12; y++) {
        memset(fc_image_row(image, y), 255, 24 * 3);
    }
    fc_letters_draw(image, text, (fc_point){ 0, 9 }, 7 / 0.72);
    return image;
}

static bool is_black(const fc_image *image, int32_t x, int32_t y)
{
    return fc_image_row(image, y)[3 * x] == 0;
}

static void letters_stand_on_the_base_line(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = write("LT");
    for (int32_t y = 2; y < 9; y++) {
        assert_true(is_black(image, 0, y));
        assert_true(is_black(image, 6 + 2, y));
    }
    for (int32_t x = 0; x < 5; x++) {
        assert_true(is_black(image, x, 8) && is_black(image, 6 + x, 2));
        assert_false(is_black(image, x, 9) || is_black(image, x, 1));
    }
}

static void a_mark_lies_above_its_letter_and_a_cedilla_below(void **state)
{
    (void)state;
    FC_AUTO(fc_image) capital = write("\xc3\x84"); /* A with two dots */
    assert_true(is_black(capital, 1, 0) && is_black(capital, 3, 0));
    assert_true(is_black(capital, 0, 8));
    FC_AUTO(fc_image) small = write("\xc3\xa7"); /* c with a cedilla */
    assert_true(is_black(small, 2, 9) && is_black(small, 1, 10));
}

static void a_text_is_cut_where_the_picture_ends(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = write("MMMMMMMMMMMM");
    assert_true(is_black(image, 18, 8));
    assert_true(fabs(fc_letters_width("M\xc3\xa4", 7 / 0.72) - 12) < 1e-9);
}

static void what_is_no_latin_letter_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_letters_check("K\xc3\xa4the, 35 x 45 mm (2026-11-29) \xc3\x9f\xc3\x85", &err),
              err);
    ASSERT_OK(fc_letters_check("", &err), err);
    static const char *const OTHERS[] = { "\xe5\x86\x99", "\n", "a\xc2\xa2", "\xff", "\xc4\x80" };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_letters_check(OTHERS[i], &err), err);
        assert_non_null(strstr(err.text, "Latin letters"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_stand_on_the_base_line),
        cmocka_unit_test(a_mark_lies_above_its_letter_and_a_cedilla_below),
        cmocka_unit_test(a_text_is_cut_where_the_picture_ends),
        cmocka_unit_test(what_is_no_latin_letter_is_refused),
    };
    return cmocka_run_group_tests_name("ops/letters", tests, NULL, NULL);
}
