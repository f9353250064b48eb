#define _GNU_SOURCE /* memmem */
#include "service/zip_stream.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"

#define ARCHIVE_MAX ((size_t)1 << 16)

static uint32_t number_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The bytes of a file of the archive, found by walking over the headers. */
static void assert_member(const fc_buffer *archive, size_t index, const char *name,
                          const char *content)
{
    const uint8_t *at = archive->data;
    for (size_t i = 0;; i++) {
        assert_memory_equal(at, "PK\3\4", 4);
        const size_t size = number_at(at + 18);
        const size_t name_size = at[26] | (size_t)at[27] << 8;
        const uint8_t *name_at = at + 30;
        if (i == index) {
            assert_int_equal(name_size, strlen(name));
            assert_memory_equal(name_at, name, name_size);
            assert_int_equal(size, strlen(content));
            assert_memory_equal(name_at + name_size, content, size);
            return;
        }
        at = name_at + name_size + size;
    }
}

/* Files that its end tells of. */
static int count_members(const fc_buffer *archive)
{
    assert_true(archive->size > 22);
    const uint8_t *end = archive->data + archive->size - 22;
    assert_memory_equal(end, "PK\5\6", 4);
    return end[10] | end[11] << 8;
}

static void stream(const fc_service *service, const char *id, size_t room, fc_buffer *archive)
{
    fc_error err = { 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_zip_stream_start(service, id, &response, &err), err);
    fc_requests_assert_header(&response, "Content-Type", "application/zip");
    fc_requests_read_stream(&response, room, archive);
    fc_http_response_clear(&response);
}

static void portraits_are_named_after_their_photo(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_picture pictures[] = { { FC_PICTURE_PNG, 1, fc_stores_bytes("first") },
                                        { FC_PICTURE_WEBP, 2, fc_stores_bytes("second") } };
    const fc_job_ending ending = fc_stores_ending(pictures, 2);
    ASSERT_OK(fc_job_store_save(service.store, &job, &ending, &err), err);
    FC_AUTO_BUFFER(archive, ARCHIVE_MAX);
    stream(&service, FC_STORES_A, 4096, &archive);
    assert_int_equal(count_members(&archive), 2);
    assert_member(&archive, 0, "photo of 000a.png", "first");
    assert_member(&archive, 1, "photo of 000a_2.webp", "second");
    fc_job_store_close(service.store);
}

static void photos_without_a_name_or_without_an_ending_have_names_as_well(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        const char *expected;
    } NAMES[] = { { "", "portrait.png" }, { "face", "face.png" }, { ".png", "_png.png" } };
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_job job = fc_stores_job(FC_STORES_A);
        (void)snprintf(job.name, sizeof job.name, "%s", NAMES[i].given);
        const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 1);
        ASSERT_OK(fc_job_store_save(service.store, &job, &ending, &err), err);
        FC_AUTO_BUFFER(archive, ARCHIVE_MAX);
        stream(&service, FC_STORES_A, 4096, &archive);
        assert_member(&archive, 0, NAMES[i].expected, "png bytes");
        ASSERT_OK(fc_job_store_delete(service.store, FC_STORES_A, &err), err);
    }
    fc_job_store_close(service.store);
}

static void an_archive_is_the_same_in_pieces_of_any_size(void **state)
{
    (void)state;
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    FC_AUTO_BUFFER(whole, ARCHIVE_MAX);
    stream(&service, FC_STORES_A, 4096, &whole);
    assert_member(&whole, 0, "photo of 000a.png", "png bytes");
    assert_member(&whole, 1, "photo of 000a.jpg", "123456789");
    for (size_t room = 1; room <= 33; room += 8) {
        FC_AUTO_BUFFER(archive, ARCHIVE_MAX);
        stream(&service, FC_STORES_A, room, &archive);
        assert_int_equal(archive.size, whole.size);
        assert_memory_equal(archive.data, whole.data, whole.size);
    }
    fc_job_store_close(service.store);
}

/* Without its end nobody takes it for whole. */
static void an_archive_whose_picture_goes_is_cut_short(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_zip_stream_start(&service, FC_STORES_A, &response, &err), err);
    ASSERT_OK(fc_job_store_delete(service.store, FC_STORES_A, &err), err);
    FC_AUTO_BUFFER(archive, ARCHIVE_MAX);
    fc_requests_read_stream(&response, 4096, &archive);
    assert_member(&archive, 0, "photo of 000a.png", "png bytes"); /* it was open already */
    assert_null(memmem(archive.data, archive.size, "PK\5\6", 4));
    fc_http_response_clear(&response);
    fc_job_store_close(service.store);
}

static void an_archive_whose_picture_is_shorter_than_its_header_says_is_cut_short(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_stores_change("UPDATE pictures SET bytes = bytes + 1 WHERE type = 0");
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_zip_stream_start(&service, FC_STORES_A, &response, &err), err);
    FC_AUTO_BUFFER(archive, ARCHIVE_MAX);
    fc_requests_read_stream(&response, 4096, &archive);
    assert_memory_equal(archive.data, "PK\3\4", 4);
    assert_null(memmem(archive.data + 4, archive.size - 4, "PK\3\4", 4)); /* no second file */
    assert_null(memmem(archive.data, archive.size, "PK\5\6", 4));
    fc_http_response_clear(&response);
    fc_job_store_close(service.store);
}

static void a_job_without_portraits_has_no_archive(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_accept(service.store, FC_STORES_A);
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_NOT_FOUND, fc_zip_stream_start(&service, FC_STORES_A, &response, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_zip_stream_start(&service, FC_STORES_B, &response, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_zip_stream_start(&service, "..", &response, &err), err);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
    fc_job_store_close(service.store);
}

static void an_archive_of_more_than_4_gb_is_refused_before_its_first_byte(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    fc_stores_change("UPDATE pictures SET bytes = 2147483648");
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_zip_stream_start(&service, FC_STORES_A, &response, &err),
                 err);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(portraits_are_named_after_their_photo),
        FC_STORES_TEST(photos_without_a_name_or_without_an_ending_have_names_as_well),
        FC_STORES_TEST(an_archive_is_the_same_in_pieces_of_any_size),
        FC_STORES_TEST(an_archive_whose_picture_goes_is_cut_short),
        FC_STORES_TEST(an_archive_whose_picture_is_shorter_than_its_header_says_is_cut_short),
        FC_STORES_TEST(a_job_without_portraits_has_no_archive),
        FC_STORES_TEST(an_archive_of_more_than_4_gb_is_refused_before_its_first_byte),
    };
    return cmocka_run_group_tests_name("service/zip_stream", tests, NULL, NULL);
}
