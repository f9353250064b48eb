#include "support/person_models.h"

#include "base/file.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/photo_file.h"

fc_selfie_model *fc_test_selfie;
fc_u2net_model *fc_test_u2net;
fc_raster fc_test_astronaut;

static fc_runtime *runtime;

int fc_test_person_models_setup(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (fc_runtime_new(1, &runtime, &err) != FC_OK ||
        fc_u2net_model_new(runtime, "tests/data/u2net/tiny.onnx", &fc_test_u2net, &err) != FC_OK) {
        return -1;
    }
    fc_test_astronaut = (fc_raster){ .pixels = fc_photo_read("tests/data/astronaut.png"),
                                     .to_photo = FC_SIMILARITY_IDENTITY };
    FC_AUTO(fc_mapping) file = NULL;
    if (fc_mapping_new("models/selfie_segmentation.tflite", (size_t)1 << 24, &file, &err) !=
        FC_OK) {
        return 0;
    }
    return fc_selfie_model_new(runtime, file->bytes, &fc_test_selfie, &err) == FC_OK ? 0 : -1;
}

int fc_test_person_models_teardown(void **state)
{
    fc_image_free(fc_test_astronaut.pixels);
    fc_u2net_model_free(fc_test_u2net);
    fc_selfie_model_free(fc_test_selfie);
    fc_runtime_free(runtime);
    (void)state;
    return 0;
}
