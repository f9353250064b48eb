#include "engine/model_notices.h"

#include "base/assert.h"
#include "engine/model_files.h"

#define APACHE_TERMS                                                                               \
    "Free for every use, also commercial. Who passes the file on passes on the licence and its "   \
    "notices, and says what was changed. Without warranty."
#define APACHE_TEXT "https://www.apache.org/licenses/LICENSE-2.0"

static const fc_model_notice TABLE[FC_MODEL_FILES_COUNT] = {
    [FC_MODEL_FILE_detector] = { "The MediaPipe Authors", APACHE_TERMS, APACHE_TEXT },
    [FC_MODEL_FILE_dlib] = { "dlib",
                             "The file itself is published as CC0. It was trained on the iBUG "
                             "300-W photos, whose "
                             "licence excludes commercial use; dlib's author advises to ask "
                             "Imperial College London "
                             "before it is used in a product.",
                             "https://github.com/davisking/dlib-models" },
    [FC_MODEL_FILE_mesh] = { "The MediaPipe Authors", APACHE_TERMS, APACHE_TEXT },
    [FC_MODEL_FILE_selfie] = { "The MediaPipe Authors", APACHE_TERMS, APACHE_TEXT },
    [FC_MODEL_FILE_u2net] = { "The authors of U-2-Net", APACHE_TERMS, APACHE_TEXT },
    [FC_MODEL_FILE_codeformer] = { "S-Lab, Nanyang Technological University",
                                   "Use and passing on, changed or not, for non-commercial "
                                   "purposes only, with the notice of "
                                   "the licence. Commercial use needs the permission of its "
                                   "contributors. Without warranty.",
                                   "https://github.com/sczhou/CodeFormer/blob/master/LICENSE" },
};

const fc_model_notice *fc_model_notice_lookup(int index)
{
    FC_ASSERT(index >= 0);
    FC_ASSERT(index < FC_MODEL_FILES_COUNT);
    FC_ASSERT(TABLE[index].text != NULL);
    return &TABLE[index];
}
