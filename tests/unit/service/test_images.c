/* With workers that only pretend; pictures and the crop of photos without a face:
 * contract/serve_image.py. */
#include "service/images.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/photo_site.h"
#include "support/stores.h"
#include "support/stub_service.h"

#define KEY "a key of some length"
#define CLIENTS 20

static fc_stub_work stub;
static fc_service *service;
static fc_images *images;

static void open_images(void)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_images_new(service, &images, &err), err);
}

static int start(void **state)
{
    const int outcome = fc_stub_service_setup(state, &stub, 2, 8, &service);
    if (outcome != 0) {
        return outcome;
    }
    fc_photo_site_start(service);
    (void)snprintf(service->server.image_key, sizeof service->server.image_key, KEY);
    (void)snprintf(service->settings.cache_dir, sizeof service->settings.cache_dir, "%s/cache",
                   fc_stores_folder);
    service->server.image_no_face = FC_IMAGE_NO_FACE_REFUSE;
    open_images();
    return 0;
}

static int stop(void **state)
{
    fc_images_free(images);
    fc_photo_site_stop();
    return fc_stub_service_teardown(state, service);
}

#define IMAGES_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

static fc_status get(char what, const char *options, fc_web_image *out, fc_error *err)
{
    fc_image_order order = { .form = fc_form_start(&service->defaults),
                             .address = FC_BUFFER(FC_IMAGE_ADDRESS_BYTES_MAX) };
    const fc_http_request request = { .received_us = fc_clock_us() };
    const char *url = fc_photo_site_url(what);
    ASSERT_OK(fc_image_options_read(options, &order.form, err), *err);
    ASSERT_OK(fc_buffer_append(&order.address, url, strlen(url), err), *err);
    const fc_status status = fc_images_get(images, &request, &order, out, err);
    fc_buffer_clear(&order.address);
    return status;
}

/* It is the portrait of the stub; how it was had, and its tag. */
static fc_image_way way_of(char what, const char *options, char etag[FC_DIGEST_SIZE])
{
    fc_error err = { 0 };
    fc_web_image image = { 0 };
    ASSERT_OK(get(what, options, &image, &err), err);
    assert_int_equal(image.picture.bytes.size, strlen("picture"));
    assert_memory_equal(image.picture.bytes.data, "picture", strlen("picture"));
    memcpy(etag, image.etag, FC_DIGEST_SIZE);
    fc_web_image_clear(&image);
    return image.way;
}

static void the_second_time_it_is_kept(void **state)
{
    (void)state;
    char tags[4][FC_DIGEST_SIZE];
    assert_int_equal(way_of('q', "fm:png", tags[0]), FC_IMAGE_MADE);
    assert_int_equal(way_of('q', "format:png", tags[1]), FC_IMAGE_KEPT);
    assert_int_equal(way_of('q', "format:png,width:65", tags[2]), FC_IMAGE_MADE);
    assert_int_equal(way_of('s', "format:png", tags[3]), FC_IMAGE_MADE);
    assert_string_equal(tags[0], tags[1]);
    assert_string_not_equal(tags[0], tags[2]);
    assert_string_not_equal(tags[0], tags[3]);
    assert_int_equal(atomic_load(&fc_photo_site_asked), 3);
    assert_int_equal(fc_images_stats(images).pictures, 3);
    fc_images_free(images);
    open_images(); /* the next process */
    assert_int_equal(way_of('q', "fm:png", tags[1]), FC_IMAGE_KEPT);
    assert_string_equal(tags[0], tags[1]);
}

static void what_is_old_is_confirmed(void **state)
{
    (void)state;
    char tags[2][FC_DIGEST_SIZE];
    service->server.image_max_age_s = 0;
    assert_int_equal(way_of('q', "fm:png", tags[0]), FC_IMAGE_MADE);
    assert_int_equal(way_of('q', "fm:png", tags[1]), FC_IMAGE_CONFIRMED);
    assert_string_equal(tags[0], tags[1]);
    assert_int_equal(atomic_load(&fc_photo_site_asked), 2);
    assert_int_equal(atomic_load(&stub.done), 1);
}

static void without_room_nothing_is_kept(void **state)
{
    (void)state;
    char tag[FC_DIGEST_SIZE];
    fc_images_free(images);
    service->server.image_cache_mb = 0;
    open_images();
    assert_int_equal(way_of('q', "fm:png", tag), FC_IMAGE_MADE);
    assert_int_equal(way_of('q', "fm:png", tag), FC_IMAGE_MADE);
    assert_int_equal(fc_images_stats(images).pictures, 0);
    fc_images_free(images);
    service->server.image_cache_mb = 1;
    (void)snprintf(service->settings.cache_dir, sizeof service->settings.cache_dir, "/dev/null");
    open_images(); /* told in the log */
    assert_int_equal(way_of('q', "fm:png", tag), FC_IMAGE_MADE);
    assert_int_equal(fc_images_stats(NULL).bytes_max, 0);
}

static void failures_are_told_and_not_kept(void **state)
{
    (void)state;
    static const struct {
        char what;
        fc_status expected;
    } CASES[] = { { 'f', FC_CORRUPT_IMAGE },
                  { 'n', FC_NO_FACE },
                  { 'l', FC_LIMIT_EXCEEDED },
                  { 'X', FC_NOT_FOUND } };
    fc_error err = { 0 };
    fc_web_image image = { 0 };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        ASSERT_FAILS(CASES[i].expected, get(CASES[i].what, "-", &image, &err), err);
    }
    service->server.fetch_urls = FC_FETCH_OFF;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, get('q', "-", &image, &err), err);
    fc_service_close(service);
    fc_stub_sleep_ms(2);
    ASSERT_FAILS(FC_STOPPING, get('q', "-", &image, &err), err);
    assert_int_equal(fc_images_stats(images).pictures, 0);
    assert_null(image.picture.bytes.data);
}

static atomic_int ways[FC_IMAGE_WAYS_COUNT];

static void *ask(void *context)
{
    char tag[FC_DIGEST_SIZE];
    (void)context;
    (void)atomic_fetch_add(&ways[way_of('s', "fm:png,width:70", tag)], 1);
    return NULL;
}

static void equal_orders_at_once_are_one_piece_of_work(void **state)
{
    (void)state;
    pthread_t clients[CLIENTS];
    atomic_store(&fc_photo_site_pause_ms, 300);
    memset(ways, 0, sizeof ways);
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_create(&clients[i], NULL, ask, NULL), 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(clients[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&ways[FC_IMAGE_MADE]), 1);
    assert_int_equal(atomic_load(&ways[FC_IMAGE_SHARED]) + atomic_load(&ways[FC_IMAGE_KEPT]),
                     CLIENTS - 1);
    assert_int_equal(atomic_load(&fc_photo_site_asked), 1);
    assert_int_equal(atomic_load(&stub.done), 1);
}

static void short_keys_do_not_start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_images *none = NULL;
    (void)snprintf(service->server.image_key, sizeof service->server.image_key, "short");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_images_new(service, &none, &err), err);
    fc_images_free(NULL);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    char tag[FC_DIGEST_SIZE];
    fc_error err = { 0 };
    fc_web_image image = { 0 };
    fc_images *another = NULL;
    assert_int_equal(way_of('q', "fm:png", tag), FC_IMAGE_MADE);
    SWEEP_ALLOCATIONS(fc_images_new(service, &another, &err), another == NULL);
    fc_images_free(another);
    fc_image_order order = { .form = fc_form_start(&service->defaults),
                             .address = FC_BUFFER(FC_IMAGE_ADDRESS_BYTES_MAX) };
    const fc_http_request request = { .received_us = fc_clock_us() };
    const char *url = fc_photo_site_url('q');
    ASSERT_OK(fc_buffer_append(&order.address, url, strlen(url), &err), err);
    ASSERT_OK(fc_image_options_read("fm:png", &order.form, &err), err);
    SWEEP_ALLOCATIONS(fc_images_get(images, &request, &order, &image, &err),
                      image.picture.bytes.data == NULL);
    assert_int_equal(image.way, FC_IMAGE_KEPT);
    fc_web_image_clear(&image);
    fc_buffer_clear(&order.address);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMAGES_TEST(the_second_time_it_is_kept),
        IMAGES_TEST(what_is_old_is_confirmed),
        IMAGES_TEST(without_room_nothing_is_kept),
        IMAGES_TEST(failures_are_told_and_not_kept),
        IMAGES_TEST(equal_orders_at_once_are_one_piece_of_work),
        IMAGES_TEST(short_keys_do_not_start),
        IMAGES_TEST(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests_name("service/images", tests, NULL, NULL);
}
