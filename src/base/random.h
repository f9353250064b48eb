/** Random: names that cannot be guessed. Any thread. */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/** 128 bits as 32 hexadecimal digits and the final zero. */
#define FC_RANDOM_NAME_SIZE 33

/** A new name, from the kernel's generator. Errors: FC_IO (a kernel that has none). */
FC_MUST_CHECK fc_status fc_random_name(char name[FC_RANDOM_NAME_SIZE], fc_error *err);
