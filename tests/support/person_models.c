#include "support/person_models.h"

#include "support/network.h"
#include "support/photo_file.h"

fc_selfie_model *fc_test_selfie;
fc_u2net_model *fc_test_u2net;
fc_raster fc_test_astronaut;

int fc_test_person_models_setup(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/selfie_segmentation.tflite");
    if (fc_u2net_model_new(fc_test_runtime, "tests/data/u2net/tiny.onnx", &fc_test_u2net, &err) !=
        FC_OK) {
        return -1;
    }
    fc_test_astronaut = (fc_raster){ .pixels = fc_photo_read("tests/data/astronaut.png"),
                                     .to_photo = FC_SIMILARITY_IDENTITY };
    return file == NULL ||
                   fc_selfie_model_new(fc_test_runtime, file->bytes, &fc_test_selfie, &err) == FC_OK
               ? 0
               : -1;
}

int fc_test_person_models_teardown(void **state)
{
    fc_image_free(fc_test_astronaut.pixels);
    fc_u2net_model_free(fc_test_u2net);
    fc_selfie_model_free(fc_test_selfie);
    fc_test_network_close();
    (void)state;
    return 0;
}
