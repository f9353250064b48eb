#include "cli/doctor.h"
#include "engine/model_verify.h"
#include "report/catalogue.h"

#define SUBJECT "models"

/* Files above this are only compared by size: the doctor answers in seconds. */
#define HASHED_BYTES_MAX ((int64_t)128 << 20)

static void note_hash(fc_doctor *doctor, int index)
{
    const fc_supply *supply = fc_model_file_supply(index);
    fc_model_verdict verdict = { 0 };
    fc_error err = { 0 };
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    if (fc_model_verify(index, &doctor->settings, &verdict, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, "make the file readable, or replace it",
                       "%s", err.text);
    } else if (!verdict.genuine) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                       "replace the file: tools/fetch, or `facecraft models fetch`",
                       "%.200s: SHA-256 is %s, wanted is %s", path, verdict.sha256, supply->sha256);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL, "%s: found, its hash is right",
                       fc_model_file_lookup(index)->name);
    }
}

static void note_found(fc_doctor *doctor, int index)
{
    const fc_supply *supply = fc_model_file_supply(index);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    const long long bytes = fc_catalogue_model_bytes(path);
    if (supply->bytes <= HASHED_BYTES_MAX && bytes <= HASHED_BYTES_MAX) {
        note_hash(doctor, index);
    } else if (bytes == supply->bytes) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL,
                       "%s: found, its size is right (`facecraft models verify` hashes it)",
                       fc_model_file_lookup(index)->name);
    } else {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                       "replace the file: tools/fetch, or `facecraft models fetch`",
                       "%.200s: %lld bytes, the published file has %lld", path, bytes,
                       (long long)supply->bytes);
    }
}

static void note_model(fc_doctor *doctor, int index)
{
    const fc_model_file *file = fc_model_file_lookup(index);
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, &doctor->settings, path);
    switch (fc_model_file_state(index, &doctor->settings)) {
    case FC_MODEL_FOUND:
        note_found(doctor, index);
        return;
    case FC_MODEL_MISSING:
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                       index == FC_MODEL_FILE_dlib
                           ? "get it with `facecraft models fetch dlib`, or leave landmarks at auto"
                           : "get it with tools/fetch, or set FACECRAFT_MODELS_DIR to its folder",
                       "%s: there is no %.300s", file->name, path);
        return;
    case FC_MODEL_NOT_INSTALLED:
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL, "%s: not installed, works without it",
                       file->name);
        return;
    case FC_MODEL_REFUSED:
        if (index == fc_model_file_of_landmarks(&doctor->settings)) {
            fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT,
                           "set landmarks to mesh, or commercial_only to false",
                           "%s: refused for its licence, and asked for", file->name);
            return;
        }
        fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL,
                       "%s: refused for its licence, as commercial_only asks", file->name);
        return;
    }
}

void fc_doctor_models(fc_doctor *doctor)
{
    fc_error err = { 0 };
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        note_model(doctor, i);
    }
    if (fc_engine_new(&doctor->settings, &doctor->engine, &err) != FC_OK) {
        fc_doctor_note(doctor, FC_DOCTOR_FAULT, SUBJECT, "see the lines above", "%s", err.text);
        return;
    }
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (fc_engine_model_loaded(doctor->engine, i)) {
            fc_doctor_note(doctor, FC_DOCTOR_OK, SUBJECT, NULL, "%s: loaded, runs on %s",
                           fc_model_file_lookup(i)->name,
                           fc_engine_model_device(doctor->engine, i));
        }
    }
}
