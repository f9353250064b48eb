#define _GNU_SOURCE /* memfd_create */
#include "net/s3.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/canned_host.h"
#include "support/fc_test.h"

#define GOOD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nphoto"
#define EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define MOVED "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define GONE "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
#define NO_KEY                                                                                     \
    "HTTP/1.1 404 Not Found\r\nContent-Length: 24\r\nConnection: close\r\n\r\n"                    \
    "<Code>NoSuchKey</Code>  "
#define NO_BUCKET                                                                                  \
    "HTTP/1.1 404 Not Found\r\nContent-Length: 25\r\nConnection: close\r\n\r\n"                    \
    "<Code>NoSuchBucket</Code>"
#define DENIED                                                                                     \
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 25\r\nConnection: close\r\n\r\n"                    \
    "<Code>AccessDenied</Code>"
#define OTHER_TIME                                                                                 \
    "HTTP/1.1 403 Forbidden\r\nDate: Mon, 07 Jan 2030 10:00:00 GMT\r\nContent-Length: 0\r\n"       \
    "Connection: close\r\n\r\n"
#define BUSY "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define FULL "HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

static fc_s3_settings settings(void)
{
    return (fc_s3_settings){ .endpoint = fc_canned_url,
                             .region = "us-east-1",
                             .bucket = "bucket",
                             .prefix = "some/where",
                             .access_key = "key",
                             .secret_key = "hidden",
                             .timeout_s = 30 };
}

/* Begins with so many answers, the last of which NULL follows. */
static fc_s3 *start(const char *const *answers)
{
    fc_error err = { 0 };
    fc_s3 *s3 = NULL;
    fc_canned_start(answers);
    const fc_s3_settings all = settings();
    ASSERT_OK(fc_s3_new(&all, &s3, &err), err);
    return s3;
}

static void stop(fc_s3 *s3)
{
    fc_s3_free(s3);
    fc_canned_stop();
}

static fc_bytes photo(void)
{
    return (fc_bytes){ (const uint8_t *)"photo", 5 };
}

static void an_object_is_put_signed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { EMPTY, NULL };
    fc_s3 *s3 = start(ANSWERS);
    ASSERT_OK(fc_s3_put(s3, "1.photo", photo(), &err), err);
    assert_memory_equal(fc_canned_request, "PUT /bucket/some/where/1.photo HTTP/1.1\r\n", 41);
    assert_non_null(
        strstr(fc_canned_request, "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=key/"));
    assert_non_null(strstr(fc_canned_request, /* SHA-256 of "photo" */
                           "\r\nx-amz-content-sha256: "
                           "55c64d0fcd6f9d5f7c828093857e3fdfda68478bb4e9bd24d481ef391c7804e8"));
    assert_non_null(strstr(fc_canned_request, "\r\n\r\nphoto"));
    assert_null(strstr(fc_canned_request, "hidden"));
    stop(s3);
}

static void an_object_comes_back_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { BUSY, "", GOOD, NULL };
    fc_s3 *s3 = start(ANSWERS);
    char bytes[8] = "";
    const int file = memfd_create("test", 0);
    ASSERT_OK(fc_s3_get(s3, "1.photo", file, 5, &err), err);
    assert_int_equal(pread(file, bytes, sizeof bytes, 0), 5);
    assert_string_equal(bytes, "photo");
    assert_int_equal(close(file), 0);
    int64_t size = 0;
    ASSERT_OK(fc_s3_size(s3, "1.photo", &size, &err), err);
    assert_int_equal(size, 5);
    assert_memory_equal(fc_canned_request, "HEAD ", 5);
    stop(s3);
}

static void an_object_that_is_too_large_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { GOOD, NULL };
    fc_s3 *s3 = start(ANSWERS);
    const int file = memfd_create("test", 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_s3_get(s3, "1.photo", file, 4, &err), err);
    assert_int_equal(close(file), 0);
    stop(s3);
}

static void what_is_not_there_is_told_at_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { NO_KEY, NULL };
    fc_s3 *s3 = start(ANSWERS);
    const int file = memfd_create("test", 0);
    ASSERT_FAILS(FC_NOT_FOUND, fc_s3_get(s3, "1.photo", file, 9, &err), err);
    assert_int_equal(close(file), 0);
    ASSERT_OK(fc_s3_remove(s3, "1.photo", &err), err);
    assert_int_equal(fc_canned_count(), 2); /* no try was repeated */
    stop(s3);
}

static void an_object_is_removed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { BUSY, GONE, NULL };
    fc_s3 *s3 = start(ANSWERS);
    ASSERT_OK(fc_s3_remove(s3, "1.photo", &err), err);
    assert_memory_equal(fc_canned_request, "DELETE ", 7);
    stop(s3);
}

static void the_clock_of_the_store_counts(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { OTHER_TIME, EMPTY, EMPTY, OTHER_TIME, NULL };
    fc_s3 *s3 = start(ANSWERS);
    ASSERT_OK(fc_s3_put(s3, "1.photo", photo(), &err), err);
    assert_int_equal(fc_canned_count(), 2);
    assert_non_null(strstr(fc_canned_request, "\r\nx-amz-date: 20300107T10"));
    ASSERT_OK(fc_s3_put(s3, "2.photo", photo(), &err), err);
    assert_non_null(strstr(fc_canned_request, "\r\nx-amz-date: 20300107T10"));
    /* Refused with the right time, it is not the clock. */
    ASSERT_FAILS(FC_IO, fc_s3_put(s3, "3.photo", photo(), &err), err);
    assert_int_equal(fc_canned_count(), 4);
    stop(s3);
}

/* What each answer to a PUT means, and how often it is tried. */
static void failures_have_their_classes(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        fc_status status;
        int tries;
    } CASES[] = {
        { BUSY, FC_BUSY, 4 },         { "", FC_BUSY, 4 },      { DENIED, FC_IO, 1 },
        { FULL, FC_STORAGE_FULL, 1 }, { NO_BUCKET, FC_IO, 1 }, { "nonsense\r\n\r\n", FC_BUSY, 4 },
        { MOVED, FC_IO, 1 },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        const char *const answers[] = { CASES[i].answer, NULL };
        fc_s3 *s3 = start(answers);
        ASSERT_FAILS(CASES[i].status, fc_s3_put(s3, "1.photo", photo(), &err), err);
        assert_int_equal(fc_canned_count(), CASES[i].tries);
        assert_null(strstr(err.text, "127.0.0.1"));
        assert_null(strstr(err.text, "hidden"));
        stop(s3);
    }
}

static void a_store_that_is_not_there_is_busy(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const ANSWERS[] = { BUSY, NULL };
    fc_s3 *s3 = start(ANSWERS);
    fc_canned_stop();
    int64_t size = 0;
    ASSERT_FAILS(FC_BUSY, fc_s3_size(s3, "1.photo", &size, &err), err);
    fc_s3_free(s3);
}

static void settings_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint;
        const char *bucket;
        const char *prefix;
        const char *region;
        const char *key;
    } CASES[] = {
        { "ftp://host", "bucket", "", "r", "k" },
        { "https://", "bucket", "", "r", "k" },
        { "https://host/path", "bucket", "", "r", "k" },
        { "https://user@host", "bucket", "", "r", "k" },
        { "https://host", "b", "", "r", "k" },
        { "https://host", "Bucket", "", "r", "k" },
        { "https://host", "bucket/..", "", "r", "k" },
        { "https://host", "bucket", "/a", "r", "k" },
        { "https://host", "bucket", "a/", "r", "k" },
        { "https://host", "bucket", "a//b", "r", "k" },
        { "https://host", "bucket", "a/../b", "r", "k" },
        { "https://host", "bucket", "a b", "r", "k" },
        { "https://host", "bucket", "", "", "k" },
        { "https://host", "bucket", "", "r/s", "k" },
        { "https://host", "bucket", "", "r", "" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        fc_s3 *s3 = NULL;
        const fc_s3_settings all = { CASES[i].endpoint,
                                     CASES[i].region,
                                     CASES[i].bucket,
                                     CASES[i].prefix,
                                     CASES[i].key,
                                     "hidden",
                                     30 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_s3_new(&all, &s3, &err), err);
        assert_null(s3);
        assert_null(strstr(err.text, "hidden"));
    }
    fc_s3_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_put_signed),
        cmocka_unit_test(an_object_comes_back_whole),
        cmocka_unit_test(an_object_that_is_too_large_is_refused),
        cmocka_unit_test(what_is_not_there_is_told_at_once),
        cmocka_unit_test(an_object_is_removed),
        cmocka_unit_test(the_clock_of_the_store_counts),
        cmocka_unit_test(failures_have_their_classes),
        cmocka_unit_test(a_store_that_is_not_there_is_busy),
        cmocka_unit_test(settings_that_cannot_be_used_are_refused),
    };
    return cmocka_run_group_tests_name("net/s3", tests, NULL, NULL);
}
