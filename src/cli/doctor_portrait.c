#include "base/clock.h"
#include "cli/doctor.h"

#define SUBJECT "portrait"

/* src/cli/doctor/face.jpg: 240 x 300 px with one face, carried in the program (Assets.cmake). */
extern const uint8_t fc_asset_face_jpg[];
extern const uint8_t fc_asset_face_jpg_end[];

static fc_status count_png(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                           fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    size_t *bytes = context;
    *bytes = portrait->png.size;
    return FC_OK;
}

void fc_doctor_portrait(fc_doctor *doctor)
{
    if (doctor->engine == NULL) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, "first put the models right",
                       "not tried: the models are not loaded");
        return;
    }
    fc_error err = { 0 };
    size_t png_bytes = 0;
    const int64_t start_us = fc_clock_us();
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG };
    const fc_bytes file = { fc_asset_face_jpg,
                            (size_t)(fc_asset_face_jpg_end - fc_asset_face_jpg) };
    const fc_status status =
        fc_engine_process(doctor->engine, &photo, file, NULL, count_png, &png_bytes, &err);
    const int32_t faces = photo.faces.count;
    fc_photo_clear(&photo);
    if (status != FC_OK || faces != 1) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                       "check the models and libraries above; this photo works everywhere else",
                       "the photo that the program carries: %d faces, not 1; %s", faces,
                       status == FC_OK ? "no failure" : err.text);
        return;
    }
    fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL,
                   "one face found in the photo that the program carries; PNG of %zu KB in %lld ms",
                   png_bytes / 1000, (long long)(fc_clock_us() - start_us) / 1000);
}
