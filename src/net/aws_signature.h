/**
 * AWS signature, version 4: how a request to S3 says who sends it, without sending the secret.
 * Source: "Signature Version 4 signing process", documentation of Amazon Web Services. Any thread.
 */
#pragma once

#include <stddef.h>
#include <time.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

/** "20130524T000000Z" and the final zero. */
#define FC_AWS_TIME_SIZE 17

/** The time as requests carry it. */
void fc_aws_time(time_t when, char text[FC_AWS_TIME_SIZE]);

typedef struct fc_aws_header {
    const char *name; /* small letters */
    const char *value;
} fc_aws_header;

typedef struct fc_aws_request {
    const char *method;
    const char *path;             /* from "/", encoded as it is sent */
    const fc_aws_header *headers; /* all that are signed, in the order of their names */
    size_t header_count;
    const char *payload; /* digest of the body */
    const char *time;    /* FC_AWS_TIME_SIZE */
    const char *region;
    const char *service; /* "s3" */
    const char *access_key;
    const char *secret_key;
} fc_aws_request;

/** Append the value of the header Authorization. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_aws_sign(const fc_aws_request *request, fc_buffer *out, fc_error *err);
