/**
 * Look: one photo becomes the pictures of all profiles. It is decoded and its face is found once;
 * each profile is rendered from that. Any thread, each look by one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/profile.h"
#include "directory/line.h"
#include "directory/plan_store.h"
#include "engine/engine.h"

/** Whoever shares memory among several looks. */
typedef struct fc_look_admission {
    fc_status (*take)(void *context, int64_t bytes, fc_error *err);
    void (*give_back)(void *context, int64_t bytes);
    void *context;
} fc_look_admission;

typedef struct fc_look_request {
    const fc_engine *engine;
    fc_params params; /* what no profile says; `check`: look for closed eyes and blur, too */
    const fc_profile *profiles[FC_PLAN_PROFILES_MAX];
    size_t profile_count; /* at least 1 */
    const fc_cancel *cancel;
    fc_look_admission admission;
} fc_look_request;

typedef struct fc_look {
    fc_line_state state; /* READY, NEEDS_EYES, NO_FACE or UNREADABLE */
    char reason[FC_REASON_SIZE];
    fc_buffer jpegs[FC_PLAN_PROFILES_MAX]; /* of the first two states */
    fc_size sizes[FC_PLAN_PROFILES_MAX];
    fc_buffer thumb; /* JPEG of the whole photo, FC_LOOK_THUMB_SIDE at most; may be empty */
} fc_look;

#define FC_LOOK_THUMB_SIDE 192

/**
 * Look at a photo. A fault of the photo is a state, not an error.
 *
 * out   zeroed before; release with fc_look_clear, also after a failure
 *
 * Errors: FC_CANCELLED, FC_OUT_OF_MEMORY, FC_MODEL_UNAVAILABLE and others that are no fault of the
 * photo.
 */
FC_MUST_CHECK fc_status fc_look_at(const fc_look_request *request, fc_bytes file, fc_look *out,
                                   fc_error *err);

void fc_look_clear(fc_look *look);
