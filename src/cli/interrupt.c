#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler reaches nothing but what is global. */
static fc_cancel cancel;

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a signal handler must not wait for a lock");

static void request_stop(int signal_number)
{
    (void)signal_number;
    atomic_store(&cancel.requested, true);
}

static void catch (int signal_number)
{
    struct sigaction before = { 0 };
    if (sigaction(signal_number, NULL, &before) != 0 || before.sa_handler == SIG_IGN) {
        return;
    }
    /* SA_RESETHAND: the second signal finds the default action, which ends the program. */
    struct sigaction action = { .sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND };
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal_number, &action, NULL);
}

void fc_interrupt_start(void)
{
    catch (SIGINT);
    catch (SIGTERM);
    catch (SIGHUP);
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
}

fc_cancel *fc_interrupt_cancel(void)
{
    return &cancel;
}
