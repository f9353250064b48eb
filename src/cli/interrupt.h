/**
 * Interrupt: Ctrl-C (and SIGTERM, SIGHUP) asks the work to stop between two stages; a second one
 * ends the program at once. A broken pipe or a file past its limit becomes a write error. At start
 * only.
 */
#pragma once

#include "pipeline/stages.h"

/** Install the handlers. What the caller of the program ignores stays ignored. */
void fc_interrupt_start(void);

/** What the handlers set; the same for the whole process. */
fc_cancel *fc_interrupt_cancel(void);
