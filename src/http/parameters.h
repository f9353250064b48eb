/**
 * Header values with parameters, such as `form-data; name="a"; filename="b"` and
 * `multipart/form-data; boundary=x` (RFC 9110, section 5.6.6). Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/** Parameters of one value, and bytes of a parameter's value. */
#define FC_HTTP_PARAMETERS_MAX 8
#define FC_HTTP_PARAMETER_SIZE 1024

typedef struct fc_http_parameter {
    char name[32]; /* lower case */
    char value[FC_HTTP_PARAMETER_SIZE];
    size_t size; /* of the value, which may have any byte but zero */
} fc_http_parameter;

typedef struct fc_http_parameters {
    char value[128]; /* what stands before the first ";", lower case */
    fc_http_parameter items[FC_HTTP_PARAMETERS_MAX];
    size_t count;
} fc_http_parameters;

/**
 * Take a header value apart. In a quoted text, a backslash before a quote or a backslash is left
 * out; before anything else it stands for itself, as browsers mean it in file names.
 *
 * Errors: FC_INVALID_ARGUMENT (a parameter twice, an open quote, no "=", too long, too many).
 */
FC_MUST_CHECK fc_status fc_http_parameters_parse(const char *text, fc_http_parameters *out,
                                                 fc_error *err);

/** The parameter of a name, or NULL. */
const fc_http_parameter *fc_http_parameters_lookup(const fc_http_parameters *parameters,
                                                   const char *name);
