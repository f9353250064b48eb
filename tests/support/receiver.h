/** A host on this machine that takes messages: POST /204 is answered with 204, /302 with a redirect
 * to /204, any other code likewise, /long with 200 and a body without end, /silent not at all
 * before it is stopped. One for each program; fails the test. */
#pragma once

#include <stddef.h>

/** ADDRESS:PORT. */
extern char fc_receiver_host[32];

/** cmocka group setup and teardown. */
int fc_receiver_start(void **state);
int fc_receiver_stop(void **state);

/** "http://HOST/PATH" in a static buffer. */
const char *fc_receiver_url(const char *path);

/** Messages so far. */
int fc_receiver_count(void);

/** A copy of the last one, its head and its body. */
void fc_receiver_last(char *text, size_t size);
