#include "engine/model_notices.h"

#include "base/assert.h"
#include "engine/model_files.h"

#define APACHE_TERMS                                                                               \
    "Free for every use, also commercial. Who passes the file on passes on the licence and its "   \
    "notices, and says what was changed. Without warranty."
#define APACHE_TEXT "https://www.apache.org/licenses/LICENSE-2.0"

#define APACHE(owner)                                                                              \
    {                                                                                              \
        owner, APACHE_TERMS, APACHE_TEXT                                                           \
    }
#define NOTICE(owner, terms, text)                                                                 \
    {                                                                                              \
        owner, terms, text                                                                         \
    }

static const fc_model_notice TABLE[FC_MODEL_FILES_COUNT] = {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice) notice,
#include "models/model_files.def"
#undef FC_MODEL
};

const fc_model_notice *fc_model_notice_lookup(int index)
{
    FC_ASSERT(index >= 0);
    FC_ASSERT(index < FC_MODEL_FILES_COUNT);
    FC_ASSERT(TABLE[index].text != NULL);
    return &TABLE[index];
}
