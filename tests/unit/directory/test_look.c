#include "directory/look.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

static int64_t taken;

static fc_status take(void *context, int64_t bytes, fc_error *err)
{
    (void)context;
    (void)err;
    taken += bytes;
    return FC_OK;
}

static void give_back(void *context, int64_t bytes)
{
    (void)context;
    taken -= bytes;
}

static fc_look_request request_for(const char *first, const char *second)
{
    fc_error err = { 0 };
    fc_look_request request = { .engine = fc_test_engine,
                                .params = fc_params_default(),
                                .admission = { take, give_back, NULL } };
    request.params.enhance_photo = FC_ENHANCE_OFF;
    ASSERT_OK(fc_profile_find(NULL, first, &request.profiles[0], &err), err);
    request.profile_count = 1;
    if (second != NULL) {
        ASSERT_OK(fc_profile_find(NULL, second, &request.profiles[1], &err), err);
        request.profile_count = 2;
    }
    return request;
}

static void look_at(const fc_look_request *request, const char *path, size_t cut, fc_look *look)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 0);
    ASSERT_OK(fc_file_read(path, (size_t)1 << 24, &file, &err), err);
    file.size -= cut;
    *look = (fc_look){ 0 };
    ASSERT_OK(fc_look_at(request, fc_buffer_bytes(&file), look, &err), err);
    assert_int_equal(taken, 0);
}

static void needs_engine(void)
{
    if (fc_test_engine == NULL) {
        skip();
    }
}

#define PORTRAIT "tests/data/official_portrait.jpg"

static void a_profile_alone_and_among_others_is_the_same_picture(void **state)
{
    (void)state;
    needs_engine();
    fc_look alone;
    fc_look both;
    const fc_look_request one = request_for("ad", NULL);
    const fc_look_request two = request_for("badge", "ad");
    look_at(&one, PORTRAIT, 0, &alone);
    look_at(&two, PORTRAIT, 0, &both);
    assert_int_equal(alone.state, FC_LINE_READY);
    assert_int_equal(alone.sizes[0].width, 96);
    assert_string_equal(alone.reason, "");
    assert_int_equal(both.state, FC_LINE_READY);
    assert_ptr_equal(strstr(both.reason, "smaller_than_asked"), both.reason);
    assert_true(both.sizes[0].width < 600 && both.jpegs[0].size > 0);
    assert_int_equal(both.jpegs[1].size, alone.jpegs[0].size);
    assert_memory_equal(both.jpegs[1].data, alone.jpegs[0].data, alone.jpegs[0].size);
    assert_true(alone.jpegs[0].size <= 10000);
    assert_true(alone.thumb.size > 0 && both.thumb.size == alone.thumb.size);
    fc_look_clear(&alone);
    fc_look_clear(&both);
}

static void faults_of_the_photo_are_states(void **state)
{
    (void)state;
    needs_engine();
    fc_look look;
    const fc_look_request request = request_for("ad", "ad-large");
    look_at(&request, "tests/data/image/alpha.png", 0, &look);
    assert_int_equal(look.state, FC_LINE_NO_FACE);
    assert_int_equal(look.jpegs[0].size, 0);
    fc_look_clear(&look);
    look_at(&request, PORTRAIT, 200000, &look);
    assert_int_equal(look.state, FC_LINE_UNREADABLE);
    assert_string_not_equal(look.reason, "");
    fc_look_clear(&look);
}

static void what_is_no_fault_of_the_photo_is_an_error(void **state)
{
    (void)state;
    needs_engine();
    fc_error err = { 0 };
    fc_look look = { 0 };
    fc_cancel cancel = { 0 };
    FC_AUTO_BUFFER(file, 0);
    fc_look_request request = request_for("ad", NULL);
    atomic_store(&cancel.requested, true);
    request.cancel = &cancel;
    ASSERT_OK(fc_file_read(PORTRAIT, (size_t)1 << 24, &file, &err), err);
    ASSERT_FAILS(FC_CANCELLED, fc_look_at(&request, fc_buffer_bytes(&file), &look, &err), err);
    assert_int_equal(taken, 0);
    fc_look_clear(&look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_alone_and_among_others_is_the_same_picture),
        cmocka_unit_test(faults_of_the_photo_are_states),
        cmocka_unit_test(what_is_no_fault_of_the_photo_is_an_error),
    };
    return cmocka_run_group_tests_name("directory/look", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
