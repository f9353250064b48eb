#include "store/s3_blobs.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/canned_host.h"
#include "support/fc_test.h"

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nphoto"
#define NOT_THERE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

static fc_s3_settings settings(void)
{
    return (fc_s3_settings){ fc_canned_url, "us-east-1", "bucket", "", "key", "secret", 30 };
}

static fc_blobs *start(const char *const *answers)
{
    fc_error err = { 0 };
    fc_blobs *blobs = NULL;
    fc_canned_start(answers);
    const fc_s3_settings all = settings();
    ASSERT_OK(fc_s3_blobs_new(&all, &blobs, &err), err);
    return blobs;
}

static void blobs_are_objects_of_the_bucket(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { GOOD, NULL };
    fc_blobs *blobs = start(ANSWERS);
    int64_t size = 0;
    FC_AUTO_BUFFER(bytes, 0);
    ASSERT_OK(fc_blobs_read(blobs, "1.photo", 5, &bytes, &err), err);
    assert_string_equal(fc_buffer_text(&bytes), "photo");
    assert_memory_equal(fc_canned_request, "GET /bucket/1.photo HTTP/1.1\r\n", 30);
    ASSERT_OK(fc_blobs_size(blobs, "1.photo", &size, &err), err);
    assert_int_equal(size, 5);
    ASSERT_OK(fc_blobs_put(blobs, "1.photo", fc_buffer_bytes(&bytes), &err), err);
    assert_memory_equal(fc_canned_request, "PUT ", 4);
    ASSERT_OK(fc_blobs_remove(blobs, "1.photo", &err), err);
    assert_memory_equal(fc_canned_request, "DELETE ", 7);
    ASSERT_OK(fc_blobs_probe(blobs, 1 << 20, &err), err);
    assert_memory_equal(fc_canned_request, "DELETE /bucket/probe-", 21);
    fc_blobs_close(blobs);
    fc_canned_stop();
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { NOT_THERE, NULL };
    fc_blobs *blobs = start(ANSWERS);
    int descriptor = -1;
    int64_t size = 0;
    ASSERT_FAILS(FC_NOT_FOUND, fc_blobs_open(blobs, "1.photo", &descriptor, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_blobs_size(blobs, "1.photo", &size, &err), err);
    ASSERT_OK(fc_blobs_remove(blobs, "1.photo", &err), err);
    assert_int_equal(descriptor, -1);
    fc_blobs_close(blobs);
    fc_canned_stop();
}

static void opening_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = NULL;
    const fc_s3_settings all = settings();
    SWEEP_ALLOCATIONS(fc_s3_blobs_new(&all, &blobs, &err), blobs == NULL);
    fc_blobs_close(blobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blobs_are_objects_of_the_bucket),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(opening_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("store/s3_blobs", tests, NULL, NULL);
}
