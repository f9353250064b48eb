/** Both networks that cut people out, and a photo, for a group of tests. */
#pragma once

#include "image/decode.h"
#include "models/selfie.h"
#include "models/u2net.h"

extern fc_selfie_model *fc_test_selfie; /* NULL where its file is not fetched */
extern fc_u2net_model *fc_test_u2net;   /* the small one of tests/data/u2net, which sees nobody */
extern fc_raster fc_test_astronaut;     /* upright, at full scale */

/** cmocka group setup and teardown. */
int fc_test_person_models_setup(void **state);
int fc_test_person_models_teardown(void **state);
