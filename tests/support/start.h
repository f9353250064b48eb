/** How a test program starts: nothing has to be called. */
#pragma once

void fc_test_start(void);
