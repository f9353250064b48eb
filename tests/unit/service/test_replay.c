#include "service/replay.h"

#include <string.h>

#include "service/async_job.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 4, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_process_request order_of(const char *id, fc_choice format, bool asynchronous)
{
    fc_process_request order = { .form = fc_form_start(&service->defaults),
                                 .asynchronous = asynchronous };
    order.form.format = format;
    memcpy(order.job_id, id, FC_JOB_ID_SIZE);
    return order;
}

/* What a request with this key is told; `answered` says whether it is told anything. */
static fc_http_response replay(const char *key, const fc_process_request *order, bool *answered)
{
    fc_error err = { 0 };
    const fc_http_pair headers[] = { { "idempotency-key", key } };
    fc_http_request request = fc_requests_post("/api/v1/process", "file", fc_stub_photo('q'));
    request.headers = (fc_http_pairs){ headers, key != NULL ? 1 : 0 };
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_replay(service, &request, order, &response, answered, &err), err);
    return response;
}

/* A request that goes to work. */
static void claim(const char *key, const char *id, fc_choice format)
{
    bool answered = true;
    const fc_process_request order = order_of(id, format, false);
    fc_http_response response = replay(key, &order, &answered);
    assert_false(answered);
    fc_http_response_clear(&response);
}

/* One that is answered. */
static fc_http_response repeat(const char *key, fc_choice format, bool asynchronous)
{
    bool answered = false;
    const fc_process_request order = order_of(FC_STORES_B, format, asynchronous);
    const fc_http_response response = replay(key, &order, &answered);
    assert_true(answered);
    return response;
}

static void end_first(void)
{
    fc_stores_save(service->store, FC_STORES_A);
    fc_idempotency_finish(service->idempotency, FC_STORES_A);
}

static void requests_without_a_key_are_all_worked_on(void **state)
{
    (void)state;
    claim(NULL, FC_STORES_A, FC_FORM_JSON);
    claim(NULL, FC_STORES_A, FC_FORM_JSON);
}

static void where_nothing_is_kept_nothing_is_repeated(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) none = NULL;
    fc_job_store *kept = service->store;
    ASSERT_OK(fc_job_store_open("", 0, &none, &err), err);
    fc_async_jobs_stop(service->async_jobs); /* its thread works with the store */
    service->store = none;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    claim("key", FC_STORES_B, FC_FORM_JSON);
    service->store = kept;
}

static void a_repeated_request_is_told_what_came_of_the_first_one(void **state)
{
    (void)state;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    end_first();
    fc_http_response response = repeat("key", FC_FORM_JSON, false);
    assert_int_equal(response.code, 200);
    assert_string_equal(fc_requests_text(&response), "{\"success\":true}\n");
    fc_requests_assert_header(&response, "X-Job-Id", FC_STORES_A);
    fc_requests_assert_header(&response, "Idempotency-Replayed", "true");
    fc_http_response_clear(&response);
}

static void a_repeated_request_for_a_picture_gets_the_picture(void **state)
{
    (void)state;
    static const struct {
        fc_choice format;
        const char *type;
        const char *bytes;
    } KINDS[] = { { FC_FORM_PNG, "image/png", "png bytes" },
                  { FC_FORM_JPEG, "image/jpeg", "123456789" } };
    for (size_t i = 0; i < 2; i++) {
        claim("key", FC_STORES_A, KINDS[i].format);
        end_first();
        fc_http_response response = repeat("key", KINDS[i].format, false);
        assert_string_equal(fc_requests_text(&response), KINDS[i].bytes);
        fc_requests_assert_header(&response, "Content-Type", KINDS[i].type);
        fc_http_response_clear(&response);
        fc_idempotency_release(service->idempotency, FC_STORES_A);
        assert_int_equal(fc_job_store_delete(service->store, FC_STORES_A, NULL), FC_OK);
    }
}

static void a_photo_without_a_face_is_told_again_in_the_same_way(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_error nobody = { FC_NO_FACE, "nobody" };
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = { .state = FC_JOB_FAILED,
                                   .failure = &nobody,
                                   .answer = fc_stores_bytes("{\"success\":false}") };
    claim("key", FC_STORES_A, FC_FORM_PNG);
    ASSERT_OK(fc_job_store_save(service->store, &job, &ending, &err), err);
    fc_idempotency_finish(service->idempotency, FC_STORES_A);
    fc_http_response response = repeat("key", FC_FORM_PNG, false);
    fc_requests_assert_refused(&response, 400, "no_face_detected");
}

static void whoever_prefers_to_ask_later_is_told_where(void **state)
{
    (void)state;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    end_first();
    fc_http_response response = repeat("key", FC_FORM_JSON, true);
    assert_int_equal(response.code, 202);
    fc_requests_assert_header(&response, "Location", "/api/v1/jobs/" FC_STORES_A);
    fc_requests_assert_header(&response, "Preference-Applied", "respond-async");
    fc_requests_assert_header(&response, "Idempotency-Replayed", "true");
    json_t *view = fc_requests_json(&response);
    assert_string_equal(fc_requests_string(view, NULL, "status"), "succeeded");
    json_decref(view);
    fc_http_response_clear(&response);
}

static void while_the_first_request_runs_the_next_one_has_to_wait(void **state)
{
    (void)state;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    for (int asynchronous = 0; asynchronous < 2; asynchronous++) {
        fc_http_response response = repeat("key", FC_FORM_JSON, asynchronous == 1);
        fc_requests_assert_header(&response, "Retry-After", "1");
        fc_requests_assert_refused(&response, 409, "still runs");
    }
    fc_stores_accept(service->store, FC_STORES_A); /* one that can be asked for */
    fc_http_response response = repeat("key", FC_FORM_JSON, true);
    assert_int_equal(response.code, 202);
    fc_http_response_clear(&response);
}

static void a_key_cannot_be_used_for_another_request(void **state)
{
    (void)state;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    end_first();
    fc_http_response response = repeat("key", FC_FORM_PNG, false);
    fc_requests_assert_refused(&response, 422, "was used for another request");
}

static void what_was_deleted_is_worked_on_again(void **state)
{
    (void)state;
    claim("key", FC_STORES_A, FC_FORM_JSON);
    end_first();
    assert_int_equal(fc_job_store_delete(service->store, FC_STORES_A, NULL), FC_OK);
    claim("key", FC_STORES_B, FC_FORM_JSON);
    fc_http_response response = repeat("key", FC_FORM_JSON, false);
    fc_requests_assert_refused(&response, 409, "still runs"); /* the key is B's now */
}

static void keys_of_no_or_too_many_characters_are_refused(void **state)
{
    (void)state;
    char key[257];
    fc_error err = { 0 };
    bool answered = true;
    memset(key, 'k', sizeof key);
    key[256] = '\0';
    const char *const KEYS[] = { "", key };
    for (size_t i = 0; i < 2; i++) {
        const fc_process_request order = order_of(FC_STORES_A, FC_FORM_JSON, false);
        fc_http_request request = fc_requests_post("/api/v1/process", "file", fc_stub_photo('q'));
        request.headers = FC_REQUESTS_PAIRS({ "Idempotency-Key", KEYS[i] });
        fc_http_response response = fc_http_response_start();
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_replay(service, &request, &order, &response, &answered, &err), err);
        assert_false(answered);
    }
    key[255] = '\0';
    claim(key, FC_STORES_A, FC_FORM_JSON);
}

static void a_job_that_is_not_there_is_not_accepted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_http_request request = fc_requests_get("/api/v1/process", NULL, NULL);
    fc_http_response response = fc_http_response_start();
    ASSERT_FAILS(FC_NOT_FOUND, fc_answer_accepted(service, &request, FC_STORES_C, &response, &err),
                 err);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
}

#define REPLAY_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

/* ---- kept pictures --------------------------------------------------------------------------- */

#define PNG_TEXT "cG5nIGJ5dGVz"
#define JPEG_TEXT "MTIzNDU2Nzg5"

static json_t *fill(const fc_service *kept_by, const char *kept)
{
    fc_error err = { 0 };
    json_t *answer = json_loads(kept, 0, NULL);
    assert_non_null(answer);
    ASSERT_OK(fc_kept_pictures_fill(kept_by, FC_STORES_A, answer, &err), err);
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
    const fc_service kept_by = { .store = fc_stores_open() };
    fc_stores_save(kept_by.store, FC_STORES_A);
    FC_AUTO_BUFFER(out, 100);
    ASSERT_OK(fc_buffer_append(&out, "> ", 2, &err), err);
    ASSERT_OK(fc_kept_picture_read(&kept_by, FC_STORES_A, FC_PICTURE_PNG, 1, &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "> png bytes");
    fc_job_store_close(kept_by.store);
}

static void a_picture_of_another_length_than_was_kept_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service kept_by = { .store = fc_stores_open() };
    fc_stores_save(kept_by.store, FC_STORES_A);
    fc_stores_change("UPDATE pictures SET bytes = 10");
    FC_AUTO_BUFFER(out, 100);
    ASSERT_FAILS(FC_IO, fc_kept_picture_read(&kept_by, FC_STORES_A, FC_PICTURE_PNG, 1, &out, &err),
                 err);
    assert_string_equal(err.text, "a portrait has 9 bytes instead of 10");
    fc_job_store_close(kept_by.store);
}

static void pictures_that_are_not_there_or_do_not_fit_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service kept_by = { .store = fc_stores_open() };
    fc_stores_save(kept_by.store, FC_STORES_A);
    FC_AUTO_BUFFER(out, 5);
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_kept_picture_read(&kept_by, FC_STORES_A, FC_PICTURE_WEBP, 1, &out, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_kept_picture_read(&kept_by, FC_STORES_A, FC_PICTURE_PNG, 2, &out, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_kept_picture_read(&kept_by, FC_STORES_A, FC_PICTURE_PNG, 1, &out, &err), err);
    fc_job_store_close(kept_by.store);
}

static void the_pictures_of_one_portrait_come_back(void **state)
{
    (void)state;
    const fc_service kept_by = { .store = fc_stores_open() };
    fc_stores_save(kept_by.store, FC_STORES_A);
    json_t *answer = fill(&kept_by, "{\"success\":true,\"png_base64\":null}");
    assert_filled(answer);
    json_decref(answer);
    fc_job_store_close(kept_by.store);
}

static void the_pictures_of_every_face_come_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service kept_by = { .store = fc_stores_open() };
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_picture pictures[] = { { FC_PICTURE_PNG, 1, fc_stores_bytes("png bytes") },
                                        { FC_PICTURE_JPEG, 2, fc_stores_bytes("123456789") } };
    const fc_job_ending ending = fc_stores_ending(pictures, 2);
    ASSERT_OK(fc_job_store_save(kept_by.store, &job, &ending, &err), err);
    json_t *answer =
        fill(&kept_by, "{\"success\":true,\"portraits\":[{\"success\":true},{\"success\":true}]}");
    const json_t *portraits = json_object_get(answer, "portraits");
    assert_string_equal(fc_requests_string(answer, NULL, "png_base64"), PNG_TEXT);
    assert_string_equal(fc_requests_string(json_array_get(portraits, 0), NULL, "png_base64"),
                        PNG_TEXT);
    assert_string_equal(fc_requests_string(json_array_get(portraits, 1), NULL, "jpg_base64"),
                        JPEG_TEXT);
    json_decref(answer);
    fc_job_store_close(kept_by.store);
}

static void the_pictures_of_a_batch_are_those_of_its_photos(void **state)
{
    (void)state;
    const fc_service kept_by = { .store = fc_stores_open() };
    fc_stores_save(kept_by.store, FC_STORES_B);
    json_t *answer = fill(&kept_by, "{\"results\":[{\"success\":false,\"job_id\":\"" FC_STORES_C
                                    "\"},{\"success\":true,\"job_id\":\"" FC_STORES_B
                                    "\"},{\"success\":true}]}");
    const json_t *results = json_object_get(answer, "results");
    assert_filled(json_array_get(results, 1));
    assert_null(json_object_get(json_array_get(results, 0), "png_base64"));
    assert_null(json_object_get(json_array_get(results, 2), "png_base64")); /* it names no job */
    assert_null(json_object_get(answer, "png_base64"));
    json_decref(answer);
    fc_job_store_close(kept_by.store);
}

static void a_failure_has_no_pictures_to_fill_in(void **state)
{
    (void)state;
    const fc_service kept_by = { .store = fc_stores_open() };
    json_t *answer = fill(&kept_by, "{\"success\":false}");
    assert_int_equal(json_object_size(answer), 1);
    json_decref(answer);
    fc_job_store_close(kept_by.store);
}

static void an_answer_whose_pictures_were_deleted_is_not_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_service kept_by = { .store = fc_stores_open() };
    json_t *answer = json_pack("{s:b}", "success", 1);
    ASSERT_FAILS(FC_NOT_FOUND, fc_kept_pictures_fill(&kept_by, FC_STORES_A, answer, &err), err);
    json_decref(answer);
    fc_job_store_close(kept_by.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLAY_TEST(requests_without_a_key_are_all_worked_on),
        REPLAY_TEST(where_nothing_is_kept_nothing_is_repeated),
        REPLAY_TEST(a_repeated_request_is_told_what_came_of_the_first_one),
        REPLAY_TEST(a_repeated_request_for_a_picture_gets_the_picture),
        REPLAY_TEST(a_photo_without_a_face_is_told_again_in_the_same_way),
        REPLAY_TEST(whoever_prefers_to_ask_later_is_told_where),
        REPLAY_TEST(while_the_first_request_runs_the_next_one_has_to_wait),
        REPLAY_TEST(a_key_cannot_be_used_for_another_request),
        REPLAY_TEST(what_was_deleted_is_worked_on_again),
        REPLAY_TEST(keys_of_no_or_too_many_characters_are_refused),
        REPLAY_TEST(a_job_that_is_not_there_is_not_accepted),
        FC_STORES_TEST(a_picture_is_read_back_behind_what_there_is),
        FC_STORES_TEST(a_picture_of_another_length_than_was_kept_is_refused),
        FC_STORES_TEST(pictures_that_are_not_there_or_do_not_fit_are_refused),
        FC_STORES_TEST(the_pictures_of_one_portrait_come_back),
        FC_STORES_TEST(the_pictures_of_every_face_come_back),
        FC_STORES_TEST(the_pictures_of_a_batch_are_those_of_its_photos),
        FC_STORES_TEST(a_failure_has_no_pictures_to_fill_in),
        FC_STORES_TEST(an_answer_whose_pictures_were_deleted_is_not_found),
    };
    return cmocka_run_group_tests_name("service/replay", tests, NULL, NULL);
}
