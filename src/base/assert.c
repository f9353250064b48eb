#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void fc_assert_broken(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "facecraft: %s:%d: assertion broken: %s\n", file, line, condition);
    abort();
}
