#include "directory/look.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "image/encode.h"
#include "support/degrade.h"
#include "support/face_warp.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
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

/* ---- a photo that is made worse -------------------------------------------------------------- */

/* An fc_portrait_sink: where the points of the face are. */
static fc_status keep_points(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                             fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    memcpy(context, portrait->landmarks, sizeof portrait->landmarks);
    return FC_OK;
}

static void find_points(fc_bytes file, fc_point points[FC_LANDMARK_COUNT])
{
    fc_error err = { 0 };
    fc_photo *photo = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), err);
    photo->params = fc_params_default();
    photo->outputs = FC_OUTPUT_JPEG;
    ASSERT_OK(fc_engine_process(fc_test_engine, photo, file, NULL, keep_points, points, &err), err);
    fc_photo_clear(photo);
    fc_memory_free(photo);
}

/* Height of a line through points from left to right. */
static double line_at(const fc_point *points, const int *numbers, int count, double x)
{
    int i = 0;
    while (i + 2 < count && points[numbers[i + 1]].x < x) {
        i++;
    }
    const fc_point a = points[numbers[i]];
    const fc_point b = points[numbers[i + 1]];
    return a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y);
}

/* Upper lids come down on the lower ones. */
static void shut_eyes(fc_image *image, const fc_point points[FC_LANDMARK_COUNT])
{
    static const int UPPER[2][4] = { { 36, 37, 38, 39 }, { 42, 43, 44, 45 } };
    static const int LOWER[2][4] = { { 36, 41, 40, 39 }, { 42, 47, 46, 45 } };
    static const int BROWS[2][5] = { { 17, 18, 19, 20, 21 }, { 22, 23, 24, 25, 26 } };
    for (int eye = 0; eye < 2; eye++) {
        const int32_t right = (int32_t)points[UPPER[eye][3]].x;
        for (int32_t x = (int32_t)points[UPPER[eye][0]].x + 1; x < right; x++) {
            const double upper = line_at(points, UPPER[eye], 4, x) - 1;
            const double lower = line_at(points, LOWER[eye], 4, x) + 3;
            fc_face_squeeze(image, x, line_at(points, BROWS[eye], 5, x), upper, lower - 0.5, lower);
        }
    }
}

/* What is found out about the portrait once something has been done to it. */
static void look_at_changed(const fc_look_request *request, bool shut, double blur_px,
                            fc_look *look)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 0);
    FC_AUTO_BUFFER(changed, (size_t)1 << 24);
    fc_point points[FC_LANDMARK_COUNT];
    int32_t quality = 0;
    fc_image *image = fc_photo_read(PORTRAIT);
    ASSERT_OK(fc_file_read(PORTRAIT, (size_t)1 << 24, &file, &err), err);
    find_points(fc_buffer_bytes(&file), points);
    if (shut) {
        shut_eyes(image, points);
    }
    if (blur_px > 0) {
        fc_degrade_blur(image, blur_px);
    }
    ASSERT_OK(fc_encode_jpeg(image, (size_t)1 << 24, &changed, &quality, &err), err);
    *look = (fc_look){ 0 };
    ASSERT_OK(fc_look_at(request, fc_buffer_bytes(&changed), look, &err), err);
    fc_image_free(image);
}

static void closed_eyes_and_blur_need_eyes_unless_nobody_asks(void **state)
{
    (void)state;
    needs_engine();
    static const struct {
        bool shut;
        double blur_px;
        const char *reason;
    } CASES[] = { { false, 0, "" },
                  { true, 0, "the eyes look closed" },
                  { false, 4, "the face is blurred" } };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        for (int checks = 0; checks < 2; checks++) {
            fc_look look;
            fc_look_request request = request_for("ad", checks != 0 ? "graph" : NULL);
            request.params.check = checks != 0;
            look_at_changed(&request, CASES[i].shut, CASES[i].blur_px, &look);
            const bool doubt = checks != 0 && CASES[i].reason[0] != '\0';
            assert_int_equal(look.state, doubt ? FC_LINE_NEEDS_EYES : FC_LINE_READY);
            if (doubt) {
                assert_string_equal(look.reason, CASES[i].reason);
            }
            assert_true(look.jpegs[0].size > 0);
            fc_look_clear(&look);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_alone_and_among_others_is_the_same_picture),
        cmocka_unit_test(faults_of_the_photo_are_states),
        cmocka_unit_test(closed_eyes_and_blur_need_eyes_unless_nobody_asks),
        cmocka_unit_test(what_is_no_fault_of_the_photo_is_an_error),
    };
    return cmocka_run_group_tests_name("directory/look", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
