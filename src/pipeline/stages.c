#include "pipeline/stages.h"

#include "base/assert.h"
#include "pipeline/stage_functions.h"
#include "pipeline/wants.h"

#define FILE_ FC_PART_FILE
#define FACTS FC_PART_FACTS
#define PREVIEW FC_PART_PREVIEW
#define FACES FC_PART_FACES
#define LANDMARKS FC_PART_LANDMARKS
#define FRAME FC_PART_FRAME
#define DETAIL FC_PART_DETAIL
#define CANVAS FC_PART_CANVAS
#define LOOK FC_PART_LOOK
#define COARSE FC_PART_COARSE
#define MATTE FC_PART_MATTE
#define PERSON FC_PART_PERSON
#define CUTOUT FC_PART_CUTOUT
#define CHECK FC_PART_CHECK
#define RESULT FC_PART_RESULT

static bool wants_selecting(const fc_photo *photo)
{
    return photo->faces.count > 1;
}

/* clang-format off */
const fc_stage fc_stages[] = {
    /* name          purpose                                              needs              gives      wanted             once a photo      once a face, recalled, beside */
    { "probe",       "find type and size, refuse a photo that is too large",  FILE_,             FACTS,     NULL,              fc_stage_probe,   NULL, false, false },
    { "decode",      "upright sRGB pixels, reduced where that is free",   FACTS,             PREVIEW,   NULL,              fc_stage_decode,  NULL, false, false },
    { "detect",      "find all faces",                                    PREVIEW,           FACES,     NULL,              fc_stage_detect,  NULL, false, false },
    { "cutout",      "people of the whole photo, instead of portraits",   PREVIEW | FACES,   0,         fc_wants_cutout,   fc_stage_cutout,  NULL, false, false },
    { "landmarks",   "find 68 points of the face",                        PREVIEW | FACES,   LANDMARKS, NULL,              NULL, fc_stage_landmarks, false, false },
    { "look",        "look at the person for the first time, by a network", PREVIEW | FACES, LOOK,      NULL,              NULL, fc_stage_look, true, true },
    { "segment",     "tell roughly where the person is, by a network",    PREVIEW | LANDMARKS | LOOK, COARSE,  NULL,              NULL, fc_stage_segment, true, false },
    { "select",      "leave out other people who are near",               FACES | COARSE,    0,         wants_selecting,   NULL, fc_stage_select, true, false },
    { "frame",       "place the head: eyes level, hair inside, canvas",   LANDMARKS | COARSE, FRAME,    NULL,              NULL, fc_stage_frame, true, false },
    { "detail",      "decode the face again where the preview is coarse", FACTS | FRAME,     DETAIL,    NULL,              NULL, fc_stage_detail, true, false },
    { "check",       "tell how well the photo suits a document",          DETAIL | COARSE,   CHECK,     fc_wants_check,    NULL, fc_stage_check, false, false },
    { "warp",        "resample the photo once, onto the canvas",          DETAIL | FRAME,    CANVAS,    NULL,              NULL, fc_stage_warp, true, false },
    { "matte",       "separate the person from the background, finely",   CANVAS | COARSE,   MATTE,     NULL,              NULL, fc_stage_matte, true, false },
    { "photo_matte", "the mask alone, in the photo's coordinates",        PREVIEW | COARSE,  0,         fc_wants_photo_matte, NULL, fc_stage_photo_matte, false, false },
    { "restore",     "repaint a blurred face: brightness, not colour", LANDMARKS | MATTE, 0,        fc_wants_restoring, NULL, fc_stage_restore, true, false },
    { "enhance",     "exposure, colour, noise and sharpness, naturally",  CANVAS | MATTE,    0,         fc_wants_enhancing, NULL, fc_stage_enhance, true, false },
    { "foreground",  "take the old background out of soft edges",         CANVAS | MATTE,    PERSON,    NULL,              NULL, fc_stage_foreground, true, false },
    { "compose",     "cut the oval, lay the background",                  PERSON | MATTE,    CUTOUT,    NULL,              NULL, fc_stage_compose, false, false },
    { "encode",      "PNG, and JPEG under its size limit",                CUTOUT,            RESULT,    NULL,              NULL, fc_stage_encode, false, false },
};
/* clang-format on */

const size_t fc_stages_count = sizeof fc_stages / sizeof fc_stages[0];

_Static_assert(sizeof fc_stages / sizeof fc_stages[0] <= FC_STAGES_MAX, "reports are too short");

double fc_step_share(fc_step at)
{
    FC_ASSERT(at.stage < (int)fc_stages_count);
    int of_photo = 0;
    while (fc_stages[of_photo].run_photo != NULL) {
        of_photo++;
    }
    const double all = (double)fc_stages_count;
    if (at.stage < of_photo) {
        return at.stage > 0 ? at.stage / all : 0;
    }
    const double of_portrait = all - of_photo;
    const double done = at.portrait * of_portrait + (at.stage - of_photo);
    return (of_photo + done / (at.portraits > 0 ? at.portraits : 1)) / all;
}

const char *fc_part_name(uint32_t part)
{
    static const char *const NAMES[] = { "file",  "facts",  "preview", "faces", "landmarks",
                                         "frame", "detail", "canvas",  "look",  "coarse",
                                         "matte", "person", "cutout",  "check", "result" };
    const int bit = __builtin_ctz(part);
    FC_ASSERT(bit < (int)(sizeof NAMES / sizeof NAMES[0]));
    return NAMES[bit];
}
