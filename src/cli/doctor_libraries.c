#include <jansson.h>

#include "app/job_store.h"
#include "cli/doctor.h"
#include "facecraft_version.h"
#include "http/server.h"
#include "image/decode.h"
#include "infer/session.h"

void fc_doctor_libraries(fc_doctor *doctor)
{
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "facecraft %s (%s), ONNX Runtime %s",
                   FC_VERSION, FC_REVISION, fc_runtime_version());
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL,
                   "libvips %s, libmicrohttpd %s, SQLite %s, Jansson %s", fc_decode_library(),
                   fc_http_library(), fc_job_store_library(), jansson_version_str());
}
