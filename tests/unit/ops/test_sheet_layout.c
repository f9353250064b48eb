#include "ops/sheet_layout.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

static fc_sheet sheet;

static void lay_out(const fc_sheet_wish *wish)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_sheet_lay_out(wish, &sheet, &err), err);
}

static bool overlap(fc_box a, fc_box b, double gap)
{
    return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap &&
           b.y < a.y + a.height + gap;
}

/* All on the paper, none upon another, gaps kept. */
static void check_places(const fc_sheet_wish *wish)
{
    for (size_t i = 0; i < sheet.place_count; i++) {
        const fc_box box = sheet.places[i].box;
        const bool turned = sheet.places[i].turned;
        assert_true(fabs(box.width - (turned ? wish->height : wish->width)) < 1e-9);
        assert_true(fabs(box.height - (turned ? wish->width : wish->height)) < 1e-9);
        assert_true(box.x > wish->margin - 1e-5 && box.y > wish->margin - 1e-5);
        assert_true(box.x + box.width < wish->paper_width - wish->margin + 1e-5);
        assert_true(box.y + box.height < wish->paper_height - wish->margin - wish->foot + 1e-5);
        for (size_t j = 0; j < i; j++) {
            assert_false(overlap(box, sheet.places[j].box, wish->gap - 1e-5));
        }
    }
}

static void check_marks(void)
{
    for (size_t i = 0; i < sheet.mark_count; i++) {
        const fc_pdf_line mark = sheet.marks[i];
        const double x = fmin(mark.from.x, mark.to.x);
        const double y = fmin(mark.from.y, mark.to.y);
        const fc_box lies = { x, y, fabs(mark.from.x - mark.to.x), fabs(mark.from.y - mark.to.y) };
        assert_true(lies.width == 0 || lies.height == 0);
        assert_true(lies.width + lies.height <= 4 + 1e-9);
        for (size_t j = 0; j < sheet.place_count; j++) {
            assert_false(overlap(lies, sheet.places[j].box, -1e-5));
        }
    }
}

static void as_many_as_fit_are_placed(void **state)
{
    (void)state;
    static const struct {
        fc_sheet_wish wish;
        size_t count;
    } CASES[] = {
        { { 100, 150, 35, 45, 2, 2, 0, true }, 8 },  /* turned: 2 x 4 */
        { { 100, 150, 35, 45, 2, 2, 5, true }, 6 },  /* 2 x 3 */
        { { 130, 180, 35, 45, 2, 2, 0, true }, 11 }, /* 9 upright and 2 turned below */
        { { 101.6, 152.4, 50.8, 50.8, 0, 0, 0, true }, 6 },
        { { 210, 297, 35, 45, 2, 5, 0, true }, 31 }, /* 24, and 7 turned at the right */
        { { 30, 40, 30, 40, 2, 0, 0, true }, 1 },
        { { 40, 30, 30, 40, 2, 0, 0, true }, 1 },       /* turned */
        { { 1200, 1200, 10, 10, 0, 0, 0, true }, 500 }, /* no more */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        lay_out(&CASES[i].wish);
        assert_int_equal(sheet.place_count, CASES[i].count);
        check_places(&CASES[i].wish);
        check_marks();
        assert_true(sheet.mark_count > 0 || CASES[i].wish.margin == 0);
    }
}

static void the_block_lies_in_the_middle(void **state)
{
    (void)state;
    lay_out(&(fc_sheet_wish){ 100, 100, 30, 30, 5, 10, 0, false });
    assert_int_equal(sheet.place_count, 4);
    assert_true(fabs(sheet.places[0].box.x - 17.5) < 1e-9);
    assert_true(fabs(sheet.places[0].box.y - 17.5) < 1e-9);
    assert_int_equal(sheet.mark_count, 0);
}

static void marks_fill_a_narrow_gap_and_stop_at_the_edge_of_the_paper(void **state)
{
    (void)state;
    lay_out(&(fc_sheet_wish){ 64, 33, 30, 30, 2, 1, 0, true });
    assert_int_equal(sheet.place_count, 2);
    assert_int_equal(sheet.mark_count, 16);
    for (size_t i = 0; i < sheet.mark_count; i++) {
        const fc_pdf_line mark = sheet.marks[i];
        const double length = hypot(mark.to.x - mark.from.x, mark.to.y - mark.from.y);
        const bool within = mark.from.x > 31 - 1e-9 && mark.from.x < 33 + 1e-9;
        const bool level = mark.from.y == mark.to.y;
        assert_true(fabs(length - (level && within ? 2 : level ? 1 : 1.5)) < 1e-9);
    }
}

static void what_does_not_fit_says_how_much_room_there_is(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_sheet_wish wish = { 50, 50, 60, 40, 2, 5, 0, true };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_sheet_lay_out(&wish, &sheet, &err), err);
    assert_non_null(strstr(err.text, "40 x 40 mm"));
    const fc_sheet_wish thick = { 50, 50, 10, 10, 2, 50, 0, true };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_sheet_lay_out(&thick, &sheet, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_fit_are_placed),
        cmocka_unit_test(the_block_lies_in_the_middle),
        cmocka_unit_test(marks_fill_a_narrow_gap_and_stop_at_the_edge_of_the_paper),
        cmocka_unit_test(what_does_not_fit_says_how_much_room_there_is),
    };
    return cmocka_run_group_tests_name("ops/sheet_layout", tests, NULL, NULL);
}
