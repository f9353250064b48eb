#define _GNU_SOURCE /* environ, pipe2 */
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/fc_test.h"
#include "support/processes.h"

/* What a child ends with: a code, or the signal above 128. 77: no seccomp here. */
static int end_of_child(int (*work)(void))
{
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(work());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* A channel that stays open: descriptor 0 here. */
static fc_confinement confine(int64_t bytes)
{
    static char words[3][8] = { "program", "--key", "secret" };
    static char *argv[] = { words[0], words[1], words[2], NULL };
    fc_confinement confinement = fc_confine_family(argv);
    if (words[1][0] != '\0' || words[2][0] != '\0' || words[0][0] != 'p') {
        confinement.refused = "arguments that are overwritten";
    }
    fc_confine_helper(&confinement, (const int[2]){ 0, 0 }, bytes, 1);
    return confinement;
}

static int everything_is_taken(void)
{
    const fc_confinement confinement = confine(INT64_C(64) << 20);
    return confinement.refused == NULL && confinement.base_bytes > 0 && environ[0] == NULL ? 0 : 77;
}

static int what_is_needed_works(void)
{
    if (confine(INT64_C(64) << 20).refused != NULL) {
        return 77;
    }
    char *block = malloc(32 << 20);
    memset(block, 1, 32 << 20);
    block = realloc(block, 48 << 20);
    free(block);
    struct timespec now;
    const time_t day = 86400;
    struct tm parts;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)gmtime_r(&day, &parts);
    (void)sysconf(_SC_PHYS_PAGES); /* as qsort() does */
    (void)fprintf(stderr, "nobody reads this\n");
    (void)fflush(stderr);
    return block != NULL && getpid() > 0 ? 0 : 1;
}

static int memory_is_limited(void)
{
    if (confine(INT64_C(64) << 20).refused != NULL) {
        return 77;
    }
    return malloc((size_t)65 << 20) == NULL && errno == ENOMEM ? 0 : 1;
}

static int files_cannot_be_opened(void)
{
    return confine(INT64_C(64) << 20).refused != NULL ? 77 : open("/dev/null", O_RDONLY);
}

static int memory_cannot_be_run(void)
{
    if (confine(INT64_C(64) << 20).refused != NULL) {
        return 77;
    }
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int loops(void)
{
    if (confine(INT64_C(64) << 20).refused != NULL) {
        return 77;
    }
    for (volatile int i = 0;; i++) {
    }
}

static int aborts(void)
{
    if (confine(INT64_C(64) << 20).refused != NULL) {
        return 77;
    }
    abort();
}

/* Without a filter: what children inherit. Files are shut where the kernel has Landlock. */
static int family_is_confined(void)
{
    static char name[] = "program";
    char *argv[] = { name, NULL };
    const fc_confinement confinement = fc_confine_family(argv);
    const int file = open("/etc/passwd", O_RDONLY);
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                   (confinement.landlock == 0 || (file == -1 && errno == EACCES))
               ? 0
               : 1;
}

static int others_are_closed(void)
{
    int some[20];
    for (size_t i = 0; i < 20; i++) {
        some[i] = open("/dev/null", O_RDONLY);
    }
    fc_confine_descriptors((const int[2]){ some[3], some[17] });
    const bool kept = fcntl(some[3], F_GETFD) >= 0 && fcntl(some[17], F_GETFD) >= 0;
    const int left = fc_processes_descriptors();
    fc_confine_descriptors((const int[2]){ some[17], some[17] });
    return kept && left == 2 && fc_processes_descriptors() == 1 ? 0 : 1;
}

static void assert_end(int (*work)(void), int expected)
{
    const int end = end_of_child(work);
    if (end == 77) {
        skip();
    }
    assert_int_equal(end, expected);
}

static void a_helper_has_what_it_needs(void **state)
{
    (void)state;
    assert_end(everything_is_taken, 0);
    assert_end(what_is_needed_works, 0);
}

static void a_helper_has_no_more_memory_than_it_may(void **state)
{
    (void)state;
    assert_end(memory_is_limited, 0);
}

static void a_helper_has_no_more_time_than_it_may(void **state)
{
    (void)state;
    assert_end(loops, 128 + SIGXCPU);
}

static void a_helper_that_does_what_it_may_not_ends(void **state)
{
    (void)state;
    assert_end(files_cannot_be_opened, 128 + SIGSYS);
    assert_end(memory_cannot_be_run, 128 + SIGSYS);
    assert_end(aborts, 128 + SIGABRT);
}

static void children_inherit_what_is_taken(void **state)
{
    (void)state;
    assert_end(family_is_confined, 0);
}

static void only_chosen_descriptors_stay(void **state)
{
    (void)state;
    assert_end(others_are_closed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_has_what_it_needs),
        cmocka_unit_test(a_helper_has_no_more_memory_than_it_may),
        cmocka_unit_test(a_helper_has_no_more_time_than_it_may),
        cmocka_unit_test(a_helper_that_does_what_it_may_not_ends),
        cmocka_unit_test(children_inherit_what_is_taken),
        cmocka_unit_test(only_chosen_descriptors_stay),
    };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)tests;
    return 77; /* a sanitizer calls the system for more */
#else
    return cmocka_run_group_tests_name("sandbox/confine", tests, NULL, NULL);
#endif
}
