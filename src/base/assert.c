#include "base/assert.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fc_assert_broken(const char *condition, const char *file, int line)
{
    char text[1024];
    const int length = snprintf(text, sizeof text, "facecraft: %s:%d: assertion broken: %s\n", file,
                                line, condition);
    /* Where nobody reads it, the end must not wait for it. */
    struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
    if (length > 0 && poll(&room, 1, 0) > 0) {
        const size_t size = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
        const ssize_t written = write(STDERR_FILENO, text, size);
        (void)written;
    }
    abort();
}
