/** The bundled face detector, for a group of tests. */
#pragma once

#include "models/face_detector.h"

/** NULL where its file is not fetched: then such a test skips. Runs on fc_test_runtime. */
extern fc_face_detector *fc_test_detector;

/** cmocka group setup and teardown. */
int fc_test_detector_setup(void **state);
int fc_test_detector_teardown(void **state);
