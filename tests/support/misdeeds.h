/**
 * Misdeeds: what a decoder may do that a stranger's file has taken over. In a decoder's own process
 * only: they crash, loop, and speak for the decoder.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/** Side of the picture whose facts some of them forge. */
#define FC_MISDEED_SIDE 64

/** Do what a letter stands for (tests/support/misdeeds.c). `service`: the process that is served.
 */
fc_status fc_misdeed(char letter, pid_t service, fc_error *err);
