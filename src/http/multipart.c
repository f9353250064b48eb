#include "http/multipart.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "http/content.h"
#include "http/limits.h"
#include "http/parameters.h"
#include "http/urlencoded.h"

/* ---- part header ----------------------------------------------------------------------------- */

/* What the headers of one part say. It points into itself: not to be copied. */
typedef struct part_header {
    fc_http_parameters disposition; /* what the others point into */
    fc_bytes name;
    fc_bytes file_name; /* as given, or empty */
    bool is_file;
} part_header;

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

static fc_status take_line(char *line, part_header *out, fc_error *err)
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

static fc_status read_disposition(part_header *out, fc_error *err)
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

/*
 * Read the headers of a part.
 *
 * text   the lines without the empty one at the end; changed in place
 *
 * Errors: FC_INVALID_ARGUMENT (no form-data with a name; nested multipart; an encoding other than
 * none; folded lines, control bytes).
 */
static fc_status parse_header(char *text, part_header *out, fc_error *err)
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

/* ---- multipart ------------------------------------------------------------------------------- */

/** "\r\n--" and the boundary. */
#define DELIMITER_MAX (4 + FC_HTTP_BOUNDARY_MAX)

typedef enum place {
    IN_PREAMBLE, /* before the first delimiter: to be skipped */
    IN_CONTENT,
    AFTER_DELIMITER, /* "--" ends the body, CRLF begins a part */
    AFTER_DASH,
    AFTER_PADDING_CR,
    IN_HEADER,
    IN_EPILOGUE, /* to be skipped */
} place;

struct fc_http_multipart {
    fc_http_content *content;
    place place;
    char delimiter[DELIMITER_MAX];
    size_t delimiter_size;
    size_t matched; /* bytes of the delimiter that were seen just before */
    char header[FC_HTTP_PART_HEADER_MAX + 1];
    size_t header_size;
    part_header part; /* the one that is being read */
    fc_buffer *file;  /* NULL: a text field, which goes into `text` */
    fc_buffer text;
};

static fc_status check_boundary(fc_bytes boundary, fc_error *err)
{
    static const char ALLOWED[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "'()+_,-./:=? ";
    bool valid = boundary.size > 0 && boundary.size <= FC_HTTP_BOUNDARY_MAX &&
                 boundary.data[boundary.size - 1] != ' ';
    for (size_t i = 0; valid && i < boundary.size; i++) {
        valid = memchr(ALLOWED, boundary.data[i], sizeof ALLOWED - 1) != NULL;
    }
    if (!valid) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a boundary of %zu characters; 1 to %d of RFC 2046", boundary.size,
                       FC_HTTP_BOUNDARY_MAX);
    }
    return FC_OK;
}

fc_status fc_http_multipart_new(fc_bytes boundary, fc_http_content *content,
                                fc_http_multipart **out, fc_error *err)
{
    FC_ASSERT(content != NULL);
    FC_ASSERT(out != NULL);
    FC_TRY(check_boundary(boundary, err));
    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_multipart), &memory, err));
    fc_http_multipart *multipart = memory;
    multipart->content = content;
    multipart->text = FC_BUFFER(FC_HTTP_FIELD_VALUE_MAX);
    memcpy(multipart->delimiter, "\r\n--", 4);
    memcpy(multipart->delimiter + 4, boundary.data, boundary.size);
    multipart->delimiter_size = 4 + boundary.size;
    multipart->matched = 2; /* the first delimiter may stand at the very start */
    *out = multipart;
    return FC_OK;
}

void fc_http_multipart_free(fc_http_multipart *multipart)
{
    if (multipart != NULL) {
        fc_buffer_clear(&multipart->text);
        fc_memory_free(multipart);
    }
}

/* Bytes of the part's content, or of the preamble, which nobody reads. */
static fc_status keep(fc_http_multipart *multipart, const void *data, size_t size, fc_error *err)
{
    if (multipart->place == IN_PREAMBLE || size == 0) {
        return FC_OK;
    }
    if (multipart->file != NULL) {
        return fc_buffer_append(multipart->file, data, size, err);
    }
    const fc_status status = fc_buffer_append(&multipart->text, data, size, NULL);
    if (status == FC_LIMIT_EXCEEDED) {
        return fc_fail(err, status, "a text field of more than %zu bytes; a file has a file name",
                       multipart->text.size_max);
    }
    return status == FC_OK ? FC_OK : fc_fail(err, status, "memory ran out");
}

static fc_status begin_part(fc_http_multipart *multipart, fc_error *err)
{
    multipart->header[multipart->header_size] = '\0';
    if (strlen(multipart->header) != multipart->header_size) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a zero byte in the headers of a part");
    }
    FC_TRY(parse_header(multipart->header, &multipart->part, err));
    multipart->file = NULL;
    fc_buffer_clear(&multipart->text);
    multipart->text.size_max = fc_http_names_base64(multipart->part.name)
                                   ? fc_http_base64_size_max(multipart->content->file_bytes_max)
                                   : FC_HTTP_FIELD_VALUE_MAX;
    if (multipart->part.is_file) {
        FC_TRY(fc_http_content_begin_file(multipart->content, multipart->part.name,
                                          multipart->part.file_name, &multipart->file, err));
    }
    multipart->place = IN_CONTENT;
    multipart->matched = 0;
    return FC_OK;
}

static fc_status add_text(fc_http_multipart *multipart, fc_error *err)
{
    const fc_bytes name = multipart->part.name;
    const fc_bytes text = fc_buffer_bytes(&multipart->text);
    return fc_http_names_base64(name)
               ? fc_http_add_base64(multipart->content, name, text, err)
               : fc_http_content_add_field(multipart->content, name, text, err);
}

static fc_status end_part(fc_http_multipart *multipart, fc_error *err)
{
    if (multipart->place == IN_CONTENT && multipart->file != NULL) {
        fc_http_content_end_file(multipart->content);
    } else if (multipart->place == IN_CONTENT) {
        FC_TRY(add_text(multipart, err));
        fc_buffer_clear(&multipart->text);
    }
    multipart->place = AFTER_DELIMITER;
    multipart->header_size = 0;
    return FC_OK;
}

/*
 * Content up to a delimiter, which begins with the only "\r" in it: where a match breaks off, what
 * was matched is content, and the search begins again at the byte that broke it.
 */
static fc_status read_content(fc_http_multipart *multipart, fc_bytes piece, size_t *used,
                              fc_error *err)
{
    if (multipart->matched == 0) {
        const uint8_t *start = memchr(piece.data, '\r', piece.size);
        const size_t size = start == NULL ? piece.size : (size_t)(start - piece.data);
        *used = start == NULL ? size : size + 1;
        multipart->matched = start == NULL ? 0 : 1;
        return keep(multipart, piece.data, size, err);
    }
    if (piece.data[0] == (uint8_t)multipart->delimiter[multipart->matched]) {
        *used = 1;
        multipart->matched++;
        return multipart->matched == multipart->delimiter_size ? end_part(multipart, err) : FC_OK;
    }
    *used = 0;
    const size_t size = multipart->matched;
    multipart->matched = 0;
    return keep(multipart, multipart->delimiter, size, err);
}

static fc_status read_header(fc_http_multipart *multipart, char byte, fc_error *err)
{
    if (multipart->header_size == FC_HTTP_PART_HEADER_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a part with more than %d bytes of headers",
                       FC_HTTP_PART_HEADER_MAX);
    }
    multipart->header[multipart->header_size++] = byte;
    if (multipart->header_size < 4 ||
        memcmp(multipart->header + multipart->header_size - 4, "\r\n\r\n", 4) != 0) {
        return FC_OK;
    }
    multipart->header_size -= 4;
    return begin_part(multipart, err);
}

/* What follows a delimiter decides whether there is another part. */
static fc_status read_after_delimiter(fc_http_multipart *multipart, char byte, fc_error *err)
{
    if (multipart->place == AFTER_DELIMITER && byte == '\r') {
        multipart->place = AFTER_PADDING_CR;
    } else if (multipart->place == AFTER_DELIMITER && byte == '-') {
        multipart->place = AFTER_DASH;
    } else if (multipart->place == AFTER_PADDING_CR && byte == '\n') {
        multipart->place = IN_HEADER;
    } else if (multipart->place == AFTER_DASH && byte == '-') {
        multipart->place = IN_EPILOGUE;
    } else {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a boundary that is not followed by a line end");
    }
    return FC_OK;
}

fc_status fc_http_multipart_feed(fc_http_multipart *multipart, fc_bytes piece, fc_error *err)
{
    FC_ASSERT(multipart != NULL);
    FC_ASSERT(piece.data != NULL || piece.size == 0);
    while (piece.size > 0) {
        size_t used = 1;
        switch (multipart->place) {
        case IN_PREAMBLE:
        case IN_CONTENT:
            FC_TRY(read_content(multipart, piece, &used, err));
            break;
        case AFTER_DELIMITER:
        case AFTER_DASH:
        case AFTER_PADDING_CR:
            FC_TRY(read_after_delimiter(multipart, (char)piece.data[0], err));
            break;
        case IN_HEADER:
            FC_TRY(read_header(multipart, (char)piece.data[0], err));
            break;
        case IN_EPILOGUE:
            return FC_OK;
        }
        piece.data += used;
        piece.size -= used;
    }
    return FC_OK;
}

fc_status fc_http_multipart_end(const fc_http_multipart *multipart, fc_error *err)
{
    FC_ASSERT(multipart != NULL);
    if (multipart->place != IN_EPILOGUE) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a multipart body that is cut short");
    }
    return FC_OK;
}

size_t fc_http_multipart_encoded(const fc_http_multipart *multipart)
{
    FC_ASSERT(multipart != NULL);
    return multipart->text.size > FC_HTTP_FIELD_VALUE_MAX ? multipart->text.size : 0;
}
