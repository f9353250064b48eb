#include "http/part_header.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "http/urlencoded.h"

#define NESTED "multipart/"

/* What a header must not say, because nobody would decode it. */
static fc_status check_encoding(const char *name, const char *value, fc_error *err)
{
    if (strcasecmp(name, "content-type") == 0 && strncasecmp(value, NESTED, strlen(NESTED)) == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a part with parts of its own");
    }
    if (strcasecmp(name, "content-encoding") == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a part with a Content-Encoding");
    }
    if (strcasecmp(name, "content-transfer-encoding") == 0 && strcasecmp(value, "binary") != 0 &&
        strcasecmp(value, "8bit") != 0 && strcasecmp(value, "7bit") != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a part with a Content-Transfer-Encoding");
    }
    return FC_OK;
}

static fc_status take_line(char *line, fc_http_part_header *out, fc_error *err)
{
    for (const char *at = line; *at != '\0'; at++) {
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a control byte in the headers of a part");
        }
    }
    char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strcspn(line, " \t") < (size_t)(colon - line)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a malformed header of a part");
    }
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    for (size_t length = strlen(value); length > 0 && strchr(" \t", value[length - 1]) != NULL;) {
        value[--length] = '\0';
    }
    if (strcasecmp(line, "content-disposition") != 0) {
        return check_encoding(line, value, err);
    }
    if (out->disposition.value[0] != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a part with two Content-Dispositions");
    }
    return fc_http_parameters_parse(value, &out->disposition, err);
}

/* RFC 8187, as older versions of Python's urllib3 write it: utf-8''%C3%A4.jpg */
static fc_bytes decode_extended(fc_http_parameter *parameter)
{
    char *text = parameter->value;
    char *quote = strchr(text, '\'');
    char *encoded = quote == NULL ? NULL : strchr(quote + 1, '\'');
    if (encoded == NULL || fc_http_percent_decode(encoded + 1, NULL) != FC_OK) {
        return (fc_bytes){ (const uint8_t *)"", 0 };
    }
    return (fc_bytes){ (const uint8_t *)encoded + 1, strlen(encoded + 1) };
}

static fc_bytes bytes_of(const fc_http_parameter *parameter)
{
    return (fc_bytes){ (const uint8_t *)parameter->value, parameter->size };
}

static fc_status read_disposition(fc_http_part_header *out, fc_error *err)
{
    const fc_http_parameter *name = fc_http_parameters_lookup(&out->disposition, "name");
    if (strcmp(out->disposition.value, "form-data") != 0 || name == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a part without a name");
    }
    out->name = bytes_of(name);
    for (size_t i = 0; i < out->disposition.count; i++) {
        fc_http_parameter *parameter = &out->disposition.items[i];
        const bool extended = strcmp(parameter->name, "filename*") == 0;
        if (extended || strcmp(parameter->name, "filename") == 0) {
            out->file_name = extended ? decode_extended(parameter) : bytes_of(parameter);
            out->is_file = true;
        }
    }
    return FC_OK;
}

fc_status fc_http_part_header_parse(char *text, fc_http_part_header *out, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(out != NULL);
    out->disposition.value[0] = '\0';
    out->disposition.count = 0;
    out->name = (fc_bytes){ 0 };
    out->file_name = (fc_bytes){ (const uint8_t *)"", 0 };
    out->is_file = false;
    for (char *line = text; line != NULL;) {
        char *end = strstr(line, "\r\n");
        if (end != NULL) {
            *end = '\0';
        }
        FC_TRY(take_line(line, out, err));
        line = end == NULL ? NULL : end + 2;
    }
    return read_disposition(out, err);
}
