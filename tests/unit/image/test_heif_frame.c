#include "image/heif_frame.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const fc_size CODED = { 64, 48 };

typedef struct kept {
    fc_heif_frames frames;
    fc_heif_frame frame;
    fc_heif_sampling sampling;
} kept;

static kept new_noise(int32_t bits, bool is_grey)
{
    kept made = { .frames = { .size = CODED, .bytes_left = 1 << 20 },
                  .sampling = { .bits = bits, .is_grey = is_grey, .shift_x = 1, .shift_y = 1 } };
    fc_error *err = &made.frames.refusal;
    ASSERT_OK(fc_heif_frame_new(&made.frames, CODED, made.sampling, &made.frame), *err);
    fc_heif_noise_fill(&made.frame, made.sampling);
    return made;
}

/* Write a part of a plane as a codec would, by a value that depends on the place. */
static void write_part(const kept *at, int plane, int32_t x, int32_t y, int32_t width,
                       int32_t height)
{
    const size_t sample = at->sampling.bits > 8 ? 2 : 1;
    for (int32_t row = y; row < y + height; row++) {
        memset(at->frame.planes[plane] + (size_t)row * at->frame.strides[plane] +
                   (size_t)x * sample,
               row & 1, (size_t)width * sample);
    }
}

static void write_all(const kept *at)
{
    write_part(at, 0, 0, 0, CODED.width, CODED.height);
    for (int plane = 1; plane < 3 && !at->sampling.is_grey; plane++) {
        write_part(at, plane, 0, 0, CODED.width / 2, CODED.height / 2);
    }
}

static bool is_left(const kept *at)
{
    return fc_heif_noise_is_left(&at->frame, CODED, at->sampling);
}

static void written_frame_has_none(void **state)
{
    (void)state;
    for (int32_t bits = 8; bits <= 12; bits += 2) {
        kept at = new_noise(bits, bits == 10);
        assert_true(is_left(&at));
        write_all(&at);
        assert_false(is_left(&at));
        fc_heif_frame_release(&at.frames, at.frame.block);
    }
}

/* Everything is written but one block, wherever that is. */
static void one_block_that_is_left_is_found(void **state)
{
    (void)state;
    for (int32_t bits = 8; bits <= 10; bits += 2) {
        for (int32_t block = 0; block < CODED.width / 8 * (CODED.height / 8); block++) {
            kept at = new_noise(bits, false);
            const int32_t x = block % (CODED.width / 8) * 8;
            const int32_t y = block / (CODED.width / 8) * 8;
            write_part(&at, 0, 0, 0, CODED.width, y);
            write_part(&at, 0, 0, y + 8, CODED.width, CODED.height - y - 8);
            write_part(&at, 0, 0, y, x, 8);
            write_part(&at, 0, x + 8, y, CODED.width - x - 8, 8);
            write_part(&at, 2, 0, 0, CODED.width / 2, CODED.height / 2);
            assert_true(is_left(&at));
            write_part(&at, 0, x + 5, y, 3, 8); /* its neighbour's edge was smoothed */
            write_part(&at, 0, x, y + 5, 8, 3);
            assert_true(is_left(&at));
            write_part(&at, 0, x, y, 8, 8);
            assert_false(is_left(&at));
            fc_heif_frame_release(&at.frames, at.frame.block);
        }
    }
}

static void chroma_that_is_left_is_found(void **state)
{
    (void)state;
    kept at = new_noise(8, false);
    write_part(&at, 0, 0, 0, CODED.width, CODED.height);
    write_part(&at, 1, 0, 0, CODED.width / 2, CODED.height / 2);
    write_part(&at, 2, 0, 0, CODED.width / 2, CODED.height / 2 - 4);
    write_part(&at, 2, 0, CODED.height / 2 - 4, CODED.width / 2 - 4, 4);
    assert_true(is_left(&at));
    write_all(&at);
    assert_false(is_left(&at));
    fc_heif_frame_release(&at.frames, at.frame.block);
}

static void frame_beyond_what_the_file_says_is_refused(void **state)
{
    (void)state;
    fc_heif_frames frames = { .size = { 64, 64 }, .bytes_left = 1 << 20 };
    const fc_heif_sampling sampling = { .bits = 8, .shift_x = 1, .shift_y = 1 };
    fc_heif_frame frame = { 0 };
    const fc_size wide = { 64 + FC_HEIF_PADDING_MAX + 1, 64 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_frame_new(&frames, wide, sampling, &frame),
                 frames.refusal);
    frames.bytes_left = fc_heif_frame_bytes(frames.size, sampling) - 1;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_frame_new(&frames, frames.size, sampling, &frame),
                 frames.refusal);
    assert_null(frame.block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_frame_has_none),
        cmocka_unit_test(one_block_that_is_left_is_found),
        cmocka_unit_test(chroma_that_is_left_is_found),
        cmocka_unit_test(frame_beyond_what_the_file_says_is_refused),
    };
    return cmocka_run_group_tests_name("image/heif_frame", tests, NULL, NULL);
}
