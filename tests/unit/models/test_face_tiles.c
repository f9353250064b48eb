#include "models/face_tiles.h"

#include "support/fc_test.h"

#define TILES_MAX (3 * FC_FACE_TILES_MAX)

static const fc_size SIZES[] = { { 1, 1 },       { 1, 65500 },   { 100, 80 },     { 384, 384 },
                                 { 540, 2000 },  { 640, 480 },   { 2000, 1500 },  { 2559, 2559 },
                                 { 6000, 4000 }, { 65500, 400 }, { 65500, 65500 } };

/* All of a picture, of all sizes. */
static int32_t all_tiles(fc_size size, double face_px, fc_box *tiles)
{
    int32_t count = 0;
    for (double side = fc_face_tiles_side(size, face_px, 0); side > 0;
         side = fc_face_tiles_side(size, face_px, side)) {
        assert_true(count + FC_FACE_TILES_MAX <= TILES_MAX);
        count += fc_face_tiles(size, side, tiles + count);
    }
    return count;
}

static void tiles_lie_within_the_picture_and_are_few(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        fc_box tiles[TILES_MAX];
        const int32_t count = all_tiles(SIZES[i], 0, tiles);
        assert_in_range(count, 1, 96);
        for (int32_t tile = 0; tile < count; tile++) {
            const fc_box box = tiles[tile];
            assert_true(box.x >= 0 && box.y >= 0 && box.width >= 1 && box.height >= 1);
            assert_true(box.x + box.width <= SIZES[i].width);
            assert_true(box.y + box.height <= SIZES[i].height);
        }
    }
}

/* Wherever a box of this side is put, some tile holds all of it. */
static void assert_held(fc_size size, double side)
{
    fc_box tiles[TILES_MAX];
    const int32_t count = all_tiles(size, 0, tiles);
    for (double y = 0; y + side <= size.height; y += 7) {
        for (double x = 0; x + side <= size.width; x += 7) {
            bool held = false;
            for (int32_t i = 0; i < count && !held; i++) {
                held = tiles[i].x <= x && tiles[i].y <= y &&
                       tiles[i].x + tiles[i].width >= x + side &&
                       tiles[i].y + tiles[i].height >= y + side;
            }
            assert_true(held);
        }
    }
}

static void a_face_lies_in_one_tile_completely(void **state)
{
    (void)state;
    assert_held((fc_size){ 2000, 1500 }, 180);
    assert_held((fc_size){ 540, 2000 }, 180);
    assert_held((fc_size){ 640, 480 }, 90);
}

/* Of them the finest show a face of 24 px as 12 px of the network's 192. */
static void tiles_are_fine_where_the_picture_is_not_huge(void **state)
{
    (void)state;
    fc_box tiles[TILES_MAX];
    assert_int_equal(all_tiles((fc_size){ 2000, 1500 }, 0, tiles), 47);
    assert_true(tiles[0].width == 768 && tiles[0].height == 768);
    assert_true(tiles[46].width == 384 && tiles[46].height == 384);
    assert_int_equal(all_tiles((fc_size){ 300, 200 }, 0, tiles), 4);
    assert_true(tiles[0].width == 176);
}

static void beside_large_faces_tiles_are_large_and_few(void **state)
{
    (void)state;
    fc_box tiles[TILES_MAX];
    const fc_size size = { 2000, 1500 };
    assert_int_equal(all_tiles(size, 96, tiles), 47);
    assert_int_equal(all_tiles(size, 150, tiles), 15);
    assert_true(tiles[0].width == 600 && tiles[14].width == 600);
    /* A large face that coarse tiles have shown leaves out finer ones. */
    assert_true(fc_face_tiles_side(size, 0, 768) == 384);
    assert_true(fc_face_tiles_side(size, 150, 768) == 600);
    assert_true(fc_face_tiles_side(size, 192, 768) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_lie_within_the_picture_and_are_few),
        cmocka_unit_test(a_face_lies_in_one_tile_completely),
        cmocka_unit_test(tiles_are_fine_where_the_picture_is_not_huge),
        cmocka_unit_test(beside_large_faces_tiles_are_large_and_few),
    };
    return cmocka_run_group_tests_name("models/face_tiles", tests, NULL, NULL);
}
