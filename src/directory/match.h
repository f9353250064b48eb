/**
 * Matching: which photo belongs to which account. By rules, never by a guess:
 *
 *   1. the roster's photo column names the file
 *   2. the file's name without its ending equals the account, upn, mail or id of one account
 *   3. it equals the part before the @ of the upn or mail of one account
 *   4. a number in it, between characters that are no digits, equals the id of one account; only on
 *      request
 *
 * compared folded (directory/fold.h). The first rule that names an account decides for a photo;
 * where it names several, none gets it. Several photos of one account: none, or on request the
 * newest.
 *
 * One thread at a time. Cost: a sort of all names, then a search for each photo.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "directory/line.h"
#include "directory/roster.h"

/** A file that may be somebody's photo. */
typedef struct fc_match_photo {
    const char *path;   /* to open it */
    const char *below;  /* inside the folder of the photos */
    int64_t changed_ns; /* time of its content, for the newest */
} fc_match_photo;

typedef struct fc_match_request {
    const fc_roster *roster;
    const fc_match_photo *photos;
    size_t photo_count;
    bool id_in_name;
    bool newest;
} fc_match_request;

/** What one account, or one photo, got. */
typedef struct fc_matched {
    int64_t other; /* index of the photo or the account; -1: none */
    fc_line_state state;
    char reason[FC_REASON_SIZE]; /* "" where the state says all */
} fc_matched;

typedef struct fc_match {
    fc_matched *accounts; /* WAITING with a photo, else NO_PHOTO, AMBIGUOUS or NO_ACCOUNT */
    fc_matched *photos;   /* WAITING with an account, else NO_ACCOUNT, AMBIGUOUS or NOT_USED */
} fc_match;

/**
 * Match all photos with all accounts.
 *
 * out   zeroed; arrays as long as those of the request. Release with fc_match_clear
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_match_run(const fc_match_request *request, fc_match *out, fc_error *err);

void fc_match_clear(fc_match *match);
