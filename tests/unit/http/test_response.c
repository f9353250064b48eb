#define _GNU_SOURCE /* memfd_create */
#include "http/response.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void refusals_have_fastapis_shapes(void **state)
{
    (void)state;
    fc_http_response response = fc_http_response_start();
    fc_http_refuse(&response, 404, "Job %s", "not found");
    assert_int_equal(response.code, 404);
    assert_string_equal(fc_buffer_text(&response.buffer), "{\"detail\":\"Job not found\"}");

    fc_http_refuse_fields(&response, json_pack("[{s:s}]", "type", "missing"));
    assert_int_equal(response.code, 422);
    assert_string_equal(fc_buffer_text(&response.buffer), "{\"detail\":[{\"type\":\"missing\"}]}");
    fc_http_response_clear(&response);
    assert_int_equal(response.code, 200);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
}

static void a_header_is_there_once_and_on_one_line(void **state)
{
    (void)state;
    fc_http_response response = fc_http_response_start();
    fc_http_set_header(&response, "A", "%s", "one");
    fc_http_set_header(&response, "a", "%s", "two\r\nB: forged");
    assert_int_equal(response.header_count, 1);
    assert_string_equal(fc_http_response_header_lookup(&response, "A"), "two  B: forged");
    assert_null(fc_http_response_header_lookup(&response, "B"));
}

static void a_body_replaces_the_one_before(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_http_set_json(&response, 202, json_pack("{s:i}", "a", 1), &err), err);
    const int file = memfd_create("answer", MFD_CLOEXEC);
    assert_int_equal(write(file, "12345", 5), 5);
    ASSERT_OK(fc_http_set_file(&response, "image/png", file, &err), err);
    assert_int_equal(fc_http_response_size(&response), 5);
    assert_string_equal(fc_http_response_header_lookup(&response, "Content-Type"), "image/png");
    fc_http_set_constant(&response, "text/plain", (fc_bytes){ (const uint8_t *)"abc", 3 });
    assert_int_equal(close(file), -1); /* it was closed */
    assert_int_equal(fc_http_response_size(&response), 3);
    fc_http_response_clear(&response);
}

static void a_pipe_is_no_file(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_IO, fc_http_set_file(&response, "image/png", ends[0], &err), err);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
    assert_int_equal(close(ends[0]), -1); /* closed by the failure */
    assert_int_equal(close(ends[1]), 0);
}

static void json_survives_a_failed_allocation(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_http_set_json(&response, 200, NULL, &err), err);
    SWEEP_ALLOCATIONS(fc_http_set_json(&response, 202, json_pack("{s:i}", "a", 1), &err),
                      response.code == 200 && response.kind == FC_HTTP_EMPTY);
    fc_http_response_clear(&response);
    fc_memory_fail_after(1);
    fc_http_refuse(&response, 404, "text");
    fc_memory_fail_after(0);
    assert_int_equal(response.code, 404);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
}

/* One header of the request, an answer of ten bytes with a tag. */
static fc_http_response settled(const char *name, const char *value, fc_http_range *part)
{
    const fc_http_pair header = { name, value };
    const fc_http_request request = { .headers = { &header, 1 }, .id = "id" };
    fc_http_response response = fc_http_response_start();
    fc_http_set_constant(&response, "text/plain", (fc_bytes){ (const uint8_t *)"0123456789", 10 });
    fc_http_set_etag(&response, "t");
    fc_http_response_finalize(&request, &response, part);
    return response;
}

static void conditions_and_ranges_change_the_answer(void **state)
{
    (void)state;
    fc_http_range part = { 0 };
    assert_int_equal(settled("X", "y", &part).code, 200);
    assert_int_equal(part.size, 10);
    fc_http_response response = settled("If-None-Match", "\"t\"", &part);
    assert_int_equal(response.code, 304);
    assert_int_equal(part.size, 0);
    assert_string_equal(fc_http_response_header_lookup(&response, "ETag"), "\"t\"");
    response = settled("Range", "bytes=-4", &part);
    assert_int_equal(response.code, 206);
    assert_int_equal(part.offset, 6);
    assert_string_equal(fc_http_response_header_lookup(&response, "Content-Range"), "bytes 6-9/10");
    response = settled("Range", "bytes=10-", &part);
    assert_int_equal(response.code, 416);
    assert_int_equal(part.size, response.buffer.size);
    fc_http_response_clear(&response);
}

static void every_answer_has_its_safe_headers(void **state)
{
    (void)state;
    fc_http_range part = { 0 };
    const fc_http_request request = { .id = "id" };
    fc_http_response response = fc_http_response_start();
    fc_http_set_header(&response, "Cache-Control", "private");
    fc_http_response_finalize(&request, &response, &part);
    static const char *const EXPECTED[][2] = {
        { "X-Request-ID", "id" },
        { "Cache-Control", "private" },
        { "X-Frame-Options", "DENY" },
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "no-referrer" },
    };
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        assert_string_equal(fc_http_response_header_lookup(&response, EXPECTED[i][0]),
                            EXPECTED[i][1]);
    }
}

static void problems_are_for_who_asks_for_them(void **state)
{
    (void)state;
    const fc_http_pair header = { "Accept", "application/problem+json" };
    const fc_http_request request = { .headers = { &header, 1 }, .id = "id" };
    fc_http_range part = { 0 };
    fc_http_response response = fc_http_response_start();
    fc_http_refuse_fields(&response,
                          json_pack("[{s:s, s:s}]", "type", "missing", "msg", "Field required"));
    fc_http_response_finalize(&request, &response, &part);
    assert_string_equal(fc_http_response_header_lookup(&response, "Content-Type"),
                        "application/problem+json");
    assert_non_null(strstr(fc_buffer_text(&response.buffer), "\"detail\":\"Field required\""));
    assert_non_null(strstr(fc_buffer_text(&response.buffer), "\"errors\":[{\"type\":\"missing\""));
    assert_int_equal(part.size, response.buffer.size);
    fc_http_response_clear(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_have_fastapis_shapes),
        cmocka_unit_test(a_header_is_there_once_and_on_one_line),
        cmocka_unit_test(a_body_replaces_the_one_before),
        cmocka_unit_test(a_pipe_is_no_file),
        cmocka_unit_test(json_survives_a_failed_allocation),
        cmocka_unit_test(conditions_and_ranges_change_the_answer),
        cmocka_unit_test(every_answer_has_its_safe_headers),
        cmocka_unit_test(problems_are_for_who_asks_for_them),
    };
    return cmocka_run_group_tests_name("http/response", tests, NULL, NULL);
}
