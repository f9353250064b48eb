#include "base/gzip.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* "hello" by gzip -9n. */
static const uint8_t HELLO[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00 };
static const fc_bytes PACKED = { HELLO, sizeof HELLO };

static void a_packed_file_is_unpacked(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 5);
    ASSERT_OK(fc_gzip_unpack(PACKED, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "hello");
    assert_int_equal(out.size, 5);
}

static void what_is_damaged_or_too_large_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 100);
    for (size_t size = 0; size < sizeof HELLO; size++) {
        const fc_bytes cut = { HELLO, size };
        assert_true(fc_gzip_unpack(cut, &out, &err) != FC_OK);
        assert_null(out.data);
    }
    uint8_t damaged[sizeof HELLO];
    memcpy(damaged, HELLO, sizeof HELLO);
    damaged[11] ^= 1;
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_gzip_unpack((fc_bytes){ damaged, sizeof damaged }, &out, &err), err);
    FC_AUTO_BUFFER(small, 4);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_gzip_unpack(PACKED, &small, &err), err);
    SWEEP_ALLOCATIONS(fc_gzip_unpack(PACKED, &out, &err), out.data == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packed_file_is_unpacked),
        cmocka_unit_test(what_is_damaged_or_too_large_is_refused),
    };
    return cmocka_run_group_tests_name("base/gzip", tests, NULL, NULL);
}
