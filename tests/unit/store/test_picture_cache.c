#define _GNU_SOURCE /* utimensat */
#include "store/picture_cache.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"

#define BLOCK 4096

static fc_picture_cache *open_for(int64_t bytes_max)
{
    fc_error err = { 0 };
    fc_picture_cache *cache = NULL;
    ASSERT_OK(fc_picture_cache_open(fc_stores_folder, bytes_max, &cache, &err), err);
    return cache;
}

static const char *key_of(int number)
{
    static char key[FC_DIGEST_SIZE];
    (void)snprintf(key, sizeof key, "%08x%056x", (unsigned)number * 0x9e3779b9U, (unsigned)number);
    return key;
}

static const char *path_of(const char *name)
{
    static char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, name);
    return path;
}

/* A picture of one block or of two. */
static fc_cached_picture picture_of(int number, size_t bytes)
{
    fc_error err = { 0 };
    fc_cached_picture picture = {
        .stored_s = 1000 + number, .faces = number, .type = "image/webp", .bytes = FC_BUFFER(bytes)
    };
    memset(picture.source, 'a', sizeof picture.source - 1);
    for (size_t i = 0; i < bytes; i++) {
        const uint8_t byte = (uint8_t)(i * 7 + (size_t)number);
        ASSERT_OK(fc_buffer_append(&picture.bytes, &byte, 1, &err), err);
    }
    return picture;
}

static void put(fc_picture_cache *cache, int number, size_t bytes)
{
    fc_error err = { 0 };
    fc_cached_picture picture = picture_of(number, bytes);
    ASSERT_OK(fc_picture_cache_put(cache, key_of(number), &picture, &err), err);
    fc_cached_picture_clear(&picture);
}

static bool has(fc_picture_cache *cache, int number)
{
    fc_error err = { 0 };
    bool found = false;
    fc_cached_picture picture = { 0 };
    ASSERT_OK(fc_picture_cache_get(cache, key_of(number), &picture, &found, &err), err);
    fc_cached_picture_clear(&picture);
    return found;
}

static void what_was_put_is_got(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool found = false;
    fc_picture_cache *cache = open_for(10 * BLOCK);
    fc_cached_picture wanted = picture_of(3, 500);
    fc_cached_picture got = { 0 };
    put(cache, 3, 500);
    ASSERT_OK(fc_picture_cache_get(cache, key_of(3), &got, &found, &err), err);
    assert_true(found);
    assert_int_equal(got.stored_s, 1003);
    assert_int_equal(got.faces, 3);
    assert_string_equal(got.type, "image/webp");
    assert_string_equal(got.source, wanted.source);
    assert_int_equal(got.bytes.size, 500);
    assert_memory_equal(got.bytes.data, wanted.bytes.data, 500);
    assert_false(has(cache, 4));
    const fc_picture_cache_load load = fc_picture_cache_stats(cache);
    assert_int_equal(load.pictures, 1);
    assert_int_equal(load.bytes, BLOCK);
    fc_cached_picture_clear(&wanted);
    fc_cached_picture_clear(&got);
    fc_picture_cache_close(cache);
}

static void the_least_recently_used_makes_room(void **state)
{
    (void)state;
    fc_picture_cache *cache = open_for(3 * BLOCK);
    put(cache, 1, 100);
    put(cache, 2, 100);
    put(cache, 3, 100);
    assert_true(has(cache, 1));
    put(cache, 4, 5000); /* two blocks */
    assert_true(has(cache, 1));
    assert_true(has(cache, 4));
    assert_false(has(cache, 2));
    assert_false(has(cache, 3));
    assert_int_equal(access(path_of(key_of(2)), F_OK), -1);
    put(cache, 5, 4 * BLOCK); /* more than there is: not kept, and nobody goes for it */
    assert_false(has(cache, 5));
    assert_true(has(cache, 4));
    const fc_picture_cache_load load = fc_picture_cache_stats(cache);
    assert_int_equal(load.bytes, 3 * BLOCK);
    assert_int_equal(load.evicted, 2);
    fc_picture_cache_close(cache);
}

static void the_same_key_again_takes_the_place(void **state)
{
    (void)state;
    fc_picture_cache *cache = open_for(3 * BLOCK);
    put(cache, 1, 5000);
    put(cache, 1, 100);
    const fc_picture_cache_load load = fc_picture_cache_stats(cache);
    assert_int_equal(load.pictures, 1);
    assert_int_equal(load.bytes, BLOCK);
    assert_true(has(cache, 1));
    fc_picture_cache_close(cache);
}

/* As if it had been used that long ago. */
static void set_age(int number, long age_s)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec times[2] = { { now.tv_sec - age_s, 0 }, { now.tv_sec - age_s, 0 } };
    assert_int_equal(utimensat(AT_FDCWD, path_of(key_of(number)), times, 0), 0);
}

static void the_next_process_knows_pictures_and_their_order(void **state)
{
    (void)state;
    fc_picture_cache *cache = open_for(10 * BLOCK);
    for (int i = 1; i <= 4; i++) {
        put(cache, i, 100);
    }
    fc_picture_cache_close(cache);
    set_age(1, 10);
    set_age(2, 40);
    set_age(3, 30);
    set_age(4, 20);
    cache = open_for(3 * BLOCK); /* smaller than before: the oldest goes at once */
    assert_int_equal(fc_picture_cache_stats(cache).pictures, 3);
    put(cache, 5, 100);
    assert_false(has(cache, 2));
    assert_false(has(cache, 3));
    assert_true(has(cache, 4));
    assert_true(has(cache, 1));
    fc_picture_cache_close(cache);
}

static void change(int number, size_t at, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 0);
    ASSERT_OK(fc_file_read(path_of(key_of(number)), 100000, &file, &err), err);
    if (at < file.size) {
        file.data[at] ^= 1;
    }
    const fc_bytes bytes = { file.data, size < file.size ? size : file.size };
    ASSERT_OK(fc_file_write(path_of(key_of(number)), bytes, &err), err);
}

static void a_damaged_file_is_not_there_and_goes(void **state)
{
    (void)state;
    fc_picture_cache *cache = open_for(10 * BLOCK);
    for (size_t at = 0; at < 260; at += 5) { /* head and picture */
        put(cache, 1, 100);
        change(1, at, SIZE_MAX);
        assert_false(has(cache, 1));
        assert_int_equal(access(path_of(key_of(1)), F_OK), -1);
    }
    for (size_t size = 1; size < 260; size += 29) {
        put(cache, 1, 100);
        change(1, SIZE_MAX, size);
        assert_false(has(cache, 1));
    }
    put(cache, 1, 100);
    assert_int_equal(unlink(path_of(key_of(1))), 0);
    assert_false(has(cache, 1));
    assert_int_equal(fc_picture_cache_stats(cache).bytes, 0);
    fc_picture_cache_close(cache);
}

static void files_of_others_stay_and_what_was_left_behind_goes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const OLD = ".facecraft-1-1.part";
    static const char *const NEW = ".facecraft-2-2.part";
    fc_picture_cache_close(open_for(BLOCK));
    fc_stores_put("notes.txt");
    fc_stores_put(OLD);
    fc_stores_put(NEW);
    assert_int_equal(mkdir(path_of(key_of(9)), 0700), 0);
    const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
    assert_int_equal(utimensat(AT_FDCWD, path_of(OLD), times, 0), 0);
    fc_picture_cache *cache = open_for(BLOCK);
    assert_int_equal(fc_picture_cache_stats(cache).pictures, 0);
    assert_true(fc_stores_has("notes.txt"));
    assert_true(fc_stores_has(NEW));
    assert_false(fc_stores_has(OLD));
    fc_cached_picture picture = picture_of(9, 10);
    ASSERT_FAILS(FC_IO, fc_picture_cache_put(cache, key_of(9), &picture, &err), err);
    assert_int_equal(fc_picture_cache_stats(cache).bytes, 0);
    fc_cached_picture_clear(&picture);
    fc_picture_cache_close(cache);
}

static void a_folder_that_cannot_be_used_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_picture_cache *none = NULL;
    ASSERT_FAILS(FC_IO, fc_picture_cache_open("", 1, &none, &err), err);
    ASSERT_FAILS(FC_IO, fc_picture_cache_open("/dev/null/images", 1, &none, &err), err);
    char name[5000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ASSERT_FAILS(FC_IO, fc_picture_cache_open(name, 1, &none, &err), err);
    assert_null(none);
    fc_picture_cache_close(NULL);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool found = false;
    fc_picture_cache *cache = NULL;
    fc_cached_picture picture = picture_of(1, 100);
    fc_cached_picture got = { 0 };
    SWEEP_ALLOCATIONS(fc_picture_cache_open(fc_stores_folder, BLOCK, &cache, &err), cache == NULL);
    SWEEP_ALLOCATIONS(fc_picture_cache_put(cache, key_of(1), &picture, &err),
                      fc_picture_cache_stats(cache).pictures == 0);
    SWEEP_ALLOCATIONS(fc_picture_cache_get(cache, key_of(1), &got, &found, &err),
                      got.bytes.data == NULL);
    assert_true(found);
    fc_cached_picture_clear(&got);
    fc_picture_cache_close(cache);
    cache = NULL;
    SWEEP_ALLOCATIONS(fc_picture_cache_open(fc_stores_folder, BLOCK, &cache, &err), cache == NULL);
    assert_true(has(cache, 1));
    fc_cached_picture_clear(&picture);
    fc_picture_cache_close(cache);
}

#define THREADS 4

static void *use(void *context)
{
    fc_picture_cache *cache = context;
    fc_error err = { 0 };
    for (int i = 0; i < 60; i++) {
        char key[FC_DIGEST_SIZE];
        bool found = false;
        fc_cached_picture got = { 0 };
        const int number = i % 7;
        (void)snprintf(key, sizeof key, "%064x", (unsigned)number);
        ASSERT_OK(fc_picture_cache_get(cache, key, &got, &found, &err), err);
        if (found) {
            assert_int_equal(got.faces, number);
        } else {
            got = picture_of(number, 100);
            ASSERT_OK(fc_picture_cache_put(cache, key, &got, &err), err);
        }
        fc_cached_picture_clear(&got);
    }
    return NULL;
}

static void many_may_use_it_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    fc_picture_cache *cache = open_for(4 * BLOCK); /* too small for all */
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, use, cache), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_true(fc_picture_cache_stats(cache).bytes <= 4 * BLOCK);
    fc_picture_cache_close(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_was_put_is_got),
        FC_STORES_TEST(the_least_recently_used_makes_room),
        FC_STORES_TEST(the_same_key_again_takes_the_place),
        FC_STORES_TEST(the_next_process_knows_pictures_and_their_order),
        FC_STORES_TEST(a_damaged_file_is_not_there_and_goes),
        FC_STORES_TEST(files_of_others_stay_and_what_was_left_behind_goes),
        FC_STORES_TEST(a_folder_that_cannot_be_used_is_refused),
        FC_STORES_TEST(memory_may_end_anywhere),
        FC_STORES_TEST(many_may_use_it_at_once),
    };
    return cmocka_run_group_tests_name("store/picture_cache", tests, NULL, NULL);
}
