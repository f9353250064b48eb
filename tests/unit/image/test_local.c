#define _GNU_SOURCE /* memmem */

#include "image/local.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"

static fc_status probe(fc_bytes file, fc_decode_limits limits, fc_photo_facts *out, fc_error *err)
{
    bool shrinks = false;
    return fc_local_probe(file, &limits, out, &shrinks, err);
}

static void the_header_tells_the_facts(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    fc_photo_facts facts = { 0 };
    bool shrinks = false;
    ASSERT_OK(fc_local_probe(file->bytes, &fc_photo_limits, &facts, &shrinks, &err), err);
    assert_true(shrinks); /* a JPEG does */
    assert_int_equal(facts.format, FC_FORMAT_JPEG);
    assert_int_equal(facts.orientation, 6);
    assert_int_equal(facts.stored, (int64_t)facts.size.width * facts.size.height);
    assert_true(facts.decoded_bytes >= facts.stored * 3);
    FC_AUTO(fc_mapping) other = fc_photo_open("alpha.png");
    ASSERT_OK(fc_local_probe(other->bytes, &fc_photo_limits, &facts, &shrinks, &err), err);
    assert_false(shrinks);
    assert_true(facts.has_alpha);
}

static bool is_profile_lost(fc_bytes file)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    ASSERT_OK(probe(file, fc_photo_limits, &facts, &err), err);
    return facts.lost_profile;
}

static void a_profile_that_is_damaged_or_for_other_channels_is_lost(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) broken = fc_photo_open("broken_profile.jpg");
    assert_true(is_profile_lost(broken->bytes));
    FC_AUTO(fc_mapping) file = fc_photo_open("p3.jpg");
    assert_false(is_profile_lost(file->bytes));
    FC_AUTO_BUFFER(copy, (size_t)1 << 20);
    ASSERT_OK(fc_buffer_append(&copy, file->bytes.data, file->bytes.size, &err), err);
    uint8_t *space = memmem(copy.data, copy.size, "RGB XYZ ", 8);
    assert_non_null(space);
    memcpy(space, "CMYK", 4);
    assert_true(is_profile_lost(fc_buffer_bytes(&copy)));
}

static void limits_are_checked_from_the_header(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    fc_photo_facts facts = { 0 };
    ASSERT_OK(probe(file->bytes, fc_photo_limits, &facts, &err), err);
    fc_photo_facts refused = { 0 };
    fc_decode_limits limits = fc_photo_limits;
    limits.pixels_max = facts.stored - 1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, probe(file->bytes, limits, &refused, &err), err);
    limits = fc_photo_limits;
    limits.decoded_max = facts.decoded_bytes - 1;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, probe(file->bytes, limits, &refused, &err), err);
    limits = fc_photo_limits;
    limits.formats = FC_FORMAT_BIT(FC_FORMAT_JPEG);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, probe(file->bytes, limits, &refused, &err), err);
    assert_string_equal(err.text, "a png picture; accepted are jpeg");
    assert_int_equal(refused.stored, 0);
}

static void what_is_no_picture_is_told_what_is_accepted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_local_check_format(FC_FORMAT_PNG, FC_FORMAT_BIT(FC_FORMAT_PNG), &err), err);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_local_check_format(FC_FORMAT_UNKNOWN,
                                       FC_FORMAT_BIT(FC_FORMAT_PNG) | FC_FORMAT_BIT(FC_FORMAT_GIF),
                                       &err),
                 err);
    assert_non_null(strstr(err.text, "not a picture of a known type; accepted are png"));
    assert_non_null(strstr(err.text, "gif"));
}

static void a_source_of_another_size_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    fc_photo_facts facts = { 0 };
    ASSERT_OK(probe(file->bytes, fc_photo_limits, &facts, &err), err);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_local_open(file->bytes, &facts, &source, &err), err);
    const fc_decode_request request = { .shrink = 1 };
    fc_area area = fc_area_of(&facts, false, &request);
    FC_AUTO(fc_rows) rows = NULL;
    ASSERT_OK(fc_local_rows(source, &area, &rows, &err), err);
    assert_int_equal(rows->size.width, facts.size.width);
    area.stored.width++;
    FC_AUTO(fc_rows) none = NULL;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_local_rows(source, &area, &none, &err), err);
    assert_null(none);
}

static void probing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    fc_photo_facts facts = { 0 };
    SWEEP_ALLOCATIONS(probe(file->bytes, fc_photo_limits, &facts, &err), facts.stored == 0);
}

/* A BMP of 64 x 64 px in 24 bits, whose last bytes are 0, and behind them others that are none of
 * its. */
static int64_t zeros_told(size_t zeros)
{
    enum { HEADER = 54, PIXELS = 64 * 64 * 3, BEHIND = 9 };
    uint8_t file[HEADER + PIXELS + BEHIND];
    memset(file, 0xaa, sizeof file);
    memset(file, 0, HEADER);
    memcpy(file, "BM", 2);
    file[10] = HEADER;
    file[14] = 40;
    file[18] = 64;
    file[22] = 64;
    file[28] = 24;
    memset(file + HEADER + PIXELS - zeros, 0, zeros);
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    const fc_status status = probe((fc_bytes){ file, sizeof file }, fc_photo_limits, &facts, &err);
    ASSERT_OK(status, err);
    return facts.zeros;
}

static void zeros_where_the_pixels_end_are_told_unless_they_are_few(void **state)
{
    (void)state;
    assert_int_equal(zeros_told(0), 0);
    assert_int_equal(zeros_told(4095), 0);
    assert_int_equal(zeros_told(4096), 4096);
    assert_int_equal(zeros_told((size_t)64 * 64 * 3), 64 * 64 * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_tells_the_facts),
        cmocka_unit_test(a_profile_that_is_damaged_or_for_other_channels_is_lost),
        cmocka_unit_test(limits_are_checked_from_the_header),
        cmocka_unit_test(what_is_no_picture_is_told_what_is_accepted),
        cmocka_unit_test(a_source_of_another_size_is_refused),
        cmocka_unit_test(probing_survives_every_allocation_failure),
        cmocka_unit_test(zeros_where_the_pixels_end_are_told_unless_they_are_few),
    };
    return cmocka_run_group_tests_name("image/local", tests, NULL, NULL);
}
