/* The program's entrance; everything else is in the library, where tests reach it. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/environment.h"
#include "image/decode.h"
#include "report/log_writer.h"
#include "sandbox/sandbox.h"

/* Descriptors 0 to 2 are in use, whoever started us: else the first file that is opened would be
 * standard error, and be written into. Each is opened the wrong way round, so that using it fails
 * as it would have. */
static void open_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 &&
            open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor) {
            _exit(8); /* as for any file that cannot be opened */
        }
    }
}

/* Some supervisors start their programs with SIGCHLD ignored. Then nobody learns how a child has
 * ended: there would be no sandbox, and every program that delivers pictures would have succeeded.
 */
static void await_children(void)
{
    (void)signal(SIGCHLD, SIG_DFL);
}

/* Commands have written and flushed what they say, and leave nothing to be removed. The ends of 43
 * libraries would only give memory back piece by piece, for a tenth of the time of a portrait; the
 * system takes it at once. Checks for lost memory want those ends, and so do counts of lines, which
 * are made without optimising. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ENDS_AT_ONCE true
#else
#define ENDS_AT_ONCE false
#endif

int main(int argc, char **argv)
{
    open_standard_descriptors();
    await_children();
    /* As infer/runtime.c, but before any thread reads. */
    (void)setenv("ORT_DISABLE_TELEMETRY", "1", 1);
    fc_fatal_set(fc_console_fatal);
    fc_log_set(fc_log_print);
    fc_cache_folder_from_environment();
    fc_memory_start();
    if (fc_decoders_wanted(argc, argv)) {
        fc_sandbox_prepare(argv, fc_decode_serve);
    }
    const int exit_code = fc_cli_run(argc, argv);
    fc_sandbox_stop();
    if (ENDS_AT_ONCE) {
        _exit(exit_code);
    }
    return exit_code;
}
