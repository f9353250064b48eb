#include "service/kept_pictures.h"

#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"

#define PNG_TEXT "cG5nIGJ5dGVz"
#define JPEG_TEXT "MTIzNDU2Nzg5"

static json_t *fill(const fc_service *service, const char *kept)
{
    fc_error err = { 0 };
    json_t *answer = json_loads(kept, 0, NULL);
    assert_non_null(answer);
    ASSERT_OK(fc_kept_pictures_fill(service, FC_STORES_A, answer, &err), err);
    return answer;
}

static void assert_filled(const json_t *answer)
{
    assert_string_equal(fc_requests_string(answer, NULL, "png_base64"), PNG_TEXT);
    assert_string_equal(fc_requests_string(answer, NULL, "jpg_base64"), JPEG_TEXT);
}

static void a_picture_is_read_back_behind_what_there_is(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    FC_AUTO_BUFFER(out, 100);
    ASSERT_OK(fc_buffer_append(&out, "> ", 2, &err), err);
    ASSERT_OK(fc_kept_picture_read(&service, FC_STORES_A, FC_PICTURE_PNG, 1, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "> png bytes");
    fc_job_store_close(service.store);
}

static void pictures_that_are_not_there_or_do_not_fit_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    FC_AUTO_BUFFER(out, 5);
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_kept_picture_read(&service, FC_STORES_A, FC_PICTURE_WEBP, 1, &out, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_kept_picture_read(&service, FC_STORES_A, FC_PICTURE_PNG, 2, &out, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_kept_picture_read(&service, FC_STORES_A, FC_PICTURE_PNG, 1, &out, &err), err);
    fc_job_store_close(service.store);
}

static void the_pictures_of_one_portrait_come_back(void **state)
{
    (void)state;
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_A);
    json_t *answer = fill(&service, "{\"success\":true,\"png_base64\":null}");
    assert_filled(answer);
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void the_pictures_of_every_face_come_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_picture pictures[] = { { FC_PICTURE_PNG, 1, fc_stores_bytes("png bytes") },
                                        { FC_PICTURE_JPEG, 2, fc_stores_bytes("123456789") } };
    const fc_job_ending ending = fc_stores_ending(pictures, 2);
    ASSERT_OK(fc_job_store_save(service.store, &job, &ending, &err), err);
    json_t *answer =
        fill(&service, "{\"success\":true,\"portraits\":[{\"success\":true},{\"success\":true}]}");
    const json_t *portraits = json_object_get(answer, "portraits");
    assert_string_equal(fc_requests_string(answer, NULL, "png_base64"), PNG_TEXT);
    assert_string_equal(fc_requests_string(json_array_get(portraits, 0), NULL, "png_base64"),
                        PNG_TEXT);
    assert_string_equal(fc_requests_string(json_array_get(portraits, 1), NULL, "jpg_base64"),
                        JPEG_TEXT);
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void the_pictures_of_a_batch_are_those_of_its_photos(void **state)
{
    (void)state;
    const fc_service service = { .store = fc_stores_open() };
    fc_stores_save(service.store, FC_STORES_B);
    json_t *answer = fill(&service, "{\"results\":[{\"success\":false,\"job_id\":\"" FC_STORES_C
                                    "\"},{\"success\":true,\"job_id\":\"" FC_STORES_B
                                    "\"},{\"success\":true}]}");
    const json_t *results = json_object_get(answer, "results");
    assert_filled(json_array_get(results, 1));
    assert_null(json_object_get(json_array_get(results, 0), "png_base64"));
    assert_null(json_object_get(json_array_get(results, 2), "png_base64")); /* it names no job */
    assert_null(json_object_get(answer, "png_base64"));
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void a_failure_has_no_pictures_to_fill_in(void **state)
{
    (void)state;
    const fc_service service = { .store = fc_stores_open() };
    json_t *answer = fill(&service, "{\"success\":false}");
    assert_int_equal(json_object_size(answer), 1);
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void an_answer_whose_pictures_were_deleted_is_not_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service service = { .store = fc_stores_open() };
    json_t *answer = json_pack("{s:b}", "success", 1);
    ASSERT_FAILS(FC_NOT_FOUND, fc_kept_pictures_fill(&service, FC_STORES_A, answer, &err), err);
    json_decref(answer);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_picture_is_read_back_behind_what_there_is),
        FC_STORES_TEST(pictures_that_are_not_there_or_do_not_fit_are_refused),
        FC_STORES_TEST(the_pictures_of_one_portrait_come_back),
        FC_STORES_TEST(the_pictures_of_every_face_come_back),
        FC_STORES_TEST(the_pictures_of_a_batch_are_those_of_its_photos),
        FC_STORES_TEST(a_failure_has_no_pictures_to_fill_in),
        FC_STORES_TEST(an_answer_whose_pictures_were_deleted_is_not_found),
    };
    return cmocka_run_group_tests_name("service/kept_pictures", tests, NULL, NULL);
}
