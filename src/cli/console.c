#include "cli/console.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/brief.h"

void fc_console_say(const char *format, ...)
{
    char line[PATH_MAX + 2 * FC_ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *at = line; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7F) {
            *at = '?';
        }
    }
    (void)fprintf(stderr, "facecraft: %s\n", line);
}

void fc_console_warnings(const fc_warnings *warnings)
{
    for (int32_t i = 0; i < warnings->count; i++) {
        fc_console_say("note: %s", warnings->items[i]);
    }
}

void fc_console_fatal(const char *condition, const char *file, int line)
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
}

void fc_console_failure(const char *name, const fc_error *failure)
{
    const fc_brief brief = fc_brief_of(name); /* as texts about it begin */
    const size_t length = strlen(brief.text);
    if (strncmp(failure->text, brief.text, length) == 0 && failure->text[length] == ':') {
        fc_console_say("%s%s", name, failure->text + length);
    } else {
        fc_console_say("%s: %s", name, failure->text);
    }
}
