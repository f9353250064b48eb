#include "image/area.h"

#include "support/fc_test.h"

static fc_area area_of(fc_size size, int32_t orientation, bool shrinks, int32_t shrink,
                       fc_box region)
{
    const fc_photo_facts facts = { .size = size, .orientation = orientation };
    const fc_decode_request request = { .shrink = shrink, .region = region };
    return fc_area_of(&facts, shrinks, &request);
}

static void the_whole_is_all_cells(void **state)
{
    (void)state;
    const fc_box whole = { 0, 0, 0, 0 };
    const fc_area own = area_of((fc_size){ 33, 17 }, 1, false, 4, whole);
    assert_int_equal(own.size.width, 9); /* up: the last cell is smaller */
    assert_int_equal(own.size.height, 5);
    assert_int_equal(own.part.width, 33);
    assert_int_equal(own.shrink, 1);
    assert_int_equal(own.box, 4);
    const fc_area by_source = area_of((fc_size){ 33, 17 }, 1, true, 4, whole);
    assert_int_equal(by_source.size.width, 8); /* down: as libjpeg does */
    assert_int_equal(by_source.size.height, 4);
    assert_int_equal(by_source.part.width, 8);
    assert_int_equal(by_source.shrink, 4);
    assert_int_equal(by_source.box, 1);
}

static void a_picture_on_its_side_is_stored_the_other_way(void **state)
{
    (void)state;
    const fc_area area = area_of((fc_size){ 16, 32 }, 6, false, 1, (fc_box){ 0, 0, 16, 8 });
    assert_int_equal(area.stored.width, 32);
    assert_int_equal(area.stored.height, 16);
    assert_int_equal(area.size.width, 8);
    assert_int_equal(area.size.height, 16);
}

/* Whatever is asked for, and whatever the facts are, at least one px inside of the picture. */
static void no_request_leads_out_of_the_picture(void **state)
{
    (void)state;
    static const fc_box REGIONS[] = { { -1e9, -1e9, 1e-9, 1e-9 },
                                      { 1e9, 1e9, 5, 5 },
                                      { -1e9, -1e9, 4e9, 4e9 },
                                      { 0.4, 0.4, 0.2, 0.2 },
                                      { 65499.5, 0, 1, 65500 } };
    static const fc_size SIZES[] = { { 1, 1 }, { 65500, 1 }, { 65500, 65500 }, { 7, 65499 } };
    for (size_t i = 0; i < 5 * 4 * 8 * 4 * 2; i++) {
        const fc_area area = area_of(SIZES[i / 5 % 4], (int32_t)(i / 20 % 8) + 1, i / 640 % 2 == 0,
                                     1 << (i / 160 % 4), REGIONS[i % 5]);
        const int32_t scale = area.shrink;
        assert_in_range(area.part.x, 0, 65499);
        assert_in_range(area.part.y, 0, 65499);
        assert_true(area.part.width >= 1 && area.part.height >= 1);
        assert_true(((int64_t)area.part.x + area.part.width - 1) * scale < area.stored.width);
        assert_true(((int64_t)area.part.y + area.part.height - 1) * scale < area.stored.height);
        assert_int_equal(area.size.width, (area.part.width + area.box - 1) / area.box);
        assert_int_equal(area.size.height, (area.part.height + area.box - 1) / area.box);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_is_all_cells),
        cmocka_unit_test(a_picture_on_its_side_is_stored_the_other_way),
        cmocka_unit_test(no_request_leads_out_of_the_picture),
    };
    return cmocka_run_group_tests_name("image/area", tests, NULL, NULL);
}
