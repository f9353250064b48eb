#include "config/paper.h"

#include <math.h>

#include "support/fc_test.h"

static void sizes_are_read_in_every_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double width;
        double height;
    } SIZES[] = {
        { "35x45mm", 35, 45 },      { "3.5x4.5cm", 35, 45 },   { "2x2in", 50.8, 50.8 },
        { "4X6IN", 101.6, 152.4 },  { "10x15cm", 100, 150 },   { "A4", 210, 297 },
        { "letter", 215.9, 279.4 }, { "Legal", 215.9, 355.6 }, { "a6", 105, 148 },
        { "10x1200mm", 10, 1200 },  { "50x70mm", 50, 70 },
    };
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        fc_paper paper = { 0 };
        assert_true(fc_paper_parse(SIZES[i].text, &paper));
        assert_true(fabs(paper.width_mm - SIZES[i].width) < 1e-9);
        assert_true(fabs(paper.height_mm - SIZES[i].height) < 1e-9);
    }
}

static void what_is_no_size_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const WRONG[] = { "",          "mm",
                                         "35x45",     "35mm",
                                         "x45mm",     "35xmm",
                                         "35x45x1mm", "9x45mm",
                                         "35x1201mm", "nanx45mm",
                                         "-35x45mm",  "35 x 45 ft",
                                         "A44",       "000000000000000000035x45mm" };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fc_paper paper = { 1, 2 };
        assert_false(fc_paper_parse(WRONG[i], &paper));
        assert_true(paper.width_mm == 1 && paper.height_mm == 2);
    }
}

static void lengths_are_read(void **state)
{
    (void)state;
    double mm = 9;
    assert_true(fc_length_mm_parse("2mm", &mm) && mm == 2);
    assert_true(fc_length_mm_parse("0", &mm) && mm == 0);
    assert_true(fc_length_mm_parse("0.5cm", &mm) && mm == 5);
    assert_true(fc_length_mm_parse("0.1in", &mm) && fabs(mm - 2.54) < 1e-9);
    static const char *const WRONG[] = { "", "2", "-1mm", "101mm", "mm", "twomm", "1e400mm" };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(fc_length_mm_parse(WRONG[i], &mm));
        assert_true(fabs(mm - 2.54) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read_in_every_unit),
        cmocka_unit_test(what_is_no_size_is_refused_and_changes_nothing),
        cmocka_unit_test(lengths_are_read),
    };
    return cmocka_run_group_tests_name("config/paper", tests, NULL, NULL);
}
