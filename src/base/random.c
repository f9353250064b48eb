#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

fc_status fc_random_name(char name[FC_RANDOM_NAME_SIZE], fc_error *err)
{
    uint8_t bits[16];
    ssize_t got = 0;
    do { /* so few bytes come whole, or not at all */
        got = getrandom(bits, sizeof bits, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bits) {
        return fc_fail(err, FC_IO, "the system gives no random numbers");
    }
    for (size_t i = 0; i < sizeof bits; i++) {
        (void)snprintf(name + 2 * i, 3, "%02x", bits[i]);
    }
    return FC_OK;
}
