#include "http/headers.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* ---- headers --------------------------------------------------------------------------------- */

static fc_status check(const char *name, const char *value, const char *name_2, const char *value_2,
                       fc_http_framing *framing, fc_error *err)
{
    const fc_http_pair items[] = { { "Host", "a" }, { name, value }, { name_2, value_2 } };
    const fc_http_pairs headers = { items, name_2 != NULL ? 3 : 2 };
    return fc_http_headers_check(headers, framing, err);
}

static void a_body_is_announced_in_two_ways(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_framing framing;
    ASSERT_OK(check("content-length", "120", NULL, NULL, &framing, &err), err);
    assert_true(framing.has_body && !framing.chunked);
    assert_int_equal(framing.length, 120);
    ASSERT_OK(check("Transfer-Encoding", "Chunked", NULL, NULL, &framing, &err), err);
    assert_true(framing.has_body && framing.chunked);
    ASSERT_OK(check("Content-Length", "0", NULL, NULL, &framing, &err), err);
    assert_false(framing.has_body);
    ASSERT_OK(check("Content-Length", "99999999999999999999999", NULL, NULL, &framing, &err), err);
    assert_true(framing.length == UINT64_MAX);
}

static void contradictions_and_repetitions_are_refused(void **state)
{
    (void)state;
    static const char *const WRONG[][4] = {
        { "Content-Length", "1", "content-length", "1" },
        { "Content-Length", "1", "Transfer-Encoding", "chunked" },
        { "Content-Length", "+1", NULL, NULL },
        { "Content-Length", "-1", NULL, NULL },
        { "Content-Length", "0x1", NULL, NULL },
        { "Content-Length", "1 ", NULL, NULL },
        { "Content-Length", "1,1", NULL, NULL },
        { "Content-Length", "", NULL, NULL },
        { "Transfer-Encoding", "identity", NULL, NULL },
        { "Transfer-Encoding", "chunked, chunked", NULL, NULL },
        { "Transfer-Encoding", "xchunked", NULL, NULL },
        { "HOST", "b", NULL, NULL },
        { "Authorization", "a", "authorization", "a" },
        { "Content-Type", "a", "Content-Type", "b" },
        { "Content-Length ", "1", NULL, NULL },
        { "", "1", NULL, NULL },
        { "A\x01", "1", NULL, NULL },
        { "A", "\x01", NULL, NULL },
        { "A", "a\nb", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fc_error err = { 0 };
        fc_http_framing framing;
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     check(WRONG[i][0], WRONG[i][1], WRONG[i][2], WRONG[i][3], &framing, &err),
                     err);
    }
}

static void ids_are_short_and_plain(void **state)
{
    (void)state;
    assert_true(fc_http_id_is_valid("a-B_9."));
    assert_true(
        fc_http_id_is_valid("0123456789012345678901234567890123456789012345678901234567890123"));
    assert_false(
        fc_http_id_is_valid("01234567890123456789012345678901234567890123456789012345678901234"));
    assert_false(fc_http_id_is_valid(""));
    assert_false(fc_http_id_is_valid("a b"));
    assert_false(fc_http_id_is_valid("a\n"));
}

static bool has(const char *list, const char *item)
{
    const fc_http_pair line = { "Accept", list };
    const fc_http_request request = { .headers = { &line, 1 } };
    return fc_http_lists(&request, "Accept", item);
}

static void items_are_found_in_lists(void **state)
{
    (void)state;
    assert_true(has("text/html, Application/Problem+json;q=0.9", "application/problem+json"));
    assert_true(has("a", "a"));
    assert_false(has("application/json", "application/problem+json"));
    assert_false(has("ab, ba", "a"));
    assert_false(has("", "a"));
    assert_false(has("a;q=0, b", "a"));
}

/* Before, only the first line counted. */
static void a_list_may_have_several_lines(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_pair lines[] = { { "Accept", "text/html, b;q=0" },
                             { "Prefer", "c" },
                             { "accept", "application/json" },
                             { "A", "" },
                             { "ACCEPT", "x" },
                             { "a", "1" },
                             { "a", "" } };
    size_t count = sizeof lines / sizeof lines[0];
    FC_AUTO(fc_chars) text = NULL;
    ASSERT_OK(fc_http_headers_join(lines, &count, &text, &err), err);
    assert_int_equal(count, 3);
    const fc_http_request request = { .headers = { lines, count } };
    assert_string_equal(fc_http_header(&request, "Accept"),
                        "text/html, b;q=0, application/json, x");
    assert_string_equal(fc_http_header(&request, "prefer"), "c");
    assert_string_equal(fc_http_header(&request, "a"), "1");
    assert_true(fc_http_lists(&request, "Accept", "text/html"));
    assert_true(fc_http_lists(&request, "Accept", "application/json"));
    assert_false(fc_http_lists(&request, "Accept", "b"));
    assert_false(fc_http_lists(&request, "Accept", "c"));
    assert_false(fc_http_lists(&request, "Accept-Language", "c"));
}

static void headers_of_one_line_stay_as_they_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_pair lines[] = { { "Accept", "a" }, { "Prefer", "c" } };
    size_t count = 2;
    FC_AUTO(fc_chars) text = NULL;
    ASSERT_OK(fc_http_headers_join(lines, &count, &text, &err), err);
    assert_int_equal(count, 2);
    assert_null(text);
    count = 0;
    ASSERT_OK(fc_http_headers_join(NULL, &count, &text, &err), err);
    fc_http_pair twice[] = { { "Accept", "a" }, { "Accept", "c" } };
    count = 2;
    SWEEP_ALLOCATIONS(fc_http_headers_join(twice, &count, &text, &err), count == 2);
    assert_string_equal(twice[0].value, "a, c");
}

static void a_quality_is_read_where_it_belongs(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        double quality;
    } LISTS[] = {
        { NULL, -1 },
        { "", -1 },
        { "a", 1 },
        { "b, A;q=0.5 , c", 0.5 },
        { "a;q=0", 0 },
        { "a ; level=1 ; q=0.250", 0.25 },
        { "a;q=1.5", 1 },
        { "a;q=x", 1 },
        { "a;q=", 1 },
        { "b;q=0.1, a", 1 },
        { "ab;q=0.1", -1 },
        { "a;seq=0", 1 },
        { "a;q=0.123456789", 1 },
    };
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        assert_true(fc_http_quality(LISTS[i].header, "a") == LISTS[i].quality);
    }
}

static void gzip_goes_to_those_who_take_it(void **state)
{
    (void)state;
    static const char *const TAKES[] = { "gzip", "*", "br, gzip;q=0.1", "gzip, identity",
                                         "identity;q=0.5, gzip" };
    static const char *const REFUSES[] = {
        "", "identity", "gzip;q=0", "gzip;q=0, *", "*;q=0", "gzip;q=0.1, identity;q=0.2", "x-gzip2"
    };
    for (size_t i = 0; i < sizeof TAKES / sizeof TAKES[0]; i++) {
        assert_true(fc_http_takes_gzip(TAKES[i]));
    }
    for (size_t i = 0; i < sizeof REFUSES / sizeof REFUSES[0]; i++) {
        assert_false(fc_http_takes_gzip(REFUSES[i]));
    }
    assert_false(fc_http_takes_gzip(NULL));
}

/* ---- raw head -------------------------------------------------------------------------------- */

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

static void the_first_language_that_is_known_is_taken(void **state)
{
    (void)state;
    static const char *const KNOWN[] = { "en", "de", "zh" };
    static const struct {
        const char *header;
        size_t number;
    } LISTS[] = { { NULL, 0 },           { "", 0 },          { "fr", 0 },
                  { "de-AT,en", 1 },     { "fr, ZH-cn", 2 }, { "de;q=0, zh;q=0.1", 2 },
                  { "d,denim,-,;,", 0 }, { ",,en,de", 0 } };
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        assert_int_equal(fc_http_language(LISTS[i].header, KNOWN, 3), LISTS[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_is_announced_in_two_ways),
        cmocka_unit_test(contradictions_and_repetitions_are_refused),
        cmocka_unit_test(ids_are_short_and_plain),
        cmocka_unit_test(items_are_found_in_lists),
        cmocka_unit_test(a_list_may_have_several_lines),
        cmocka_unit_test(headers_of_one_line_stay_as_they_are),
        cmocka_unit_test(a_quality_is_read_where_it_belongs),
        cmocka_unit_test(the_first_language_that_is_known_is_taken),
        cmocka_unit_test(gzip_goes_to_those_who_take_it),
        cmocka_unit_test(a_plain_head_passes),
        cmocka_unit_test(a_zero_byte_in_the_target_is_found),
        cmocka_unit_test(a_zero_byte_in_a_value_is_found),
        cmocka_unit_test(a_header_in_two_lines_is_found),
    };
    return cmocka_run_group_tests_name("http/headers", tests, NULL, NULL);
}
