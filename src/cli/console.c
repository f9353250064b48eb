#include "cli/console.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
