#include "store/blobs.h"

#include "support/fc_test.h"

/* An engine that has nothing and takes nothing. */
static fc_status refuse(fc_error *err)
{
    return fc_fail(err, FC_IO, "no");
}

static fc_status put(fc_blobs *blobs, const char *name, fc_bytes bytes, fc_error *err)
{
    (void)blobs, (void)name, (void)bytes;
    return refuse(err);
}

static int settled;

static void settle(fc_blobs *blobs)
{
    (void)blobs;
    settled++;
}

static fc_status open_none(fc_blobs *blobs, const char *name, int *descriptor, fc_error *err)
{
    (void)blobs, (void)name, (void)descriptor;
    return refuse(err);
}

static fc_status size_of(fc_blobs *blobs, const char *name, int64_t *bytes, fc_error *err)
{
    (void)blobs, (void)name, (void)bytes;
    return refuse(err);
}

static fc_status remove_none(fc_blobs *blobs, const char *name, fc_error *err)
{
    (void)blobs, (void)name;
    return refuse(err);
}

static fc_status probe(fc_blobs *blobs, size_t bytes, fc_error *err)
{
    (void)blobs, (void)bytes;
    return refuse(err);
}

static int closed;

static void close_none(fc_blobs *blobs)
{
    (void)blobs;
    closed++;
}

static void what_an_engine_refuses_is_refused(void **state)
{
    (void)state;
    static const fc_blob_engine ENGINE = { "none",    close_none, put,         settle,
                                           open_none, size_of,    remove_none, probe };
    fc_blobs blobs = { &ENGINE };
    fc_error err = { 0 };
    int descriptor = -1;
    int64_t size = 0;
    FC_AUTO_BUFFER(all, 0);
    ASSERT_FAILS(FC_IO, fc_blobs_put(&blobs, "a", (fc_bytes){ 0 }, &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_open(&blobs, "a", &descriptor, &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_read(&blobs, "a", 1, &all, &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_size(&blobs, "a", &size, &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_remove(&blobs, "a", &err), err);
    ASSERT_FAILS(FC_IO, fc_blobs_probe(&blobs, 1, &err), err);
    fc_blobs_settle(&blobs);
    assert_int_equal(settled, 1);
    fc_blobs_close(&blobs);
    fc_blobs_close(NULL);
    assert_int_equal(closed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_an_engine_refuses_is_refused) };
    return cmocka_run_group_tests_name("store/blobs", tests, NULL, NULL);
}
