#include "support/detector.h"

#include "support/fc_test.h"
#include "support/network.h"

fc_face_detector *fc_test_detector;

int fc_test_detector_setup(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/face_detection_full_range.tflite");
    if (file == NULL) {
        return 0;
    }
    return fc_face_detector_new(fc_test_runtime, file->bytes, &fc_test_detector, &err) == FC_OK
               ? 0
               : -1;
}

int fc_test_detector_teardown(void **state)
{
    (void)state;
    fc_face_detector_free(fc_test_detector);
    fc_test_detector = NULL;
    fc_test_network_close();
    return 0;
}
