/* What is released and loaded again while others run it, or ask for it. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "infer/session.h"
#include "support/fc_test.h"

#define OUTSIDE "tests/data/onnx/weights_outside.onnx"

static void run_once(fc_session *session)
{
    fc_error err = { 0 };
    float x[2] = { 1, 2 };
    float y[2] = { 0 };
    const fc_tensor in = { .data = x, .shape = { 1, 2 }, .rank = 2 };
    const fc_tensor out = { .data = y, .shape = { 1, 2 }, .rank = 2 };
    ASSERT_OK(fc_session_run(session, &in, 1, &out, 1, &err), err);
    assert_float_equal(y[0], 11.0F, 1e-6F);
    assert_float_equal(y[1], 24.0F, 1e-6F);
}

/* A copy of the small model, in a folder of its own. */
static void copy_model(char folder[24], char path[64])
{
    fc_error err = { 0 };
    (void)snprintf(folder, 24, "/tmp/fc_runtime_XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, 64, "%s/m.onnx", folder);
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/sum_and_product.onnx", 1 << 20, &model, &err), err);
    ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&model), &err), err);
}

static void *warm(void *session)
{
    fc_error err = { 0 };
    return fc_session_warm(session, &err) == FC_OK ? session : NULL;
}

typedef struct question {
    fc_runtime *runtime;
    fc_session *session;
    atomic_bool answered;
} question;

static void *ask_what_is_loaded(void *context)
{
    question *self = context;
    const char *names[2];
    assert_false(fc_session_loaded(self->session));
    assert_int_equal(fc_runtime_unloaded(self->runtime, names, 2), 1);
    assert_int_equal(fc_runtime_release_idle(self->runtime, 0), 0);
    atomic_store(&self->answered, true);
    return NULL;
}

/* A pipe in the place of the model: whoever loads it waits until somebody writes. */
static void nobody_who_asks_waits_for_a_network_that_is_loaded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[24];
    char path[64];
    copy_model(folder, path);
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", path, &session, &err), err);
    assert_int_equal(fc_runtime_release_idle(runtime, 0), 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    pthread_t loader;
    pthread_t asker;
    question self = { .runtime = runtime, .session = session };
    assert_int_equal(pthread_create(&loader, NULL, warm, session), 0);
    int writer = -1;
    while (writer < 0) { /* there is no reader before the loader has come so far */
        writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    }
    assert_int_equal(pthread_create(&asker, NULL, ask_what_is_loaded, &self), 0);
    const struct timespec pause = { .tv_nsec = 10000000 };
    for (int i = 0; i < 6000 && !atomic_load(&self.answered); i++) {
        (void)nanosleep(&pause, NULL);
    }
    const bool answered = atomic_load(&self.answered);
    assert_int_equal(close(writer), 0);
    void *loaded = NULL;
    assert_int_equal(pthread_join(loader, &loaded), 0);
    assert_int_equal(pthread_join(asker, NULL), 0);
    assert_true(answered);
    assert_null(loaded); /* the pipe held no model */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

enum { RUNNERS = 6, RUNS = 40 };

static void *keep_running(void *session)
{
    for (int i = 0; i < RUNS; i++) {
        run_once(session);
    }
    return NULL;
}

static void networks_that_are_released_meanwhile_are_there_for_every_run(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", OUTSIDE, &session, &err), err);
    pthread_t runners[RUNNERS];
    for (int i = 0; i < RUNNERS; i++) {
        assert_int_equal(pthread_create(&runners[i], NULL, keep_running, session), 0);
    }
    int32_t released = 0;
    for (int i = 0; i < 200; i++) {
        released += fc_runtime_release_idle(runtime, 0);
    }
    for (int i = 0; i < RUNNERS; i++) {
        assert_int_equal(pthread_join(runners[i], NULL), 0);
    }
    released += fc_runtime_release_idle(runtime, 0);
    assert_true(released > 0);
    run_once(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_who_asks_waits_for_a_network_that_is_loaded),
        cmocka_unit_test(networks_that_are_released_meanwhile_are_there_for_every_run),
    };
    return cmocka_run_group_tests_name("infer/session_release", tests, NULL, NULL);
}
