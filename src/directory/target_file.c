#include "directory/target_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/* The file in between two of its lines. */
typedef struct reading {
    fc_target_config *configs;
    size_t count;
    int line;
} reading;

static fc_status refuse(const reading *now, const char *what, fc_error *err)
{
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "line %d: %s, allowed: [NAME], NAME = \"VALUE\", # comment", now->line, what);
}

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t");
}

static void trim_end(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
}

/* ---- one line ------------------------------------------------------------------------------ */

/* A value between quotes, in place: "..." with \" and \\, or '...' as it stands. */
static bool unquote(char *value)
{
    const char quote = value[0];
    char *out = value;
    const char *at = value + 1;
    while (*at != '\0' && *at != quote) {
        at += quote == '"' && at[0] == '\\' && (at[1] == '"' || at[1] == '\\') ? 1 : 0;
        *out++ = *at++;
    }
    const bool closed = *at == quote;
    at += closed ? 1 : 0;
    at += strspn(at, " \t");
    *out = '\0';
    return closed && (*at == '\0' || *at == '#');
}

static fc_status read_section(reading *now, char *text, fc_error *err)
{
    char *name = skip_blanks(text + 1);
    const size_t length = strspn(name, LETTERS);
    char *end = skip_blanks(name + length);
    if (length == 0 || *end != ']' || strchr("#", *skip_blanks(end + 1)) == NULL) {
        return refuse(now, "no name of a section", err);
    }
    name[length] = '\0';
    for (size_t i = 0; i < now->count; i++) {
        if (strcmp(now->configs[i].name, name) == 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "line %d: a second section [%.40s]", now->line,
                           name);
        }
    }
    if (now->count == FC_TARGETS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "line %d: more than %d targets", now->line,
                       FC_TARGETS_MAX);
    }
    return fc_text_copy(name, &now->configs[now->count++].name, err);
}

/* `kind` and `profile` are every target's; the rest is its class'. */
static fc_status keep(reading *now, const char *name, const char *value, fc_error *err)
{
    fc_target_config *config = &now->configs[now->count - 1];
    char **own = strcmp(name, "kind") == 0      ? &config->kind
                 : strcmp(name, "profile") == 0 ? &config->profile
                                                : NULL;
    if (own != NULL ? *own != NULL : fc_target_config_get(config, name) != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "line %d: a second \"%.40s\"", now->line, name);
    }
    return own != NULL ? fc_text_copy(value, own, err)
                       : fc_target_config_add(config, name, value, err);
}

static fc_status read_setting(reading *now, char *text, fc_error *err)
{
    const size_t length = strspn(text, LETTERS);
    char *equals = skip_blanks(text + length);
    if (length == 0 || *equals != '=') {
        return refuse(now, "no setting", err);
    }
    if (now->count == 0) {
        return refuse(now, "a setting before the first section", err);
    }
    char *value = skip_blanks(equals + 1);
    text[length] = '\0';
    if ((*value == '"' || *value == '\'') && !unquote(value)) {
        return refuse(now, "a quote that is not closed", err);
    }
    if (*value == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "line %d: \"%.40s\" is empty", now->line, text);
    }
    return keep(now, text, value, err);
}

static fc_status read_line(reading *now, char *line, fc_error *err)
{
    trim_end(line);
    char *text = skip_blanks(line);
    if (*text == '\0' || *text == '#' || *text == ';') {
        return FC_OK;
    }
    return *text == '[' ? read_section(now, text, err) : read_setting(now, text, err);
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* A secret in the file itself would be kept wherever the file is: say what to write instead. */
static fc_status refuse_secrets(const fc_target_config *config, fc_error *err)
{
    const fc_target_class *class = fc_target_class_lookup(config->kind);
    for (size_t i = 0; class != NULL && i < config->count; i++) {
        const char *name = config->settings[i].name;
        const size_t length = strlen(name);
        for (const fc_target_key *key = class->keys; key->name != NULL; key++) {
            if (strncmp(key->name, name, length) == 0 && strcmp(key->name + length, "_env") == 0) {
                return fc_fail(err, FC_INVALID_ARGUMENT,
                               "[%.40s] has \"%s\": a secret does not stand in this file; write "
                               "%s_file = \"PATH\", or %s_env = \"VARIABLE\"",
                               config->name, name, name, name);
            }
        }
    }
    return FC_OK;
}

static fc_status finish_section(fc_target_config *config, fc_error *err)
{
    if (config->kind == NULL) {
        FC_TRY(fc_text_copy(config->name, &config->kind, err));
    }
    FC_TRY(refuse_secrets(config, err));
    return fc_target_config_check(config, err);
}

static fc_status read_lines(reading *now, fc_bytes text, fc_error *err)
{
    FC_AUTO(fc_chars) line = NULL;
    FC_TRY(fc_memory_new(FC_TARGET_LINE_MAX + 1, 1, (void **)&line, err));
    const bool marked = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0;
    for (size_t start = marked ? 3 : 0; start < text.size;) {
        const uint8_t *from = text.data + start;
        const uint8_t *end = memchr(from, '\n', text.size - start);
        const size_t length = end != NULL ? (size_t)(end - from) : text.size - start;
        now->line++;
        if (length > FC_TARGET_LINE_MAX || memchr(from, '\0', length) != NULL) {
            return refuse(
                now, length > FC_TARGET_LINE_MAX ? "longer than 4095 bytes" : "a zero byte", err);
        }
        memcpy(line, from, length);
        line[length] = '\0';
        FC_TRY(read_line(now, line, err));
        start += length + 1;
    }
    return FC_OK;
}

fc_status fc_target_file_parse(fc_bytes text, fc_target_config *configs, size_t *count,
                               fc_error *err)
{
    FC_ASSERT(configs != NULL);
    reading now = { .configs = configs };
    const fc_status status = read_lines(&now, text, err);
    *count = now.count;
    FC_TRY(status);
    if (now.count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "no section, wanted: [NAME] for each target");
    }
    for (size_t i = 0; i < now.count; i++) {
        FC_TRY(finish_section(&configs[i], err));
    }
    return FC_OK;
}

fc_status fc_target_file_read(const char *path, fc_target_config *configs, size_t *count,
                              fc_error *err)
{
    FC_AUTO_BUFFER(text, FC_TARGET_FILE_MAX);
    FC_TRY(fc_file_read(path, FC_TARGET_FILE_MAX, &text, err));
    fc_error why = { 0 };
    const fc_status status = fc_target_file_parse(fc_buffer_bytes(&text), configs, count, &why);
    return status == FC_OK ? FC_OK
                           : fc_fail(err, status, "%s: %.180s", fc_brief_of(path).text, why.text);
}

/* ---- what --to says ------------------------------------------------------------------------ */

/* KIND:PLACE: the place is the class' first setting. */
static fc_status read_word(const char *to, const char *place, fc_target_config *config,
                           fc_error *err)
{
    char kind[32];
    (void)snprintf(kind, sizeof kind, "%.*s", (int)(place - 1 - to), to);
    const fc_target_class *class = fc_target_class_lookup(kind);
    if (class != NULL && place[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "--to %s: write KIND:PLACE, as folder:portraits, or a file",
                       fc_brief_of(to).text);
    }
    FC_TRY(fc_text_copy(kind, &config->name, err));
    FC_TRY(fc_text_copy(kind, &config->kind, err));
    FC_TRY(class != NULL ? fc_target_config_add(config, class->keys[0].name, place, err) : FC_OK);
    return fc_target_config_check(config, err);
}

fc_status fc_target_configs_read(const char *to, fc_target_config *configs, size_t *count,
                                 fc_error *err)
{
    const char *colon = strchr(to, ':');
    if (colon == NULL || access(to, F_OK) == 0) {
        return fc_target_file_read(to, configs, count, err);
    }
    *count = 1;
    return read_word(to, colon + 1, &configs[0], err);
}
