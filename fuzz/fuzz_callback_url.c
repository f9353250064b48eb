#define _GNU_SOURCE /* strcasestr */
/** Any text as the address of a callback: what is allowed has the one host that is. Its first line
 * is the list, where it has two. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "net/post.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[2048];
    fc_error err = { 0 };
    (void)snprintf(text, sizeof text, "%.*s", (int)(size < sizeof text ? size : sizeof text - 1),
                   (const char *)data);
    char *url = strchr(text, '\n');
    const fc_post_rules rules = { .allow = url != NULL ? text : "hooks.example.com",
                                  .timeout_s = 1 };
    if (url != NULL) {
        *url++ = '\0';
    }
    const fc_status status = fc_post_check(&rules, url != NULL ? url : text, &err);
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
    FC_ASSERT(status != FC_OK || url != NULL || strcasestr(text, "hooks.example.com") != NULL ||
              strchr(text, '%') != NULL);
    FC_ASSERT(status != FC_OK || strpbrk(url != NULL ? url : text, "\r\n") == NULL);
    return 0;
}
