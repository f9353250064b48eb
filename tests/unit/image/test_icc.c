#include "image/icc.h"

#include <math.h>
#include <string.h>

#include "image/srgb_profile.h"
#include "support/fc_test.h"

/* Places in fc_srgb_profile, and room behind it for a curve by table. */
enum { CURVE_TAGS_AT = 216, RED_AT = 388, CURVE_AT = 448, TABLE_COUNT = 1024 };
enum { TABLE_SIZE = 12 + 2 * TABLE_COUNT };

typedef struct profile {
    uint8_t data[FC_SRGB_PROFILE_SIZE + TABLE_SIZE];
    size_t size;
} profile;

static profile make_srgb(void)
{
    profile made = { .size = FC_SRGB_PROFILE_SIZE };
    memcpy(made.data, fc_srgb_profile, FC_SRGB_PROFILE_SIZE);
    return made;
}

static bool is_srgb(const profile *given)
{
    return fc_icc_is_srgb((fc_bytes){ given->data, given->size });
}

static void write16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The same profile with its three curves as a table, as most cameras write it. */
static profile make_with_table(double exponent)
{
    profile made = make_srgb();
    uint8_t *table = made.data + FC_SRGB_PROFILE_SIZE;
    memcpy(table, "curv\0\0\0\0\0\0", 10);
    write16(table + 10, TABLE_COUNT);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const double x = (double)i / (TABLE_COUNT - 1);
        const double light = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, exponent);
        write16(table + 12 + 2 * i, (uint32_t)(light * 65535 + 0.5));
    }
    for (size_t channel = 0; channel < 3; channel++) {
        uint8_t *tag = made.data + CURVE_TAGS_AT + 12 * channel;
        write16(tag + 6, FC_SRGB_PROFILE_SIZE);
        write16(tag + 10, TABLE_SIZE);
    }
    made.size += TABLE_SIZE;
    return made;
}

static void srgb_is_known_by_formula_and_by_table(void **state)
{
    (void)state;
    const profile by_formula = make_srgb();
    const profile by_table = make_with_table(2.4);
    assert_true(is_srgb(&by_formula));
    assert_true(is_srgb(&by_table));
}

static void other_curves_are_not_srgb(void **state)
{
    (void)state;
    const profile darker = make_with_table(2.45);
    assert_false(is_srgb(&darker));
    profile formula = make_srgb();
    formula.data[CURVE_AT + 9] = 0; /* the formula without a straight part */
    assert_false(is_srgb(&formula));
}

static void other_primaries_are_not_srgb(void **state)
{
    (void)state;
    profile wide = make_srgb();
    wide.data[RED_AT + 10] = 0x83; /* Display P3: red at X = 0.515 */
    assert_false(is_srgb(&wide));
}

static void tables_of_colours_come_before_the_matrix(void **state)
{
    (void)state;
    profile tabled = make_srgb();
    memcpy(tabled.data + 132, "A2B0", 4); /* in place of the name */
    assert_false(is_srgb(&tabled));
}

static void a_profile_that_is_cut_short_is_not_srgb(void **state)
{
    (void)state;
    for (size_t size = 0; size < FC_SRGB_PROFILE_SIZE; size++) {
        profile cut = make_srgb();
        cut.size = size;
        assert_false(is_srgb(&cut));
    }
    assert_false(fc_icc_is_srgb((fc_bytes){ NULL, 0 }));
}

static bool is_usable(const profile *given)
{
    return fc_icc_is_usable((fc_bytes){ given->data, given->size });
}

static void a_profile_is_usable_where_curves_and_primaries_or_tables_are_whole(void **state)
{
    (void)state;
    profile made = make_srgb();
    assert_true(is_usable(&made));
    for (size_t size = 0; size < CURVE_AT; size++) { /* the curve is the last of what is needed */
        made.size = size;
        assert_false(is_usable(&made));
    }
    made = make_srgb();
    memcpy(made.data + CURVE_TAGS_AT, "none", 4); /* in place of the name */
    assert_false(is_usable(&made));
    memcpy(made.data + CURVE_TAGS_AT, "kTRC", 4); /* a grey one */
    assert_true(is_usable(&made));
    memcpy(made.data + CURVE_TAGS_AT, "A2B0", 4);
    assert_true(is_usable(&made));
    made.data[36] = 'x'; /* "acsp" */
    assert_false(is_usable(&made));
    assert_false(fc_icc_is_usable((fc_bytes){ NULL, 0 }));
}

static void a_profile_suits_the_channels_that_it_is_made_for(void **state)
{
    (void)state;
    static const struct {
        const char *space;
        bool suits[4]; /* by fc_colour_model */
    } SPACES[] = {
        { "GRAY", { true, false, false, false } },
        { "RGB ", { true, true, false, false } },
        { "CMYK", { false, false, true, false } },
        { "Lab ", { false, false, false, true } },
    };
    for (size_t i = 0; i < sizeof SPACES / sizeof SPACES[0]; i++) {
        profile made = make_srgb();
        memcpy(made.data + 16, SPACES[i].space, 4);
        for (int model = FC_COLOUR_GREY; model <= FC_COLOUR_LAB; model++) {
            const bool suits =
                fc_icc_suits((fc_bytes){ made.data, made.size }, (fc_colour_model)model);
            assert_int_equal(suits, SPACES[i].suits[model]);
        }
    }
    assert_false(fc_icc_suits((fc_bytes){ fc_srgb_profile, 19 }, FC_COLOUR_RGB));
    assert_false(fc_icc_suits((fc_bytes){ NULL, 0 }, FC_COLOUR_RGB));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srgb_is_known_by_formula_and_by_table),
        cmocka_unit_test(other_curves_are_not_srgb),
        cmocka_unit_test(other_primaries_are_not_srgb),
        cmocka_unit_test(tables_of_colours_come_before_the_matrix),
        cmocka_unit_test(a_profile_that_is_cut_short_is_not_srgb),
        cmocka_unit_test(a_profile_is_usable_where_curves_and_primaries_or_tables_are_whole),
        cmocka_unit_test(a_profile_suits_the_channels_that_it_is_made_for),
    };
    return cmocka_run_group_tests_name("image/icc", tests, NULL, NULL);
}
