#define _GNU_SOURCE /* setenv, secure_getenv */
#include "cli/dotenv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"

#define PREFIX "FACECRAFT_"
#define NAME_SIZE 96
#define VALUE_SIZE 4096

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

static fc_status refuse(fc_error *err, int line, const char *what)
{
    return fc_fail(err, FC_INVALID_ARGUMENT, ".env, line %d: %s, allowed: NAME=VALUE", line, what);
}

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

static void trim_end(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1])) {
        text[--length] = '\0';
    }
}

/* What a backslash and this letter stand for between double quotes; other pairs stay as they are.
 */
static char unescape(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\\':
    case '$':
        return letter;
    default:
        return '\0';
    }
}

/* A value between quotes, in place; false when they are not closed, or followed by more than a
 * comment. */
static bool parse_quoted(char *value)
{
    const char quote = value[0];
    char *out = value;
    const char *at = value + 1;
    while (*at != '\0' && *at != quote) {
        const char meant = quote == '"' && *at == '\\' ? unescape(at[1]) : '\0';
        *out++ = meant != '\0' ? meant : *at;
        at += meant != '\0' ? 2 : 1;
    }
    const bool closed = *at == quote;
    at += closed ? 1 : 0;
    at += strspn(at, " \t\r");
    *out = '\0';
    return closed && (*at == '\0' || *at == '#');
}

/* Without quotes: up to a "#" that follows a blank or begins the value. */
static void parse_plain(char *value)
{
    for (char *at = value; *at != '\0'; at++) {
        if (*at == '#' && (at == value || is_blank(at[-1]))) {
            *at = '\0';
            break;
        }
    }
    trim_end(value);
}

/* One line, which is changed. */
static fc_status parse_line(char *text, int line, fc_dotenv_sink sink, void *context, fc_error *err)
{
    text += strspn(text, " \t\r");
    if (*text == '\0' || *text == '#') {
        return FC_OK;
    }
    if (strncmp(text, "export", 6) == 0 && is_blank(text[6])) {
        text += 6 + strspn(text + 6, " \t");
    }
    const size_t length = strspn(text, LETTERS);
    char *equals = text + length + strspn(text + length, " \t");
    if (length == 0 || length >= NAME_SIZE || *equals != '=') {
        return refuse(err, line, "no name");
    }
    char *value = equals + 1 + strspn(equals + 1, " \t");
    text[length] = '\0';
    if (*value == '"' || *value == '\'') {
        if (!parse_quoted(value)) {
            return refuse(err, line, "a quote that is not closed");
        }
    } else {
        parse_plain(value);
    }
    return sink(context, text, value, err);
}

fc_status fc_dotenv_parse(fc_bytes text, fc_dotenv_sink sink, void *context, fc_error *err)
{
    FC_ASSERT(sink != NULL);
    size_t start = 0;
    for (int number = 1; start < text.size; number++) {
        const uint8_t *from = text.data + start;
        const uint8_t *end = memchr(from, '\n', text.size - start);
        const size_t length = end != NULL ? (size_t)(end - from) : text.size - start;
        char line[VALUE_SIZE];
        if (length >= sizeof line) {
            return refuse(err, number, "longer than 4095 bytes");
        }
        if (memchr(from, '\0', length) != NULL) {
            return refuse(err, number, "a zero byte");
        }
        memcpy(line, from, length);
        line[length] = '\0';
        FC_TRY(parse_line(line, number, sink, context, err));
        start += length + 1;
    }
    return FC_OK;
}

static bool is_ours(const char *name)
{
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0;
}

static fc_status only_look(void *context, const char *name, const char *value, fc_error *err)
{
    (void)context;
    (void)name;
    (void)value;
    (void)err;
    return FC_OK;
}

static fc_status put_variable(void *context, const char *name, const char *value, fc_error *err)
{
    (void)context;
    if (is_ours(name) && setenv(name, value, 0) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for %s", name);
    }
    return FC_OK;
}

fc_status fc_dotenv_load(const char *path, fc_error *err)
{
    FC_ASSERT(path != NULL);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(text, FC_DOTENV_BYTES_MAX);
    FC_TRY(fc_file_read(path, FC_DOTENV_BYTES_MAX, &text, err));
    FC_TRY(fc_dotenv_parse(fc_buffer_bytes(&text), only_look, NULL, err));
    return fc_dotenv_parse(fc_buffer_bytes(&text), put_variable, NULL, err);
}

static fc_status set_secret(const fc_option *option, const char *path, fc_server_settings *server,
                            fc_error *err)
{
    FC_AUTO_SECRET(text, FC_DOTENV_BYTES_MAX);
    FC_TRY(fc_file_read(path, FC_DOTENV_BYTES_MAX, &text, err));
    size_t length = text.size;
    while (length > 0 && (text.data[length - 1] == '\n' || text.data[length - 1] == '\r')) {
        text.data[--length] = '\0';
    }
    fc_error why = { 0 };
    if (strlen(fc_buffer_text(&text)) != length ||
        fc_option_set(option, server, fc_buffer_text(&text), &why) != FC_OK) {
        return fc_fail(err, FC_INVALID_ARGUMENT, PREFIX "%s_FILE: at most 1023 bytes of text",
                       option->variable);
    }
    return FC_OK;
}

fc_status fc_secrets_load(fc_server_settings *server, fc_error *err)
{
    FC_ASSERT(server != NULL);
    const fc_options options = fc_server_options();
    for (size_t i = 0; i < options.count; i++) {
        const fc_option *option = &options.rows[i];
        if (option->kind != FC_OPTION_SECRET) {
            continue;
        }
        char name[NAME_SIZE];
        (void)snprintf(name, sizeof name, PREFIX "%s_FILE", option->variable);
        const char *path = secure_getenv(name);
        if (path == NULL || path[0] == '\0') {
            continue;
        }
        char plain[NAME_SIZE];
        (void)snprintf(plain, sizeof plain, PREFIX "%s", option->variable);
        const char *direct = secure_getenv(plain);
        if (direct != NULL && direct[0] != '\0') {
            return fc_fail(err, FC_INVALID_ARGUMENT, "%s and %s are both set, allowed: one of them",
                           plain, name);
        }
        FC_TRY(set_secret(option, path, server, err));
    }
    return FC_OK;
}
