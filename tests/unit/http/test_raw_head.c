#include "http/raw_head.h"

#include <string.h>

#include "support/fc_test.h"

/* As the library leaves it behind: separators and line ends are zero bytes. */
#define LINE "GET\0/health\0HTTP/1.1\0\0"

typedef struct head {
    char text[256];
    fc_http_pair pairs[4];
    fc_http_raw_head raw;
} head;

/* `text` without the zero byte that C puts behind it. `headers` tells where names begin. */
static void lay_out(head *out, const char *text, size_t size, const size_t *names, size_t count)
{
    memset(out, 0, sizeof *out);
    memcpy(out->text, text, size);
    const char *target = out->text + 4;
    out->raw = (fc_http_raw_head){ .start = out->text,
                                   .size = size,
                                   .target_end = target + strlen(target),
                                   .version = out->text + 12,
                                   .headers = { out->pairs, count } };
    for (size_t i = 0; i < count; i++) {
        const char *name = out->text + names[i];
        const char *value = name + strlen(name) + 1;
        out->pairs[i] = (fc_http_pair){ name, value + strspn(value, " ") };
    }
}

#define LAY_OUT(out, text, ...)                                                                    \
    lay_out((out), (text), sizeof(text) - 1, (const size_t[]){ __VA_ARGS__ },                      \
            sizeof((const size_t[]){ __VA_ARGS__ }) / sizeof(size_t))

static void a_plain_head_passes(void **state)
{
    (void)state;
    head now;
    LAY_OUT(&now, LINE "Host\0 x\0\0A\0b\0\0\0\0", 22, 31);
    assert_true(fc_http_raw_head_is_plain(&now.raw));
    LAY_OUT(&now, LINE "Host\0   x y \0\0\0", 22); /* bare LF at the end */
    assert_true(fc_http_raw_head_is_plain(&now.raw));
    LAY_OUT(&now, LINE "Host\0\0\0\0\0", 22); /* an empty value */
    assert_true(fc_http_raw_head_is_plain(&now.raw));
}

static void a_zero_byte_in_the_target_is_found(void **state)
{
    (void)state;
    head now;
    LAY_OUT(&now, LINE "Host\0 x\0\0\0\0", 22);
    now.raw.target_end -= 3; /* "/hea", a zero byte, "th" */
    assert_false(fc_http_raw_head_is_plain(&now.raw));
}

static void a_zero_byte_in_a_value_is_found(void **state)
{
    (void)state;
    head now;
    LAY_OUT(&now, LINE "Host\0 x\0hidden\0\0A\0b\0\0\0\0", 22, 38);
    assert_false(fc_http_raw_head_is_plain(&now.raw));
    LAY_OUT(&now, LINE "Host\0 x\0\0A\0b\0hidden\0\0\0\0", 22, 31);
    assert_false(fc_http_raw_head_is_plain(&now.raw));
    LAY_OUT(&now, LINE "Host\0 x\0\0A\0b\0\0\0\0\0", 22, 31); /* as its last byte */
    assert_false(fc_http_raw_head_is_plain(&now.raw));
}

static void a_header_in_two_lines_is_found(void **state)
{
    (void)state;
    head now;
    static const char moved[] = "A\0b c";
    LAY_OUT(&now, LINE "Host\0 x\0\0A\0b\0\0 c\0\0\0\0", 22, 31);
    assert_false(fc_http_raw_head_is_plain(&now.raw));
    now.pairs[1] = (fc_http_pair){ moved, moved + 2 };
    assert_false(fc_http_raw_head_is_plain(&now.raw));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_head_passes),
        cmocka_unit_test(a_zero_byte_in_the_target_is_found),
        cmocka_unit_test(a_zero_byte_in_a_value_is_found),
        cmocka_unit_test(a_header_in_two_lines_is_found),
    };
    return cmocka_run_group_tests_name("http/raw_head", tests, NULL, NULL);
}
