#define _GNU_SOURCE /* prlimit, wait4 */
#include "sandbox/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "sandbox/confine.h"
#include "sandbox/inside.h"
#include "sandbox/packet.h"

/* Between the death of a forker and the next one, so that a machine without memory is not kept
 * busy by it. */
#define PAUSE_MS 50

/* The exit code of a helper that cannot be confined. */
#define UNFIT_CODE 70

/** A running helper. */
typedef struct child {
    pid_t pid;
    int channel; /* the helper's side: the forker writes its notes there, and sees it closed */
    uint64_t id;
    bool is_ended; /* it was killed, and will be buried */
} child;

typedef struct forker {
    int control;
    int signals; /* tells that a child has ended */
    pid_t pid;
    fc_sandbox_work *work;
    fc_confinement confinement;
    child children[FC_HELPERS_MAX];
    size_t count;
} forker;

/* ---- a helper ------------------------------------------------------------------------------ */

/* Ends here if the filter does what it says. */
static void prove(int channel)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
    const fc_note note = { .kind = FC_NOTE_UNFIT, .text = "seccomp, which has no effect" };
    (void)fc_packet_send(channel, &note, sizeof note, NULL, 0);
}

FC_NORETURN static void live(const forker *self, const fc_order *order, const int descriptors[2])
{
    const int channel = descriptors[0];
    (void)prctl(PR_SET_NAME, "fc-decoder", 0, 0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != self->pid) {
        _exit(UNFIT_CODE); /* the forker died before it could be told so */
    }
    (void)setpriority(PRIO_PROCESS, 0, (int)order->niceness);
    uint8_t *window = mmap(NULL, FC_SANDBOX_WINDOW_BYTES, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_POPULATE, descriptors[1], 0);
    fc_confinement confinement = self->confinement;
    fc_confine_helper(&confinement, (const int[2]){ channel, channel }, order->bytes, order->cpu_s);
    const bool fit = confinement.refused == NULL && window != MAP_FAILED;
    fc_note note = { .kind = FC_NOTE_FIT, .value = confinement.landlock };
    if (!fit) {
        note = (fc_note){ .kind = FC_NOTE_UNFIT, .value = confinement.error };
        (void)snprintf(note.text, sizeof note.text, "%s",
                       confinement.refused != NULL ? confinement.refused : "shared memory");
    }
    if (!fc_packet_send(channel, &note, sizeof note, NULL, 0) || !fit) {
        _exit(UNFIT_CODE);
    }
    if (order->kind == FC_ORDER_PROVE) {
        prove(channel);
    } else {
        self->work(channel, window);
    }
    _exit(0);
}

/* ---- the forker ---------------------------------------------------------------------------- */

static void send_note(int channel, fc_note note)
{
    (void)fc_packet_send(channel, &note, sizeof note, NULL, 0);
}

static void add_helper(forker *self, const fc_order *order, const int descriptors[2])
{
    const bool room = self->count < FC_HELPERS_MAX;
    const pid_t pid = room ? fork() : -1;
    if (pid == 0) {
        live(self, order, descriptors);
    }
    (void)close(descriptors[1]);
    if (pid < 0) {
        send_note(descriptors[0],
                  (fc_note){ .kind = FC_NOTE_NOT_FORKED, .value = room ? errno : EAGAIN });
        (void)close(descriptors[0]);
        return;
    }
    self->children[self->count++] = (child){ pid, descriptors[0], order->helper, false };
}

static void raise_limit(pid_t pid, __rlimit_resource_t what, int64_t most)
{
    struct rlimit now = { 0 };
    if (prlimit(pid, what, NULL, &now) == 0) {
        now.rlim_cur = (rlim_t)most < now.rlim_max ? (rlim_t)most : now.rlim_max;
        (void)prlimit(pid, what, &now, NULL);
    }
}

static void limit_helper(const forker *self, const fc_order *order)
{
    for (size_t i = 0; i < self->count; i++) {
        const child *one = &self->children[i];
        if (one->id == order->helper) {
            raise_limit(one->pid, RLIMIT_DATA, self->confinement.base_bytes + order->bytes);
            raise_limit(one->pid, RLIMIT_CPU, order->cpu_s);
            send_note(one->channel, (fc_note){ .kind = FC_NOTE_LIMITED });
            return;
        }
    }
}

/* False: the service has closed its side. */
static bool follow_order(forker *self)
{
    fc_order order = { 0 };
    int descriptors[FC_PACKET_DESCRIPTORS_MAX];
    const int64_t size = fc_packet_await(self->control, &order, sizeof order, descriptors);
    const bool starts = order.kind == FC_ORDER_FORK || order.kind == FC_ORDER_PROVE;
    if (size == (int64_t)sizeof order && starts && descriptors[0] >= 0 && descriptors[1] >= 0) {
        add_helper(self, &order, descriptors);
        return true;
    }
    for (int i = 0; i < FC_PACKET_DESCRIPTORS_MAX; i++) {
        if (descriptors[i] >= 0) {
            (void)close(descriptors[i]);
        }
    }
    if (size == (int64_t)sizeof order && order.kind == FC_ORDER_LIMIT) {
        limit_helper(self, &order);
    }
    return size > 0;
}

static void forget(forker *self, size_t index)
{
    (void)close(self->children[index].channel);
    self->children[index] = self->children[--self->count];
}

/* Take the children that have ended out of the table, and say what they ended with. */
static void bury(forker *self)
{
    struct signalfd_siginfo told;
    (void)!read(self->signals, &told, sizeof told);
    int status = 0;
    struct rusage used = { 0 };
    for (pid_t pid = wait4(-1, &status, WNOHANG, &used); pid > 0;
         pid = wait4(-1, &status, WNOHANG, &used)) {
        for (size_t i = 0; i < self->count; i++) {
            if (self->children[i].pid == pid) {
                const int64_t cpu_ms =
                    (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
                    (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
                send_note(self->children[i].channel,
                          (fc_note){ .kind = FC_NOTE_ENDED,
                                     .value = status,
                                     .cpu_ms = cpu_ms,
                                     .peak_bytes = (int64_t)used.ru_maxrss * 1024 });
                forget(self, i);
                break;
            }
        }
    }
}

/* Who closes the channel of a helper wants its end. It is buried as all others are. */
static void end_helper(child *one)
{
    (void)kill(one->pid, SIGKILL);
    one->is_ended = true;
}

static int open_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Works until the service closes its side; then kills what is left. */
FC_NORETURN static void run_forker(forker *self)
{
    (void)prctl(PR_SET_NAME, "fc-forker", 0, 0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    self->pid = getpid();
    self->signals = open_signals();
    for (bool goes_on = self->signals >= 0; goes_on;) {
        struct pollfd polled[FC_HELPERS_MAX + 2] = { { .fd = self->control, .events = POLLIN },
                                                     { .fd = self->signals, .events = POLLIN } };
        const size_t count = self->count;
        for (size_t i = 0; i < count; i++) {
            const child *one = &self->children[i];
            polled[i + 2].fd = one->is_ended ? -1 : one->channel;
        }
        if (poll(polled, count + 2, -1) < 0) {
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            if (polled[i + 2].revents != 0) {
                end_helper(&self->children[i]);
            }
        }
        if (polled[1].revents != 0) {
            bury(self);
        }
        goes_on = polled[0].revents == 0 || follow_order(self);
    }
    for (size_t i = 0; i < self->count; i++) {
        end_helper(&self->children[i]);
    }
    _exit(0);
}

/* ---- the keeper ---------------------------------------------------------------------------- */

/* Ctrl-C in a terminal and the end of a service go to all of its processes, but photos in work are
 * finished: who has no more work closes the channels. */
static void ignore_signals(void)
{
    static const int ENDS[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        (void)signal(ENDS[i], SIG_IGN);
    }
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_wanted(int control)
{
    struct pollfd one = { .fd = control };
    return poll(&one, 1, 0) >= 0 && (one.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

static void pause_briefly(void)
{
    const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
    (void)nanosleep(&pause, NULL);
}

FC_NORETURN void fc_keeper_run(int control, char **argv, fc_sandbox_work *work)
{
    (void)setsid();
    ignore_signals();
    (void)prctl(PR_SET_NAME, "fc-keeper", 0, 0, 0);
    fc_confine_descriptors((const int[2]){ control, control });
    static forker self; /* of the child; here it is only filled in */
    self = (forker){ .control = control, .work = work };
    self.confinement = fc_confine_family(argv);
    while (is_wanted(control)) {
        int status = 0;
        const pid_t pid = fork();
        if (pid == 0) {
            run_forker(&self);
        }
        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        if (is_wanted(control)) {
            pause_briefly();
        }
    }
    _exit(0);
}
