/** SHA-256 of one or several runs of bytes, as text. Any thread, each object by one at a time. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"

/** 64 hexadecimal digits and the final zero. */
#define FC_DIGEST_SIZE 65

typedef struct fc_digest fc_digest;

/** Begin. Owner: caller. Ends the program when memory has run out, as GLib does. */
fc_digest *fc_digest_new(void);
void fc_digest_free(fc_digest *digest);
FC_DEFINE_CLEANUP(fc_digest, fc_digest_free)

/** Take in a run of bytes. */
void fc_digest_add(fc_digest *digest, fc_bytes bytes);

/** The digest of all runs; none may follow. */
void fc_digest_finish(fc_digest *digest, char text[FC_DIGEST_SIZE]);

/** All in one. */
void fc_digest_of(fc_bytes bytes, char text[FC_DIGEST_SIZE]);
