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

#define PROFILE_PREFIX "profile."

/* The file in between two of its lines. */
typedef struct reading {
    fc_target_file *file;
    int line;
    int section_lines[FC_TARGETS_MAX]; /* of the targets */
    int profile_line; /* of the profile whose settings come now; 0: a target's do */
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

/* Say where. */
static fc_status at_line(int line, fc_status status, const fc_error *why, fc_error *err)
{
    return status == FC_OK ? FC_OK : fc_fail(err, status, "line %d: %.180s", line, why->text);
}

static fc_status begin_target(reading *now, const char *name, fc_error *err)
{
    fc_target_file *file = now->file;
    for (size_t i = 0; i < file->target_count; i++) {
        if (strcmp(file->targets[i].name, name) == 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a second section [%.40s]", name);
        }
    }
    if (file->target_count == FC_TARGETS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d targets", FC_TARGETS_MAX);
    }
    now->section_lines[file->target_count] = now->line;
    return fc_text_copy(name, &file->targets[file->target_count++].name, err);
}

static fc_status end_profile(reading *now, fc_error *err)
{
    fc_error why = { 0 };
    const int line = now->profile_line;
    now->profile_line = 0;
    return line == 0 ? FC_OK
                     : at_line(line, fc_profile_list_finish(&now->file->profiles, &why), &why, err);
}

static fc_status read_section(reading *now, char *text, fc_error *err)
{
    char *head = skip_blanks(text + 1);
    const bool is_profile = strncmp(head, PROFILE_PREFIX, strlen(PROFILE_PREFIX)) == 0;
    char *name = head + (is_profile ? strlen(PROFILE_PREFIX) : 0);
    const size_t length = strspn(name, LETTERS);
    char *end = skip_blanks(name + length);
    fc_error why = { 0 };
    if (length == 0 || *end != ']' || strchr("#", *skip_blanks(end + 1)) == NULL) {
        return refuse(now, "no name of a section", err);
    }
    name[length] = '\0';
    FC_TRY(end_profile(now, err));
    if (!is_profile) {
        return at_line(now->line, begin_target(now, name, &why), &why, err);
    }
    now->profile_line = now->line;
    return at_line(now->line, fc_profile_list_begin(&now->file->profiles, name, &why), &why, err);
}

/* `kind` and `profile` are every target's; the rest is its class'. */
static fc_status keep(reading *now, const char *name, const char *value, fc_error *err)
{
    if (now->profile_line > 0) {
        return fc_profile_list_set(&now->file->profiles, name, value, err);
    }
    fc_target_config *config = &now->file->targets[now->file->target_count - 1];
    char **own = strcmp(name, "kind") == 0      ? &config->kind
                 : strcmp(name, "profile") == 0 ? &config->profile
                                                : NULL;
    if (own != NULL ? *own != NULL : fc_target_config_get(config, name) != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a second \"%.40s\"", name);
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
    if (now->file->target_count == 0 && now->profile_line == 0) {
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
    fc_error why = { 0 };
    return at_line(now->line, keep(now, text, value, &why), &why, err);
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

static fc_status finish_target(fc_target_file *file, fc_target_config *config, fc_error *err)
{
    const fc_profile *profile = NULL;
    fc_error why = { 0 };
    if (config->kind == NULL) {
        FC_TRY(fc_text_copy(config->name, &config->kind, err));
    }
    FC_TRY(refuse_secrets(config, err));
    FC_TRY(fc_target_config_check(config, err));
    return fc_profile_find(&file->profiles, fc_target_profile(config), &profile, &why) == FC_OK
               ? FC_OK
               : fc_fail(err, FC_INVALID_ARGUMENT, "[%.40s]: %s", config->name, why.text);
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

fc_status fc_target_file_parse(fc_bytes text, fc_target_file *out, fc_error *err)
{
    FC_ASSERT(out != NULL && out->target_count == 0 && out->profiles.count == 0);
    reading now = { .file = out };
    FC_TRY(read_lines(&now, text, err));
    FC_TRY(end_profile(&now, err));
    if (out->target_count == 0 && out->profiles.count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "no section, wanted: [NAME] for each target");
    }
    for (size_t i = 0; i < out->target_count; i++) {
        fc_error why = { 0 };
        FC_TRY(
            at_line(now.section_lines[i], finish_target(out, &out->targets[i], &why), &why, err));
    }
    return FC_OK;
}

fc_status fc_target_file_read(const char *path, fc_target_file *out, fc_error *err)
{
    FC_AUTO_BUFFER(text, FC_TARGET_FILE_MAX);
    FC_TRY(fc_file_read(path, FC_TARGET_FILE_MAX, &text, err));
    fc_error why = { 0 };
    const fc_status status = fc_target_file_parse(fc_buffer_bytes(&text), out, &why);
    return status == FC_OK ? FC_OK
                           : fc_fail(err, status, "%s: %.180s", fc_brief_of(path).text, why.text);
}

void fc_target_file_clear(fc_target_file *file)
{
    FC_ASSERT(file != NULL);
    for (size_t i = 0; i < FC_TARGETS_MAX; i++) {
        fc_target_config_clear(&file->targets[i]);
    }
    fc_profile_list_clear(&file->profiles);
    file->target_count = 0;
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

fc_status fc_target_file_of(const char *to, fc_target_file *out, fc_error *err)
{
    const char *colon = strchr(to, ':');
    if (colon == NULL || access(to, F_OK) == 0) {
        return fc_target_file_read(to, out, err);
    }
    out->target_count = 1;
    return read_word(to, colon + 1, &out->targets[0], err);
}
