#define _GNU_SOURCE /* syscall */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/packet.h"
#include "support/fc_test.h"
#include "support/processes.h"

#define SECRET "FC_TEST_SECRET=abracadabra"

static const fc_sandbox_settings SETTINGS = { .idle = 1, .cpu_s = 5 };

/* Answers each packet with its kind, and tells whether the environment of the service is there. */
static void echo(int channel, uint8_t *window)
{
    int files[FC_PACKET_DESCRIPTORS_MAX];
    uint32_t packet[2] = { 0, 0 };
    while (fc_packet_await(channel, packet, sizeof packet, files) > 0) {
        window[0] = (uint8_t)packet[0];
        packet[1] = getenv("FC_TEST_SECRET") != NULL;
        (void)fc_packet_send(channel, packet, sizeof packet, NULL, 0);
    }
}

static fc_status call_echo(fc_helper *helper, uint32_t packet[2], fc_error *err)
{
    const size_t size = 2 * sizeof packet[0];
    fc_helper_expect(helper, 20000);
    FC_TRY(fc_helper_send(helper, packet, size, (fc_bytes){ 0 }, err));
    return fc_helper_receive(helper, packet, size, err);
}

static void assert_echo(fc_helper *helper)
{
    fc_error err = { 0 };
    uint32_t packet[2] = { 77, 1 };
    ASSERT_OK(call_echo(helper, packet, &err), err);
    assert_int_equal(packet[0], 77);
    assert_int_equal(packet[1], 0); /* no environment */
    assert_int_equal(fc_helper_window(helper)[0], 77);
}

static void assert_a_helper_works(void)
{
    fc_error err = { 0 };
    FC_AUTO(fc_helper) helper = NULL;
    ASSERT_OK(fc_helper_new(&helper, &err), err);
    assert_echo(helper);
}

/* One that was ready may be dead, which is seen when it is asked; then there is another one. */
static void assert_the_first_or_second_works(void)
{
    for (int i = 0; i < 2; i++) {
        fc_error err = { 0 };
        uint32_t packet[2] = { 77, 1 };
        FC_AUTO(fc_helper) helper = NULL;
        ASSERT_OK(fc_helper_new(&helper, &err), err);
        if (call_echo(helper, packet, &err) == FC_OK) {
            return;
        }
        assert_true(i == 0 && fc_helper_is_lost(helper));
    }
}

static void it_says_what_it_takes_away(void **state)
{
    (void)state;
    const fc_sandbox_report report = fc_sandbox_look();
    assert_true(report.is_on);
    assert_true(fc_sandbox_lives());
    assert_ptr_equal(strstr(report.text, "seccomp, "), report.text);
    assert_true((report.landlock > 0) == (strstr(report.text, "no Landlock") == NULL));
    assert_true(report.started > 0);
    assert_a_helper_works();
}

static void several_helpers_work_beside_each_other(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_helper *helpers[8] = { NULL };
    for (size_t i = 0; i < 8; i++) {
        ASSERT_OK(fc_helper_new(&helpers[i], &err), err);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_echo(helpers[7 - i]);
    }
    for (size_t i = 0; i < 8; i++) {
        fc_helper_free(helpers[i]);
    }
    fc_processes_await("fc-decoder", 1); /* the one that is kept ready */
}

/* As `kill -9` does, or a system without memory. */
static void a_killed_helper_is_lost_and_the_next_one_works(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_helper) helper = NULL;
    ASSERT_OK(fc_helper_new(&helper, &err), err);
    assert_echo(helper);
    const uint64_t before = fc_sandbox_look().ended[FC_SANDBOX_LOST];
    for (pid_t pid = fc_processes_find("fc-decoder"); pid > 0;
         pid = fc_processes_find("fc-decoder")) {
        (void)kill(pid, SIGKILL);
    }
    uint32_t packet[2] = { 1, 1 };
    assert_false(fc_helper_is_lost(helper));
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_helper_receive(helper, packet, sizeof packet, &err), err);
    assert_true(fc_helper_is_lost(helper));
    assert_int_equal(fc_sandbox_look().ended[FC_SANDBOX_LOST], before + 1);
    assert_the_first_or_second_works(); /* though the one that was kept ready is dead as well */
}

static void a_killed_forker_is_made_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        fc_processes_await("fc-forker", 1);
        const pid_t forker = fc_processes_find("fc-forker");
        assert_true(forker > 0);
        assert_int_equal(kill(forker, SIGKILL), 0);
        assert_the_first_or_second_works();
        fc_processes_await_end(forker); /* or it is taken for the new one */
        assert_true(fc_sandbox_lives());
    }
    fc_processes_await("fc-forker", 1);
    fc_processes_await("fc-decoder", 1);
}

static void ends_of_the_service_do_not_end_helpers(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_helper) helper = NULL;
    ASSERT_OK(fc_helper_new(&helper, &err), err);
    static const char *const NAMES[] = { "fc-keeper", "fc-forker", "fc-decoder" };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(kill(fc_processes_find(NAMES[i]), SIGTERM), 0);
        assert_int_equal(kill(fc_processes_find(NAMES[i]), SIGINT), 0);
    }
    assert_echo(helper);
}

/* ---- beginnings and ends, each in a process of its own --------------------------------------- */

static int run_alone(int (*work)(void))
{
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        fc_sandbox_stop(); /* the one of the other tests; it goes on */
        _exit(work());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void prepare(void)
{
    static char name[] = "test";
    char *argv[] = { name, NULL };
    fc_sandbox_prepare(argv, echo);
}

static int stop_leaves_nothing(void)
{
    const int descriptors = fc_processes_descriptors();
    fc_error err = { 0 };
    prepare();
    if (fc_sandbox_start(&SETTINGS, &err) != FC_OK) {
        return 1;
    }
    fc_helper *helper = NULL;
    if (fc_helper_new(&helper, &err) != FC_OK) {
        return 2;
    }
    fc_helper_free(helper);
    fc_sandbox_stop();
    if (fc_sandbox_is_on() || fc_processes_descriptors() != descriptors) {
        return 3;
    }
    return fc_processes_count("fc-keeper") + fc_processes_count("fc-forker");
}

static int closed_ends_with_a_helper(void)
{
    const int descriptors = fc_processes_descriptors();
    fc_error err = { 0 };
    prepare();
    fc_helper *helper = NULL;
    if (fc_sandbox_start(&SETTINGS, &err) != FC_OK || fc_helper_new(&helper, &err) != FC_OK) {
        return 1;
    }
    fc_sandbox_close();
    fc_helper *late = NULL;
    if (!fc_sandbox_is_on() || fc_helper_new(&late, &err) != FC_MODEL_UNAVAILABLE) {
        return 2;
    }
    fc_helper_free(helper);
    fc_sandbox_stop();
    if (fc_processes_descriptors() != descriptors) {
        return 3;
    }
    return fc_processes_count("fc-keeper") + fc_processes_count("fc-forker");
}

/* A filter as a container's: the calls that make a sandbox are refused. */
static void refuse_seccomp(uint32_t error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { sizeof code / sizeof code[0], code };
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int refusal_is_told(uint32_t error)
{
    refuse_seccomp(error);
    fc_error err = { 0 };
    prepare();
    const fc_status status = fc_sandbox_start(&SETTINGS, &err);
    const fc_sandbox_report report = fc_sandbox_look();
    return status == FC_MODEL_UNAVAILABLE && !fc_sandbox_is_on() && !report.is_on &&
                   strstr(err.text, "seccomp") != NULL &&
                   strstr(err.text, strerror((int)error)) != NULL &&
                   strstr(report.text, "seccomp") != NULL && fc_processes_count("fc-keeper") == 0
               ? 0
               : 1;
}

static int refusal_with_eperm_is_told(void)
{
    return refusal_is_told(EPERM);
}

static int refusal_with_enosys_is_told(void)
{
    return refusal_is_told(ENOSYS);
}

static int start_without_preparation_is_refused(void)
{
    fc_error err = { 0 };
    return fc_sandbox_start(&SETTINGS, &err) == FC_MODEL_UNAVAILABLE && !fc_sandbox_is_on() ? 0 : 1;
}

/* Both makers are gone: clear words at once, no waiting. */
static int death_of_the_makers_is_told(void)
{
    fc_error err = { 0 };
    prepare();
    if (fc_sandbox_start(&(fc_sandbox_settings){ .idle = 0, .cpu_s = 5 }, &err) != FC_OK) {
        return 1;
    }
    (void)kill(fc_processes_find("fc-keeper"), SIGSTOP);
    (void)kill(fc_processes_find("fc-forker"), SIGKILL);
    const pid_t keeper = fc_processes_find("fc-keeper");
    (void)kill(keeper, SIGKILL);
    for (int i = 0; i < 1000 && fc_sandbox_lives(); i++) {
        (void)usleep(10000);
    }
    fc_helper *helper = NULL;
    return !fc_sandbox_lives() && fc_helper_new(&helper, &err) == FC_MODEL_UNAVAILABLE ? 0 : 2;
}

static void stop_leaves_no_process_and_no_descriptor(void **state)
{
    (void)state;
    assert_int_equal(run_alone(stop_leaves_nothing), 0);
}

static void a_system_that_refuses_seccomp_is_told(void **state)
{
    (void)state;
    assert_int_equal(run_alone(refusal_with_eperm_is_told), 0);
    assert_int_equal(run_alone(refusal_with_enosys_is_told), 0);
}

static void a_start_without_preparation_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run_alone(start_without_preparation_is_refused), 0);
}

static void one_that_is_closed_makes_no_helper_and_ends(void **state)
{
    (void)state;
    assert_int_equal(run_alone(closed_ends_with_a_helper), 0);
}

static void the_death_of_the_makers_is_told(void **state)
{
    (void)state;
    assert_int_equal(run_alone(death_of_the_makers_is_told), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    fc_error err = { 0 };
    static char secret[] = SECRET;
    (void)putenv(secret);
    fc_sandbox_prepare(argv, echo);
    if (fc_sandbox_start(&SETTINGS, &err) != FC_OK) {
        (void)fprintf(stderr, "skipped: %s\n", err.text);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_it_takes_away),
        cmocka_unit_test(several_helpers_work_beside_each_other),
        cmocka_unit_test(a_killed_helper_is_lost_and_the_next_one_works),
        cmocka_unit_test(a_killed_forker_is_made_again),
        cmocka_unit_test(ends_of_the_service_do_not_end_helpers),
        cmocka_unit_test(stop_leaves_no_process_and_no_descriptor),
        cmocka_unit_test(one_that_is_closed_makes_no_helper_and_ends),
        cmocka_unit_test(a_system_that_refuses_seccomp_is_told),
        cmocka_unit_test(a_start_without_preparation_is_refused),
        cmocka_unit_test(the_death_of_the_makers_is_told),
    };
    const int failed = cmocka_run_group_tests_name("sandbox/sandbox", tests, NULL, NULL);
    fc_sandbox_stop();
    return failed;
}
