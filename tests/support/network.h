/** For tests of one bundled network: a runtime, and the network's file where it was fetched. */
#pragma once

#include "base/file.h"
#include "infer/runtime.h"

extern fc_runtime *fc_test_runtime;

/** In a group's setup: make fc_test_runtime and open the network's file. NULL where that is not
 *  fetched, which is told; the tests that need it then skip. */
fc_mapping *fc_test_network_open(const char *path);

/** In the group's teardown, when what runs on the runtime is freed. */
void fc_test_network_close(void);
