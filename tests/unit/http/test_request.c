#include "http/request.h"

#include "support/fc_test.h"

static const fc_http_pair PAIRS[] = { { "Width", "1" }, { "width", "2" }, { "width", "3" } };

static void the_first_pair_of_a_name_counts_and_so_does_its_case(void **state)
{
    (void)state;
    const fc_http_pairs pairs = { PAIRS, 3 };
    assert_string_equal(fc_http_pairs_lookup(pairs, "width"), "2");
    assert_string_equal(fc_http_pairs_lookup(pairs, "Width"), "1");
    assert_null(fc_http_pairs_lookup(pairs, "WIDTH"));
    assert_null(fc_http_pairs_lookup((fc_http_pairs){ NULL, 0 }, "width"));
}

static void headers_are_found_in_any_case(void **state)
{
    (void)state;
    const fc_http_request request = { .headers = { PAIRS, 3 } };
    assert_string_equal(fc_http_header(&request, "WIDTH"), "1");
    assert_null(fc_http_header(&request, "height"));
}

static void parts_of_the_path_have_names(void **state)
{
    (void)state;
    const fc_http_request request = { .parts = { PAIRS, 3 } };
    assert_string_equal(fc_http_path_param(&request, "width"), "2");
}

static void the_first_file_of_a_field_is_found(void **state)
{
    (void)state;
    const fc_http_file files[] = { { .field = "file", .name = "a" },
                                   { .field = "backdrop", .name = "b" },
                                   { .field = "file", .name = "c" } };
    const fc_http_request request = { .files = files, .file_count = 3 };
    assert_ptr_equal(fc_http_file_lookup(&request, "file"), &files[0]);
    assert_ptr_equal(fc_http_file_lookup(&request, "backdrop"), &files[1]);
    assert_null(fc_http_file_lookup(&request, "File"));
}

static void without_a_server_nobody_is_gone_and_nothing_can_be_taken(void **state)
{
    (void)state;
    const fc_http_file file = { .field = "file", .bytes = { (const uint8_t *)"a", 1 } };
    const fc_http_request request = { .files = &file, .file_count = 1 };
    assert_false(fc_http_client_gone(&request));
    assert_null(fc_http_file_take(&request, &file).data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_pair_of_a_name_counts_and_so_does_its_case),
        cmocka_unit_test(headers_are_found_in_any_case),
        cmocka_unit_test(parts_of_the_path_have_names),
        cmocka_unit_test(the_first_file_of_a_field_is_found),
        cmocka_unit_test(without_a_server_nobody_is_gone_and_nothing_can_be_taken),
    };
    return cmocka_run_group_tests_name("http/request", tests, NULL, NULL);
}
