#include "image/codecs.h"

#include <string.h>

#include "support/fc_test.h"

static void each_format_has_its_codec(void **state)
{
    (void)state;
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        const fc_codec *codec = fc_codec_lookup(format);
        assert_non_null(codec);
        assert_int_equal(codec->format, format);
        assert_non_null(codec->open);
        assert_true(strlen(codec->library) > 0);
        assert_non_null(codec->version());
    }
}

static void what_is_no_format_has_none(void **state)
{
    (void)state;
    assert_null(fc_codec_lookup(FC_FORMAT_UNKNOWN));
    assert_null(fc_codec_lookup(FC_FORMAT_COUNT));
}

static void every_codec_refuses_the_bytes_of_no_picture(void **state)
{
    (void)state;
    static const uint8_t TEXT[64] = "this is a text and no picture, whoever reads it";
    const fc_source_limits limits = { .pixels_max = 1 << 20, .bytes_max = 1 << 24 };
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        fc_error err = { 0 };
        fc_source *source = NULL;
        const fc_status status =
            fc_codec_lookup(format)->open((fc_bytes){ TEXT, sizeof TEXT }, &limits, &source, &err);
        assert_true(status == FC_CORRUPT_IMAGE || status == FC_UNSUPPORTED_FORMAT);
        assert_true(err.text[0] != '\0');
        assert_null(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_has_its_codec),
        cmocka_unit_test(what_is_no_format_has_none),
        cmocka_unit_test(every_codec_refuses_the_bytes_of_no_picture),
    };
    return cmocka_run_group_tests_name("image/codecs", tests, NULL, NULL);
}
