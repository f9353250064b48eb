#include <stdio.h>
#include <string.h>

#include "api/routes.h"
#include "service/images.h"
#include "support/fc_test.h"
#include "support/photo_site.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

#define KEY "a key of some length"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    fc_error err = { 0 };
    const int outcome = fc_stub_service_setup(state, &stub, 1, 1, &service);
    if (outcome != 0) {
        return outcome;
    }
    fc_photo_site_start(service);
    (void)snprintf(service->server.image_key, sizeof service->server.image_key, KEY);
    (void)snprintf(service->settings.cache_dir, sizeof service->settings.cache_dir, "%s/cache",
                   fc_stores_folder);
    service->server.image_no_face = FC_IMAGE_NO_FACE_REFUSE;
    ASSERT_OK(fc_images_new(service, &service->images, &err), err);
    return 0;
}

static int stop(void **state)
{
    fc_images_free(service->images);
    fc_photo_site_stop();
    return fc_stub_service_teardown(state, service);
}

#define IMAGE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

/* A request as the server hands it over; `wrong` spoils its signature. */
static fc_http_request request_of(const char *options, const char *url, bool wrong)
{
    static fc_buffer path;
    static char copy[1024];
    static fc_http_pair parts[3];
    fc_error err = { 0 };
    fc_buffer_clear(&path);
    path = FC_BUFFER(4096);
    ASSERT_OK(fc_image_path_write(KEY, options, url, &path, &err), err);
    path.data[8] ^= wrong ? 1 : 0;
    (void)snprintf(copy, sizeof copy, "%s", fc_buffer_text(&path));
    char *rest = copy + strlen("/image/");
    static const char *const NAMES[] = { "signature", "options", "address" };
    for (size_t i = 0; i < 3; i++) {
        parts[i] = (fc_http_pair){ NAMES[i], strsep(&rest, "/") };
    }
    fc_http_request request = fc_requests_get(fc_buffer_text(&path), NULL, NULL);
    request.parts = (fc_http_pairs){ parts, 3 };
    return request;
}

static void the_answer_says_how_long_it_holds(void **state)
{
    (void)state;
    const fc_http_request request = request_of("fm:png", fc_photo_site_url('q'), false);
    fc_http_response response = fc_requests_ask(fc_handle_image, service, &request);
    assert_int_equal(response.code, 200);
    assert_true(response.buffer.size > 0);
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    fc_requests_assert_header(&response, "X-Image", "made");
    assert_non_null(
        strstr(fc_http_response_header_lookup(&response, "Cache-Control"), "max-age=86"));
    assert_int_equal(strlen(fc_http_response_header_lookup(&response, "ETag")), 34);
    fc_http_response_clear(&response);
    service->server.image_max_age_s = 0;
    response = fc_requests_ask(fc_handle_image, service, &request);
    fc_requests_assert_header(&response, "X-Image", "confirmed");
    fc_requests_assert_header(&response, "Cache-Control", "public, no-cache");
    fc_http_response_clear(&response);
}

static void a_wrong_signature_is_refused_before_anything_else(void **state)
{
    (void)state;
    const fc_http_request request = request_of("-", fc_photo_site_url('q'), true);
    fc_http_response response = fc_requests_ask(fc_handle_image, service, &request);
    fc_requests_assert_refused(&response, 403, "signature");
    assert_int_equal(atomic_load(&fc_photo_site_asked), 0);
}

static void without_a_key_there_is_nothing(void **state)
{
    (void)state;
    fc_images *images = service->images;
    service->images = NULL;
    const fc_http_request request = request_of("-", fc_photo_site_url('q'), false);
    fc_http_response response = fc_requests_ask(fc_handle_image, service, &request);
    fc_requests_assert_refused(&response, 404, "FACECRAFT_IMAGE_KEY");
    service->images = images;
}

static void failures_are_the_servers_to_tell(void **state)
{
    (void)state;
    fc_http_request request = request_of("-", fc_photo_site_url('n'), false);
    fc_requests_assert_fails(fc_handle_image, service, &request, FC_NO_FACE);
    request = request_of("-", fc_photo_site_url('X'), false);
    fc_requests_assert_fails(fc_handle_image, service, &request, FC_NOT_FOUND);
    request = request_of("-", "http://10.0.0.1/a", false);
    fc_requests_assert_fails(fc_handle_image, service, &request, FC_INVALID_ARGUMENT);
}

static void a_service_that_ends_says_when_to_come_again(void **state)
{
    (void)state;
    fc_http_request request = request_of("-", fc_photo_site_url('q'), false);
    request.received_us += 1000000;
    fc_service_close(service);
    fc_http_response response = fc_requests_ask(fc_handle_image, service, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMAGE_TEST(the_answer_says_how_long_it_holds),
        IMAGE_TEST(a_wrong_signature_is_refused_before_anything_else),
        IMAGE_TEST(without_a_key_there_is_nothing),
        IMAGE_TEST(failures_are_the_servers_to_tell),
        IMAGE_TEST(a_service_that_ends_says_when_to_come_again),
    };
    return cmocka_run_group_tests_name("api/handle_image", tests, NULL, NULL);
}
