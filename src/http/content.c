#define _GNU_SOURCE /* memmem */
#include "http/content.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "http/base64.h"

/* ---- file name ------------------------------------------------------------------------------- */

/* Browsers of old sent whole paths, of Windows as well. */
static size_t last_part(fc_bytes given)
{
    size_t start = 0;
    for (size_t i = 0; i < given.size; i++) {
        if (given.data[i] == '/' || given.data[i] == '\\') {
            start = i + 1;
        }
    }
    return start;
}

static void clean_file_name(fc_bytes given, char name[FC_HTTP_FILE_NAME_MAX + 1])
{
    FC_ASSERT(given.data != NULL || given.size == 0);
    size_t length = 0;
    for (size_t at = last_part(given); at < given.size;) {
        const char *text = (const char *)given.data + at;
        const size_t size = fc_utf8_character(text, given.size - at);
        const unsigned char first = (unsigned char)*text;
        const size_t taken = size == 0 ? 1 : size;
        if (length + taken > FC_HTTP_FILE_NAME_MAX) {
            break;
        }
        if (size == 0 || first < 0x20 || first == 0x7f || first == '"') {
            name[length++] = '_';
        } else {
            memcpy(name + length, text, size);
            length += size;
        }
        at += taken;
    }
    name[length] = '\0';
}

/* ---- content --------------------------------------------------------------------------------- */

static bool is_text(fc_bytes bytes)
{
    size_t at = 0;
    while (at < bytes.size) {
        const size_t size = fc_utf8_character((const char *)bytes.data + at, bytes.size - at);
        if (size == 0 || bytes.data[at] == '\0') {
            return false;
        }
        at += size;
    }
    return true;
}

static fc_status check_name(fc_bytes name, fc_error *err)
{
    if (name.size == 0 || name.size > FC_HTTP_FIELD_NAME_MAX || !is_text(name)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a field name of %zu bytes; 1 to %d of UTF-8",
                       name.size, FC_HTTP_FIELD_NAME_MAX);
    }
    return FC_OK;
}

void fc_http_content_init(fc_http_content *content, size_t files_max, size_t file_bytes_max)
{
    *content = (fc_http_content){ .files_max = files_max, .file_bytes_max = file_bytes_max };
}

/* Pairs are const for their readers; here they were allocated. */
static void free_text(const char *text)
{
    fc_memory_free((void *)(uintptr_t)text);
}

void fc_http_content_clear(fc_http_content *content)
{
    for (size_t i = 0; i < content->field_count; i++) {
        free_text(content->fields[i].name);
        free_text(content->fields[i].value);
    }
    for (size_t i = 0; i < content->file_count; i++) {
        free_text(content->files[i].field);
        free_text(content->files[i].name);
        fc_buffer_clear(&content->buffers[i]);
    }
    fc_memory_free(content->files);
    fc_memory_free(content->buffers);
    fc_http_content_init(content, content->files_max, content->file_bytes_max);
}

fc_status fc_http_content_add_field(fc_http_content *content, fc_bytes name, fc_bytes value,
                                    fc_error *err)
{
    FC_ASSERT(content != NULL);
    FC_TRY(check_name(name, err));
    if (value.size > FC_HTTP_FIELD_VALUE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a text field of %zu bytes, at most %d are accepted; a file has a file name",
                       value.size, FC_HTTP_FIELD_VALUE_MAX);
    }
    if (!is_text(value)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a text field that is not UTF-8");
    }
    if (content->field_count == FC_HTTP_FIELDS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d fields", FC_HTTP_FIELDS_MAX);
    }
    FC_AUTO(fc_chars) name_copy = NULL;
    FC_AUTO(fc_chars) value_copy = NULL;
    FC_TRY(fc_text_copy_bytes(name, &name_copy, err));
    FC_TRY(fc_text_copy_bytes(value, &value_copy, err));
    const fc_http_pairs known = { content->fields, content->field_count };
    if (fc_http_pairs_lookup(known, name_copy) != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "field \"%s\" came twice", name_copy);
    }
    content->fields[content->field_count++] =
        (fc_http_pair){ FC_STEAL(name_copy), FC_STEAL(value_copy) };
    return FC_OK;
}

/* The lists of files are there only when there are files. */
static fc_status reserve_files(fc_http_content *content, fc_error *err)
{
    if (content->files == NULL) {
        void *files = NULL;
        FC_TRY(fc_memory_new_zeroed(content->files_max, sizeof *content->files, &files, err));
        content->files = files;
    }
    if (content->buffers == NULL) {
        void *buffers = NULL;
        FC_TRY(fc_memory_new_zeroed(content->files_max, sizeof *content->buffers, &buffers, err));
        content->buffers = buffers;
    }
    return FC_OK;
}

fc_status fc_http_content_begin_file(fc_http_content *content, fc_bytes field, fc_bytes file_name,
                                     fc_buffer **out, fc_error *err)
{
    FC_ASSERT(content != NULL);
    FC_ASSERT(out != NULL);
    FC_TRY(check_name(field, err));
    if (content->file_count == content->files_max) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "more files than the %zu that are accepted",
                       content->files_max);
    }
    FC_TRY(reserve_files(content, err));
    char clean[FC_HTTP_FILE_NAME_MAX + 1];
    clean_file_name(file_name, clean);
    FC_AUTO(fc_chars) field_copy = NULL;
    FC_AUTO(fc_chars) name_copy = NULL;
    FC_TRY(fc_text_copy_bytes(field, &field_copy, err));
    FC_TRY(fc_text_copy(clean, &name_copy, err));

    const size_t index = content->file_count++;
    content->files[index] =
        (fc_http_file){ .field = FC_STEAL(field_copy), .name = FC_STEAL(name_copy) };
    content->buffers[index] = FC_BUFFER(content->file_bytes_max);
    *out = &content->buffers[index];
    return FC_OK;
}

void fc_http_content_end_file(fc_http_content *content)
{
    FC_ASSERT(content->file_count > 0);
    const size_t last = content->file_count - 1;
    fc_buffer_fit(&content->buffers[last]);
    content->files[last].bytes = fc_buffer_bytes(&content->buffers[last]);
}

size_t fc_http_content_memory(const fc_http_content *content)
{
    size_t memory = 0;
    for (size_t i = 0; i < content->file_count; i++) {
        memory += content->buffers[i].capacity;
    }
    return memory;
}

fc_buffer fc_http_content_take(fc_http_content *content, const fc_http_file *file)
{
    for (size_t i = 0; i < content->file_count; i++) {
        if (&content->files[i] == file) {
            const fc_buffer taken = content->buffers[i];
            content->buffers[i] = FC_BUFFER(taken.size_max);
            content->files[i].bytes = (fc_bytes){ NULL, 0 };
            return taken;
        }
    }
    return FC_BUFFER(0);
}

/* ---- base64 file ----------------------------------------------------------------------------- */

bool fc_http_names_base64(fc_bytes name)
{
    static const char ENDING[] = "_b64";
    const size_t size = strlen(ENDING);
    return name.size > size && memcmp(name.data + name.size - size, ENDING, size) == 0;
}

size_t fc_http_base64_size_max(size_t file_bytes_max)
{
    const size_t characters = file_bytes_max + file_bytes_max / 3; /* four for three bytes */
    return characters + characters / 32 + 256;                     /* line ends */
}

static fc_bytes skip_data_url(fc_bytes text)
{
    static const char MARK[] = ";base64,";
    while (text.size > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL) {
        text = (fc_bytes){ text.data + 1, text.size - 1 };
    }
    if (text.size < 5 || strncasecmp((const char *)text.data, "data:", 5) != 0) {
        return text;
    }
    const size_t looked_at = text.size < 128 ? text.size : 128;
    const uint8_t *mark = memmem(text.data, looked_at, MARK, strlen(MARK));
    if (mark == NULL) {
        return text;
    }
    const uint8_t *start = mark + strlen(MARK);
    return (fc_bytes){ start, text.size - (size_t)(start - text.data) };
}

fc_status fc_http_add_base64(fc_http_content *content, fc_bytes field, fc_bytes text, fc_error *err)
{
    FC_ASSERT(content != NULL);
    if (text.size == 0 && fc_http_names_base64(field)) {
        return FC_OK;
    }
    fc_buffer *file = NULL;
    FC_TRY(fc_http_content_begin_file(content, field, (fc_bytes){ NULL, 0 }, &file, err));
    FC_TRY(fc_base64_decode(skip_data_url(text), file, err));
    fc_http_content_end_file(content);
    return FC_OK;
}
