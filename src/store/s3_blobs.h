/** S3 blobs: objects of a bucket (net/s3.h). */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "net/s3.h"
#include "store/blobs.h"

/** Use a bucket; asks nothing yet. Errors: as fc_s3_new. */
FC_MUST_CHECK fc_status fc_s3_blobs_new(const fc_s3_settings *settings, fc_blobs **out,
                                        fc_error *err);
