#include "base/memory.h"
#include "image/heif_codec.h"
#include "image/heif_coded.h"
#include "support/fc_photo.h"

/* The stream of the one coded picture of a file. */
static fc_heif_stream stream_of(const fc_mapping *file)
{
    fc_error err = { 0 };
    static fc_heif_file parts;
    fc_heif_coded coded = { 0 };
    ASSERT_OK(fc_heif_file_read(file->bytes, &parts, &err), err);
    ASSERT_OK(fc_heif_coded_read(&parts, parts.primary, (fc_size){ 0, 0 }, &coded, &err), err);
    return (fc_heif_stream){
        .config = coded.config, .data = coded.extents.first, .size = coded.size, .layers = 1
    };
}

static fc_status decode(const fc_heif_stream *stream, fc_heif_picture **out, fc_error *err)
{
    fc_heif_stream_facts facts = { 0 };
    FC_TRY(fc_heif_hevc.probe(stream, &facts, err));
    return fc_heif_hevc.decode(stream, &facts, out, err);
}

static void the_header_tells_how_samples_are_stored(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t bits;
        bool is_grey;
    } FILES[] = {
        { "quadrants.heic", 8, false },
        { "grey.heic", 8, true },
        { "ten_bits.heic", 10, false },
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        const fc_heif_stream stream = stream_of(file);
        fc_heif_stream_facts facts = { 0 };
        ASSERT_OK(fc_heif_hevc.probe(&stream, &facts, &err), err);
        assert_int_equal(facts.sampling.bits, FILES[i].bits);
        assert_int_equal(facts.sampling.is_grey, FILES[i].is_grey);
        assert_true(facts.frames >= 1);
        assert_true(facts.work_bytes > 0);
        FC_AUTO(fc_heif_picture) picture = NULL;
        ASSERT_OK(fc_heif_hevc.decode(&stream, &facts, &picture, &err), err);
        assert_int_equal(picture->size.width, stream.size.width);
        assert_int_equal(picture->size.height, stream.size.height);
        assert_int_equal(picture->sampling.bits, FILES[i].bits);
        assert_int_equal(picture->planes[1] == NULL, FILES[i].is_grey);
    }
}

static void a_header_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.heic");
    fc_heif_stream stream = stream_of(file);
    for (size_t size = 0; size < 4; size++) {
        fc_heif_stream_facts facts = { 0 };
        stream.config.size = size;
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_heif_hevc.probe(&stream, &facts, &err), err);
    }
}

static void data_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.heic");
    const fc_heif_stream whole = stream_of(file);
    for (size_t size = 0; size < whole.data.size; size += 7) {
        fc_heif_stream cut = whole;
        cut.data.size = size;
        fc_heif_picture *picture = NULL;
        ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(&cut, &picture, &err), err);
        assert_null(picture);
    }
}

static void another_size_than_the_file_says_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.heic");
    fc_heif_stream stream = stream_of(file);
    stream.size.width *= 2;
    fc_heif_picture *picture = NULL;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, decode(&stream, &picture, &err), err);
    assert_null(picture);
}

static fc_status decode_and_free(const fc_heif_stream *stream, fc_error *err)
{
    FC_AUTO(fc_heif_picture) picture = NULL;
    return decode(stream, &picture, err);
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.heic");
    const fc_heif_stream stream = stream_of(file);
    SWEEP_ALLOCATIONS(decode_and_free(&stream, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_tells_how_samples_are_stored),
        cmocka_unit_test(a_header_that_is_cut_short_is_refused),
        cmocka_unit_test(data_that_is_cut_short_is_refused),
        cmocka_unit_test(another_size_than_the_file_says_is_refused),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/heif_hevc", tests, NULL, NULL);
}
