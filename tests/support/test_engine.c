#include "support/test_engine.h"

#include <stdio.h>
#include <unistd.h>

fc_engine *fc_test_engine;

int fc_test_engine_setup(void **state)
{
    (void)state;
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    fc_error err = { 0 };
    if (access("models/selfie_segmentation.tflite", R_OK) != 0) {
        return 0;
    }
    return fc_engine_new(&settings, &fc_test_engine, &err) == FC_OK ? 0 : -1;
}

int fc_test_engine_teardown(void **state)
{
    (void)state;
    fc_engine_free(fc_test_engine);
    fc_test_engine = NULL;
    return 0;
}
