#include "image/png_chunks.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_png.h"

static void chunks_come_one_after_the_other(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_put_damaged(&file, "tEXt", "a\0b", 3);
    fc_png_put_end(&file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    size_t at = FC_PNG_SIGNATURE_SIZE;
    fc_png_chunk chunk;
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is(&chunk, "IHDR") && fc_png_chunk_is_critical(&chunk));
    assert_true(fc_png_chunk_is_sound(&chunk));
    assert_int_equal(chunk.body.size, 13);
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is(&chunk, "tEXt") && !fc_png_chunk_is_critical(&chunk));
    assert_false(fc_png_chunk_is_sound(&chunk));
    assert_memory_equal(chunk.body.data, "a\0b", 3);
    assert_true(fc_png_chunk_next(bytes, &at, &chunk));
    assert_true(fc_png_chunk_is_sound(&chunk));
    assert_int_equal(chunk.whole.size, FC_PNG_CHUNK_OVERHEAD);
    assert_int_equal(at, bytes.size);
    assert_false(fc_png_chunk_next(bytes, &at, &chunk));
}

static void chunk_that_is_not_whole_is_none(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_chunk chunk;
    for (size_t size = FC_PNG_SIGNATURE_SIZE; size < file.size; size++) {
        size_t at = FC_PNG_SIGNATURE_SIZE;
        assert_false(fc_png_chunk_next((fc_bytes){ file.data, size }, &at, &chunk));
        assert_int_equal(at, FC_PNG_SIGNATURE_SIZE);
    }
    memset(file.data + FC_PNG_SIGNATURE_SIZE, 0xff, 4);
    size_t at = FC_PNG_SIGNATURE_SIZE;
    assert_false(fc_png_chunk_next(fc_buffer_bytes(&file), &at, &chunk));
}

static void stream_is_unpacked_as_far_as_there_is_room(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint8_t out[8] = { 0 };
    size_t size = 0;
    FC_AUTO_BUFFER(packed, FC_PNG_FILE_MAX);
    fc_png_put_packed(&packed, "abcdef", 6);
    const fc_bytes bytes = fc_buffer_bytes(&packed);
    ASSERT_OK(fc_png_unpack(bytes, out, 4, &size, &err), err);
    assert_int_equal(size, 4);
    assert_memory_equal(out, "abcd\0", 5);
    ASSERT_OK(fc_png_unpack(bytes, out, sizeof out, &size, &err), err);
    assert_int_equal(size, 6);
    ASSERT_OK(fc_png_unpack((fc_bytes){ (const uint8_t *)"no zlib", 7 }, out, 8, &size, &err), err);
    assert_int_equal(size, 0);
    ASSERT_OK(fc_png_unpack((fc_bytes){ NULL, 0 }, out, 8, &size, &err), err);
    assert_int_equal(size, 0);
    SWEEP_ALLOCATIONS(fc_png_unpack(bytes, out, sizeof out, &size, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_come_one_after_the_other),
        cmocka_unit_test(chunk_that_is_not_whole_is_none),
        cmocka_unit_test(stream_is_unpacked_as_far_as_there_is_room),
    };
    return cmocka_run_group_tests_name("image/png_chunks", tests, NULL, NULL);
}
