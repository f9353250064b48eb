#define _GNU_SOURCE /* mkdtemp, pipe2 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_test.h"

static char folder[] = "/tmp/facecraft-test-XXXXXX";
static char path[256];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder); /* fails when a temporary file was left behind */
}

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *list = opendir(folder);
    assert_non_null(list);
    while (readdir(list) != NULL) {
        count++;
    }
    (void)closedir(list);
    return count - 2; /* . and .. */
}

static void what_is_written_is_read_and_mapped(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, bytes_of("first"), &err), err);
    ASSERT_OK(fc_file_write(path, bytes_of("second"), &err), err);
    assert_int_equal(count_files(), 1);

    fc_buffer content = FC_BUFFER(0);
    ASSERT_OK(fc_file_read(path, 6, &content, &err), err);
    assert_string_equal(fc_buffer_text(&content), "second");
    fc_buffer_clear(&content);

    FC_AUTO(fc_mapping) mapping = NULL;
    ASSERT_OK(fc_mapping_new(path, 6, &mapping, &err), err);
    assert_int_equal(mapping->bytes.size, 6);
    assert_memory_equal(mapping->bytes.data, "second", 6);
}

static void a_large_file_comes_back_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const size_t size = 200001;
    FC_AUTO(fc_octets) data = NULL;
    ASSERT_OK(fc_memory_new(size, 1, (void **)&data, &err), err);
    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)(i * 31 >> 3);
    }
    ASSERT_OK(fc_file_write(path, (fc_bytes){ data, size }, &err), err);
    fc_buffer content = FC_BUFFER(0);
    ASSERT_OK(fc_file_read(path, size, &content, &err), err);
    assert_int_equal(content.size, size);
    assert_memory_equal(content.data, data, size);
    fc_buffer_clear(&content);
}

static void the_rest_of_an_open_file_is_appended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, bytes_of("0123456789"), &err), err);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(descriptor, 4, SEEK_SET), 4);
    FC_AUTO_BUFFER(text, 8);
    ASSERT_OK(fc_buffer_append(&text, "a:", 2, &err), err);
    ASSERT_OK(fc_file_read_rest(descriptor, &text, &err), err);
    assert_string_equal(fc_buffer_text(&text), "a:456789");
    ASSERT_OK(fc_file_read_rest(descriptor, &text, &err), err); /* nothing is left */
    assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_file_read_rest(descriptor, &text, &err), err);
    (void)close(descriptor);
    const int place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_FAILS(FC_IO, fc_file_read_rest(place, &text, &err), err);
    assert_string_equal(err.text, "Is a directory");
    (void)close(place);
}

static void one_byte_too_many_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, bytes_of("12345"), &err), err);
    fc_buffer content = FC_BUFFER(0);
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_file_read(path, 4, &content, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_mapping_new(path, 4, &mapping, &err), err);
    /* A file that does not tell its size is cut off while reading. */
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_file_read("/dev/zero", 100000, &content, &err), err);
    assert_null(content.data);
    assert_null(mapping);
}

static void an_empty_file_can_be_read_but_not_mapped(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, bytes_of(""), &err), err);
    fc_buffer content = FC_BUFFER(0);
    fc_mapping *mapping = NULL;
    ASSERT_OK(fc_file_read(path, 4, &content, &err), err);
    assert_int_equal(content.size, 0);
    fc_buffer_clear(&content);
    ASSERT_FAILS(FC_IO, fc_mapping_new(path, 4, &mapping, &err), err);
}

static void what_is_no_file_is_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer content = FC_BUFFER(0);
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_IO, fc_file_read("no/such/file", 9, &content, &err), err);
    assert_non_null(strstr(err.text, "no/such/file"));
    ASSERT_FAILS(FC_IO, fc_file_read(folder, 9, &content, &err), err);
    ASSERT_FAILS(FC_IO, fc_mapping_new("no/such/file", 9, &mapping, &err), err);
    ASSERT_FAILS(FC_IO, fc_mapping_new(folder, 9, &mapping, &err), err);
    ASSERT_FAILS(FC_IO, fc_mapping_new("/dev/zero", 9, &mapping, &err), err);
}

static void a_file_that_cannot_be_written_leaves_nothing_behind(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char target[300];
    (void)snprintf(target, sizeof target, "%s/sub", folder);
    assert_int_equal(mkdir(target, 0777), 0);
    ASSERT_FAILS(FC_IO, fc_file_write(target, bytes_of("x"), &err), err);
    assert_int_equal(rmdir(target), 0);
    ASSERT_FAILS(FC_IO, fc_file_write("no/such/folder/file", bytes_of("x"), &err), err);
    char name[5000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ASSERT_FAILS(FC_IO, fc_file_write(name, bytes_of("x"), &err), err);
    ASSERT_FAILS(FC_STORAGE_FULL, fc_file_write("/dev/full", bytes_of("x"), &err), err);
}

/* ext4 and most others take 255 bytes: no room for anything behind them. */
static void the_longest_name_can_be_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char target[600];
    (void)unlink(path);
    for (int length = 220; length <= 255; length++) {
        (void)snprintf(target, sizeof target, "%s/%0*d", folder, length, 1);
        ASSERT_OK(fc_file_write(target, bytes_of("whole"), &err), err);
        assert_int_equal(count_files(), 1);
        assert_int_equal(unlink(target), 0);
    }
    (void)snprintf(target, sizeof target, "%s/%0*d", folder, 256, 1);
    ASSERT_FAILS(FC_IO, fc_file_write(target, bytes_of("x"), &err), err);
    assert_non_null(strstr(err.text, ": File name too long"));
    assert_int_equal(count_files(), 0);
}

/* The reason comes after the path, and has to be there. */
static void a_long_path_leaves_room_for_the_reason(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char target[4000];
    memset(target, 'd', sizeof target);
    for (size_t i = 100; i < sizeof target; i += 100) {
        target[i] = '/';
    }
    memcpy(target + sizeof target - 11, "/photo.jpg", 11);
    fc_buffer content = FC_BUFFER(0);
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_IO, fc_file_read(target, 9, &content, &err), err);
    assert_non_null(strstr(err.text, "/photo.jpg: No such file or directory"));
    ASSERT_FAILS(FC_IO, fc_mapping_new(target, 9, &mapping, &err), err);
    assert_non_null(strstr(err.text, "/photo.jpg: No such file or directory"));
    ASSERT_FAILS(FC_IO, fc_file_write(target, bytes_of("x"), &err), err);
    assert_non_null(strstr(err.text, "/photo.jpg: No such file or directory"));
}

static void temporary_names_are_known(void **state)
{
    (void)state;
    assert_true(fc_file_is_temporary(".facecraft-0123456789abcdef0123456789abcdef.part"));
    assert_true(fc_file_is_temporary(".facecraft-1234-5.part")); /* of the version before */
    assert_false(fc_file_is_temporary(".facecraft-1234-5.parts"));
    assert_false(fc_file_is_temporary(".facecraft-holiday.part"));
    assert_false(fc_file_is_temporary("photo.png"));
    assert_false(fc_file_is_temporary(""));
}

/* A rename would put a plain file in the place of the device. */
static void a_device_is_written_to_and_stays_a_device(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write("/dev/null", bytes_of("gone"), &err), err);
    struct stat facts = { 0 };
    assert_int_equal(stat("/dev/null", &facts), 0);
    assert_true(S_ISCHR(facts.st_mode));
}

/* What a shell makes of <(command): the writer may not have begun when the reader has. */
static void a_pipe_is_waited_for(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int ends[2] = { -1, -1 };
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)usleep(50000);
        _exit(write(ends[1], "late", 4) == 4 ? 0 : 1);
    }
    (void)close(ends[1]);
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
    fc_buffer content = FC_BUFFER(0);
    ASSERT_OK(fc_file_read(name, 10, &content, &err), err);
    assert_string_equal(fc_buffer_text(&content), "late");
    fc_buffer_clear(&content);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, bytes_of("12345"), &err), err);
    fc_buffer content = FC_BUFFER(0);
    SWEEP_ALLOCATIONS(fc_file_read(path, 9, &content, &err), content.data == NULL);
    fc_buffer_clear(&content);
    FC_AUTO(fc_mapping) mapping = NULL;
    SWEEP_ALLOCATIONS(fc_mapping_new(path, 9, &mapping, &err), mapping == NULL);
}

/* Memory that was given back must come from the file again, also the last, broken page. */
static void dropped_memory_can_be_read_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer content = FC_BUFFER(100000);
    for (int i = 0; i < 20000; i++) {
        ASSERT_OK(fc_buffer_print(&content, &err, "%04d", i % 10000), err);
    }
    ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&content), &err), err);
    FC_AUTO(fc_mapping) mapping = NULL;
    ASSERT_OK(fc_mapping_new(path, 100000, &mapping, &err), err);
    const size_t counts[] = { 0, 1, 5000, 79999, content.size };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        fc_mapping_drop(mapping, counts[i]);
        assert_memory_equal(mapping->bytes.data, content.data, content.size);
    }
    fc_buffer_clear(&content);
}

static void a_private_file_is_written_into_an_open_folder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    struct stat facts = { 0 };
    char inside[sizeof folder + 16];
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(opened >= 0);
    const size_t before = count_files();
    ASSERT_OK(fc_file_write_in(opened, "private", bytes_of("first"), &err), err);
    ASSERT_OK(fc_file_write_in(opened, "private", bytes_of("second"), &err), err);
    assert_int_equal(count_files(), before + 1);
    (void)snprintf(inside, sizeof inside, "%s/private", folder);
    assert_int_equal(stat(inside, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(facts.st_size, 6);
    assert_int_equal(unlink(inside), 0);
    assert_int_equal(close(opened), 0);
    ASSERT_FAILS(FC_IO, fc_file_write_in(-1, "private", bytes_of("x"), &err), err);
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ASSERT_FAILS(FC_IO, fc_file_write_in(-1, name, bytes_of("x"), &err), err);
}

static void room_is_taken_and_given_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(opened >= 0);
    const size_t before = count_files();
    ASSERT_OK(fc_file_room_in(opened, 1 << 20, &err), err);
    assert_int_equal(count_files(), before);
    assert_int_equal(close(opened), 0);
    const int none = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(none >= 0);
    ASSERT_FAILS(FC_IO, fc_file_room_in(none, 1, &err), err);
    assert_int_equal(close(none), 0);
}

static void what_a_killed_writer_left_is_in_nobodys_way(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(opened >= 0);
    const size_t before = count_files();
    const int half = openat(opened, "mine.part", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(half, "a longer half", 13), 13);
    ASSERT_OK(fc_file_write_by(opened, "mine.part", "mine", bytes_of("whole"), &err), err);
    assert_int_equal(count_files(), before + 1);
    struct stat facts = { 0 };
    assert_int_equal(fstatat(opened, "mine", &facts, 0), 0);
    assert_int_equal(facts.st_size, 5);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(close(half), 0);
    fc_folder_sync(opened);
    assert_int_equal(unlinkat(opened, "mine", 0), 0);
    assert_int_equal(close(opened), 0);
    fc_folder_sync(-1); /* what cannot be synced is nobody's failure */
    ASSERT_FAILS(FC_IO, fc_file_write_by(-1, "a.part", "a", bytes_of("x"), &err), err);
    assert_string_equal(err.text, strerror(EBADF));
}

static void folders_above_a_file_are_made(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char place[64];
    char inside[80];
    char longest[PATH_MAX + 1];
    struct stat facts = { 0 };
    (void)snprintf(place, sizeof place, "%s/a", folder);
    (void)snprintf(inside, sizeof inside, "%s//b/file", place);
    ASSERT_OK(fc_folder_make_above(inside, 0700, &err), err);
    ASSERT_OK(fc_folder_make_above(inside, 0777, &err), err);
    assert_int_equal(stat(inside, &facts), -1);
    *strrchr(inside, '/') = '\0';
    assert_int_equal(stat(inside, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(rmdir(inside), 0);
    assert_int_equal(rmdir(place), 0);
    ASSERT_OK(fc_folder_make_above("file", 0700, &err), err);
    ASSERT_OK(fc_folder_make_above("/tmp/x.png", 0700, &err), err);
    ASSERT_FAILS(FC_IO, fc_folder_make_above("/proc/none/x.png", 0777, &err), err);
    memset(longest, 'x', sizeof longest);
    longest[PATH_MAX] = '\0';
    ASSERT_FAILS(FC_IO, fc_folder_make_above(longest, 0777, &err), err);
}

static void a_folder_is_made_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char place[64];
    struct stat facts = { 0 };
    (void)snprintf(place, sizeof place, "%s/new", folder);
    ASSERT_OK(fc_folder_make(place, 0700, &err), err);
    ASSERT_OK(fc_folder_make(place, 0777, &err), err);
    assert_int_equal(stat(place, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(rmdir(place), 0);
    ASSERT_OK(fc_file_write(place, (fc_bytes){ (const uint8_t *)"x", 1 }, &err), err);
    ASSERT_FAILS(FC_IO, fc_folder_make(place, 0700, &err), err);
    assert_non_null(strstr(err.text, "not a folder"));
    (void)unlink(place);
    ASSERT_FAILS(FC_IO, fc_folder_make("/nowhere/new", 0700, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_and_mapped),
        cmocka_unit_test(a_large_file_comes_back_whole),
        cmocka_unit_test(the_rest_of_an_open_file_is_appended),
        cmocka_unit_test(one_byte_too_many_is_refused),
        cmocka_unit_test(an_empty_file_can_be_read_but_not_mapped),
        cmocka_unit_test(what_is_no_file_is_refused_by_name),
        cmocka_unit_test(a_file_that_cannot_be_written_leaves_nothing_behind),
        cmocka_unit_test(the_longest_name_can_be_written),
        cmocka_unit_test(a_long_path_leaves_room_for_the_reason),
        cmocka_unit_test(temporary_names_are_known),
        cmocka_unit_test(a_device_is_written_to_and_stays_a_device),
        cmocka_unit_test(a_pipe_is_waited_for),
        cmocka_unit_test(reading_survives_every_allocation_failure),
        cmocka_unit_test(dropped_memory_can_be_read_again),
        cmocka_unit_test(a_private_file_is_written_into_an_open_folder),
        cmocka_unit_test(room_is_taken_and_given_back),
        cmocka_unit_test(what_a_killed_writer_left_is_in_nobodys_way),
        cmocka_unit_test(a_folder_is_made_once),
        cmocka_unit_test(folders_above_a_file_are_made),
    };
    return cmocka_run_group_tests_name("base/file", tests, make_folder, remove_folder);
}
