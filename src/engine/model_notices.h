/** Notices: what the licence of each model file asks of those who use it. Any thread. */
#pragma once

/** Of one row of models/model_files.def. */
typedef struct fc_model_notice {
    const char *owner; /* who published it */
    const char *terms; /* what may be done, in a few sentences */
    const char *text;  /* where the licence can be read */
} fc_model_notice;

/** Row 0..FC_MODEL_FILES_COUNT-1. */
const fc_model_notice *fc_model_notice_lookup(int index);
