/* What is fetched from the web is in contract/serve_fetch.py; here nothing may be fetched. */
#include "compat/removebg_sources.h"

#include <string.h>

#include "support/fc_test.h"

static const fc_fetch_rules RULES = {
    .scheme = FC_FETCH_OFF, .allow = "", .bytes_max = 1000, .timeout_s = 1
};

static const fc_bytes PHOTO = { (const uint8_t *)"photo", 5 };

/* What a request came to. Release with end(). */
typedef struct outcome {
    fc_removebg_sources sources;
    fc_http_response response;
    bool refused;
} outcome;

static outcome find(const fc_http_file *files, size_t file_count, fc_http_pairs fields,
                    bool has_colour)
{
    const fc_http_request request = { .files = files, .file_count = file_count, .fields = fields };
    outcome came = { .response = fc_http_response_start(), .refused = true };
    fc_error err = { 0 };
    ASSERT_OK(fc_removebg_find_sources(&RULES, &request, has_colour, &came.sources, &came.response,
                                       &came.refused, &err),
              err);
    return came;
}

static void end(outcome *came)
{
    fc_removebg_sources_clear(&came->sources);
    fc_http_response_clear(&came->response);
}

static void assert_word(outcome came, const char *word)
{
    assert_true(came.refused);
    assert_int_equal(came.response.code, 400);
    assert_non_null(strstr((const char *)came.response.buffer.data, word));
    end(&came);
}

static void each_way_to_send_a_photo_is_taken(void **state)
{
    (void)state;
    static const char *const FIELDS[] = { "image_file", "image_file_b64" };
    for (size_t i = 0; i < 2; i++) {
        const fc_http_file file = { FIELDS[i], "a.jpg", PHOTO };
        outcome came = find(&file, 1, (fc_http_pairs){ NULL, 0 }, true);
        assert_false(came.refused);
        assert_ptr_equal(came.sources.photo.data, PHOTO.data);
        assert_int_equal(came.sources.backdrop.size, 0);
        end(&came);
    }
}

static void a_background_comes_along(void **state)
{
    (void)state;
    static const uint8_t BEHIND[] = { 1, 2, 3 };
    const fc_http_file files[] = { { "image_file", "a.jpg", PHOTO },
                                   { "bg_image_file", "b.jpg", { BEHIND, 3 } } };
    outcome came = find(files, 2, (fc_http_pairs){ NULL, 0 }, false);
    assert_false(came.refused);
    assert_ptr_equal(came.sources.backdrop.data, BEHIND);
    end(&came);
}

static void no_photo_and_two_photos_are_refused(void **state)
{
    (void)state;
    const fc_http_pair url = { "image_url", "https://example.com/a.jpg" };
    const fc_http_pair empty = { "image_url", "" };
    const fc_http_file files[] = { { "image_file", "a.jpg", PHOTO },
                                   { "image_file_b64", "", PHOTO } };
    assert_word(find(NULL, 0, (fc_http_pairs){ NULL, 0 }, false), "missing_source");
    assert_word(find(NULL, 0, (fc_http_pairs){ &empty, 1 }, false), "missing_source");
    assert_word(find(files, 2, (fc_http_pairs){ NULL, 0 }, false), "multiple_sources");
    assert_word(find(files, 1, (fc_http_pairs){ &url, 1 }, false), "multiple_sources");
}

static void a_second_background_is_refused(void **state)
{
    (void)state;
    const fc_http_file files[] = { { "image_file", "a.jpg", PHOTO },
                                   { "bg_image_file", "b.jpg", PHOTO } };
    const fc_http_pair url = { "bg_image_url", "https://example.com/b.jpg" };
    assert_word(find(files, 2, (fc_http_pairs){ NULL, 0 }, true), "multiple_bg_sources");
    assert_word(find(files, 2, (fc_http_pairs){ &url, 1 }, false), "multiple_bg_sources");
    assert_word(find(files, 1, (fc_http_pairs){ &url, 1 }, true), "multiple_bg_sources");
}

static void addresses_are_refused_where_none_is_fetched(void **state)
{
    (void)state;
    const fc_http_file file = { "image_file", "a.jpg", PHOTO };
    const fc_http_pair photo = { "image_url", "https://example.com/a.jpg" };
    const fc_http_pair behind = { "bg_image_url", "https://example.com/b.jpg" };
    assert_word(find(NULL, 0, (fc_http_pairs){ &photo, 1 }, false), "invalid_image_url");
    assert_word(find(&file, 1, (fc_http_pairs){ &behind, 1 }, false), "invalid_bg_image_url");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_send_a_photo_is_taken),
        cmocka_unit_test(a_background_comes_along),
        cmocka_unit_test(no_photo_and_two_photos_are_refused),
        cmocka_unit_test(a_second_background_is_refused),
        cmocka_unit_test(addresses_are_refused_where_none_is_fetched),
    };
    return cmocka_run_group_tests_name("compat/removebg_sources", tests, NULL, NULL);
}
