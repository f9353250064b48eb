#include "image/tiff_layout.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "support/fc_photo.h"
#include "support/fc_stored.h"
#include "support/fc_tiff.h"

/* A picture of 2 x 1 px whose pixels lie together, 8 or 16 bits. */
typedef struct small {
    uint16_t photometric;
    uint16_t samples;
    uint16_t bits;
    fc_tiff_entry more; /* tag 0: none */
    const void *pixels;
    size_t size;
} small;

static void put_small(fc_buffer *file, small picture)
{
    fc_tiff_put_start(file);
    const uint32_t at = fc_tiff_put(file, picture.pixels, picture.size);
    const fc_tiff_entry entries[] = {
        { 256, FC_TIFF_SHORT, 1, 2 },
        { 257, FC_TIFF_SHORT, 1, 1 },
        { 258, FC_TIFF_SHORT, 1, picture.bits },
        { 259, FC_TIFF_SHORT, 1, 1 },
        { 262, FC_TIFF_SHORT, 1, picture.photometric },
        { 273, FC_TIFF_LONG, 1, at },
        { 277, FC_TIFF_SHORT, 1, picture.samples },
        { 278, FC_TIFF_LONG, 1, 1 },
        { 279, FC_TIFF_LONG, 1, (uint32_t)picture.size },
        picture.more,
    };
    (void)fc_tiff_put_page(file, entries, picture.more.tag != 0 ? 10 : 9);
}

static void assert_small(small picture, int32_t channels, const void *expected, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    FC_AUTO_BUFFER(rows, 1 << 16);
    put_small(&file, picture);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &source, &err), err);
    assert_int_equal(fc_colour_space_channels(&source->space), channels);
    ASSERT_OK(fc_stored_read(source, fc_stored_whole(source), &rows, &err), err);
    assert_int_equal(rows.size, size);
    assert_memory_equal(rows.data, expected, size);
}

enum { WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, CMYK, YCBCR, LAB = 8, LAB_BY_ICC };
enum { EXTRA_SAMPLES = 338, SAMPLE_FORMAT = 339, COMPRESSION = 259, INK_SET = 332 };
enum { UNSPECIFIED, ASSOCIATED, UNASSOCIATED };

static void only_what_is_declared_to_be_alpha_is_alpha(void **state)
{
    (void)state;
    const fc_tiff_entry none = { 0 };
    const fc_tiff_entry unspecified = { EXTRA_SAMPLES, FC_TIFF_SHORT, 1, UNSPECIFIED };
    const fc_tiff_entry alpha = { EXTRA_SAMPLES, FC_TIFF_SHORT, 1, UNASSOCIATED };
    const fc_tiff_entry multiplied = { EXTRA_SAMPLES, FC_TIFF_SHORT, 1, ASSOCIATED };
    const fc_tiff_entry second = { EXTRA_SAMPLES, FC_TIFF_SHORT, 2,
                                   UNSPECIFIED | UNASSOCIATED << 16 };
    const small four = { RGB, 4, 8, none, "\1\2\3\x80\4\5\6\0", 8 };
    small with = four;
    assert_small(with, 3, "\1\2\3\4\5\6", 6);
    with.more = unspecified;
    assert_small(with, 3, "\1\2\3\4\5\6", 6);
    with.more = alpha;
    assert_small(with, 4, "\1\2\3\x80\4\5\6\0", 8);
    with.more = multiplied; /* 255 / 128; where alpha is 0 nothing can be divided */
    assert_small(with, 4, "\2\4\6\x80\4\5\6\0", 8);

    assert_small((small){ BLACK_IS_ZERO, 3, 8, second, "\1\2\3\4\5\6", 6 }, 2, "\1\3\4\6", 4);
    assert_small((small){ CMYK, 5, 8, alpha, "\1\2\3\4\5\6\7\x8\x9\xa", 10 }, 5,
                 "\1\2\3\4\5\6\7\x8\x9\xa", 10);
    assert_small((small){ LAB, 4, 8, alpha, "\xff\0\x7f\1\2\x80\xff\3", 8 }, 4,
                 "\xff\x80\xff\1\2\0\x7f\3", 8);
}

/* Its only channel lies apart from a sample that is left out. */
static void plane_that_is_left_out_is_not_read(void **state)
{
    (void)state;
    enum { PLANAR = 284, SEPARATE = 2 };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    put_small(
        &file,
        (small){ BLACK_IS_ZERO, 2, 8, { PLANAR, FC_TIFF_SHORT, 1, SEPARATE }, "\1\2\3\4", 4 });
    fc_tiff_change(&file, 278, 1);
    const uint32_t offsets = fc_tiff_put(&file, "\x8\0\0\0\xa\0\0\0", 8);
    const uint32_t sizes = fc_tiff_put(&file, "\2\0\0\0\2\0\0\0", 8);
    fc_tiff_change_count(&file, 273, 2);
    fc_tiff_change(&file, 273, offsets);
    fc_tiff_change_count(&file, 279, 2);
    fc_tiff_change(&file, 279, sizes);
    fc_error err = { 0 };
    FC_AUTO_BUFFER(rows, 1 << 16);
    ASSERT_OK(fc_stored_decode(fc_tiff_codec.open, fc_buffer_bytes(&file), &rows, &err), err);
    assert_int_equal(rows.size, 2);
    assert_memory_equal(rows.data, "\1\2", 2);
}

static void white_is_never_black(void **state)
{
    (void)state;
    const fc_tiff_entry none = { 0 };
    assert_small((small){ WHITE_IS_ZERO, 1, 8, none, "\0\x10", 2 }, 1, "\xff\xef", 2);
    assert_small((small){ WHITE_IS_ZERO, 1, 1, none, "\x40", 1 }, 1, "\xff\0", 2);
    assert_small((small){ BLACK_IS_ZERO, 1, 4, none, "\x0f", 1 }, 1, "\0\xff", 2);
    const uint16_t expected[] = { 0xffff, 0xfefe };
    assert_small((small){ WHITE_IS_ZERO, 1, 16, none, "\0\0\1\1", 4 }, 1, expected,
                 sizeof expected);
}

static void assert_refused(fc_status status, const fc_buffer *file, const char *words)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(rows, 1 << 20);
    const fc_status got = fc_stored_decode(fc_tiff_codec.open, fc_buffer_bytes(file), &rows, &err);
    if (got == FC_OK) {
        fail_msg("not refused: \"%s\" was expected", words);
    }
    assert_string_equal(fc_status_lookup(got)->slug, fc_status_lookup(status)->slug);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    }
}

static void kinds_that_are_not_read_are_named_and_not_called_damaged(void **state)
{
    (void)state;
    static const struct {
        uint16_t tag;
        uint32_t value;
        const char *words;
    } KINDS[] = {
        { COMPRESSION, 6, "JPEG of the kind before 1995" },
        { COMPRESSION, 34712, "JPEG 2000" },
        { COMPRESSION, 34887, "LERC" },
        { COMPRESSION, 7777, "7777 (not known)" },
        { 262, LAB_BY_ICC, "Lab by ICC" },
        { 262, 32845, "LogLuv" },
        { 262, 77, "77 (not known)" },
        { SAMPLE_FORMAT, 2, "signed 8-bit" },
        { 277, 17, "17 samples" },
        { 258, 12, "12-bit" },
        { 258, 32, "32-bit" },
    };
    const fc_tiff_entry format = { SAMPLE_FORMAT, FC_TIFF_SHORT, 1, 1 };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
        put_small(&file, (small){ RGB, 3, 8, format, "abcdefghijklmnopqrstuvwxyz0123456789", 36 });
        fc_tiff_change(&file, KINDS[i].tag, KINDS[i].value);
        assert_refused(FC_UNSUPPORTED_FORMAT, &file, KINDS[i].words);
    }
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    const fc_tiff_entry inks = { INK_SET, FC_TIFF_SHORT, 1, 2 };
    put_small(&file, (small){ CMYK, 4, 8, inks, "12345678", 8 });
    assert_refused(FC_UNSUPPORTED_FORMAT, &file, "other inks");
    const fc_tiff_entry multiplied = { EXTRA_SAMPLES, FC_TIFF_SHORT, 1, ASSOCIATED };
    put_small(&file, (small){ LAB, 4, 8, multiplied, "12345678", 8 });
    assert_refused(FC_UNSUPPORTED_FORMAT, &file, "alpha is multiplied");
    put_small(&file, (small){ LAB, 3, 4, format, "123", 3 });
    assert_refused(FC_UNSUPPORTED_FORMAT, &file, "4-bit");
    put_small(&file, (small){ RGB, 2, 8, format, "1234", 4 });
    assert_refused(FC_CORRUPT_IMAGE, &file, "2 samples");
    fc_tiff_change(&file, 277, 60000);
    assert_refused(FC_CORRUPT_IMAGE, &file, "cut short");
}

static void profile_is_borrowed_from_the_file_or_left_out(void **state)
{
    (void)state;
    enum { PROFILE = 34675, UNDEFINED = 7 };
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, (size_t)8 << 20);
    put_small(&file, (small){ RGB, 3, 8, { PROFILE, UNDEFINED, 4, 0x64636261 }, "123456", 6 });
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &source, &err), err);
    assert_int_equal(source->space.profile.size, 4);
    assert_memory_equal(source->space.profile.data, "abcd", 4);

    const uint32_t large = FC_PROFILE_BYTES_MAX + 1;
    put_small(&file, (small){ RGB, 3, 8, { PROFILE, UNDEFINED, large, 8 }, "123456", 6 });
    FC_AUTO(fc_octets) zeros = NULL;
    ASSERT_OK(fc_memory_new_zeroed(large, 1, (void **)&zeros, &err), err);
    (void)fc_tiff_put(&file, zeros, large);
    FC_AUTO(fc_source) other = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &other, &err), err);
    assert_int_equal(other->space.profile.size, 0);
    assert_true(other->space.lost_profile);
}

/* The library leaves it out and says nothing of it. */
static void profile_past_the_end_of_the_file_is_told(void **state)
{
    (void)state;
    enum { PROFILE = 34675, UNDEFINED = 7, PAST_THE_END = 1 << 20 };
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    const fc_tiff_entry entry = { PROFILE, UNDEFINED, 500, PAST_THE_END };
    put_small(&file, (small){ RGB, 3, 8, entry, "123456", 6 });
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &source, &err), err);
    assert_int_equal(source->space.profile.size, 0);
    assert_true(source->space.lost_profile);

    put_small(&file, (small){ RGB, 3, 8, { 0 }, "123456", 6 });
    FC_AUTO(fc_source) plain = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &plain, &err), err);
    assert_false(plain->space.lost_profile);
}

static size_t coded_size(small picture)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    put_small(&file, picture);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &source, &err), err);
    return source->coded.size;
}

static void plain_samples_are_told_where_zeros_are_black(void **state)
{
    (void)state;
    enum { HEAD = 8 };
    const fc_tiff_entry none = { 0 };
    const fc_tiff_entry alpha = { EXTRA_SAMPLES, FC_TIFF_SHORT, 1, UNASSOCIATED };
    const char *pixels = "123456789";
    assert_int_equal(coded_size((small){ RGB, 3, 8, none, pixels, 6 }), HEAD + 6);
    assert_int_equal(coded_size((small){ BLACK_IS_ZERO, 1, 8, none, pixels, 2 }), HEAD + 2);
    assert_int_equal(coded_size((small){ WHITE_IS_ZERO, 1, 8, none, pixels, 2 }), 0);
    assert_int_equal(coded_size((small){ CMYK, 4, 8, none, pixels, 8 }), 0);
    assert_int_equal(coded_size((small){ RGB, 4, 8, alpha, pixels, 8 }), 0);

    fc_error err = { 0 };
    FC_AUTO(fc_mapping) packed = fc_photo_open("lzw.tif");
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(packed->bytes, &fc_stored_limits, &source, &err), err);
    assert_int_equal(source->coded.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_declared_to_be_alpha_is_alpha),
        cmocka_unit_test(plane_that_is_left_out_is_not_read),
        cmocka_unit_test(white_is_never_black),
        cmocka_unit_test(kinds_that_are_not_read_are_named_and_not_called_damaged),
        cmocka_unit_test(profile_is_borrowed_from_the_file_or_left_out),
        cmocka_unit_test(profile_past_the_end_of_the_file_is_told),
        cmocka_unit_test(plain_samples_are_told_where_zeros_are_black),
    };
    return cmocka_run_group_tests_name("image/tiff_layout", tests, NULL, NULL);
}
