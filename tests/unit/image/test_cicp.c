#include "image/cicp.h"

#include <math.h>

#include "support/fc_test.h"

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) < 1e-6);
}

static void sets_of_primaries_are_those_of_the_standard(void **state)
{
    (void)state;
    fc_chromaticities found = { 0 };
    assert_true(fc_cicp_chromaticities(FC_CICP_PRIMARIES_BT709, &found));
    assert_near(found.red[0], 0.64);
    assert_true(fc_cicp_chromaticities(FC_CICP_PRIMARIES_P3, &found));
    assert_near(found.green[1], 0.69);
    assert_true(fc_cicp_chromaticities(FC_CICP_PRIMARIES_BT2020, &found));
    assert_near(found.blue[1], 0.046);
    assert_near(found.white[0], 0.3127);
}

static void reserved_and_unspecified_numbers_are_none(void **state)
{
    (void)state;
    fc_chromaticities found = { .white = { 7, 7 } };
    static const int32_t NUMBERS[] = { -1, 0, 2, 3, 13, 21, 23, 255, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        assert_false(fc_cicp_chromaticities(NUMBERS[i], &found));
    }
    assert_near(found.white[0], 7);
}

static void transfers_are_told_apart(void **state)
{
    (void)state;
    assert_near(fc_cicp_gamma(4), 2.2);
    assert_near(fc_cicp_gamma(5), 2.8);
    assert_near(fc_cicp_gamma(FC_CICP_TRANSFER_SRGB), 0);
    assert_true(fc_cicp_is_hdr(FC_CICP_TRANSFER_PQ));
    assert_true(fc_cicp_is_hdr(FC_CICP_TRANSFER_HLG));
    assert_false(fc_cicp_is_hdr(FC_CICP_TRANSFER_SRGB));
    assert_false(fc_cicp_is_hdr(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_of_primaries_are_those_of_the_standard),
        cmocka_unit_test(reserved_and_unspecified_numbers_are_none),
        cmocka_unit_test(transfers_are_told_apart),
    };
    return cmocka_run_group_tests_name("image/cicp", tests, NULL, NULL);
}
