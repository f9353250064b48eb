/** The engine with the real models, for a group of tests. */
#pragma once

#include "engine/engine.h"

/** NULL where the model files are not fetched: then such a test skips. */
extern fc_engine *fc_test_engine;

/** cmocka group setup and teardown. */
int fc_test_engine_setup(void **state);
int fc_test_engine_teardown(void **state);
