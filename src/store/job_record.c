#include "store/job_record.h"

#include "base/assert.h"

const char *fc_callback_state_name(fc_callback_state state)
{
    static const char *const NAMES[FC_CALLBACK_STATES_COUNT] = { "waiting", "delivered", "failed" };
    FC_ASSERT((unsigned)state < FC_CALLBACK_STATES_COUNT);
    return NAMES[state];
}

const char *fc_picture_type_name(fc_picture_type type)
{
    static const char *const NAMES[FC_PICTURE_TYPES_COUNT] = { "png", "jpg", "webp" };
    FC_ASSERT((unsigned)type < FC_PICTURE_TYPES_COUNT);
    return NAMES[type];
}

const char *fc_picture_type_media(fc_picture_type type)
{
    static const char *const MEDIA[FC_PICTURE_TYPES_COUNT] = { "image/png", "image/jpeg",
                                                               "image/webp" };
    FC_ASSERT((unsigned)type < FC_PICTURE_TYPES_COUNT);
    return MEDIA[type];
}
