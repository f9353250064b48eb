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

fc_status fc_job_room_check(fc_job_room room, fc_job_room kept, fc_job_room more, fc_error *err)
{
    if (more.photos > room.photos || more.bytes > room.bytes) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "%lld photos of %.1f MB in all are more than the %lld of %.1f MB that may "
                       "be kept for later",
                       (long long)more.photos, (double)more.bytes / 1048576.0,
                       (long long)room.photos, (double)room.bytes / 1048576.0);
    }
    if (kept.photos + more.photos > room.photos || kept.bytes + more.bytes > room.bytes) {
        return fc_fail(
            err, FC_BUSY,
            "%lld photos of %.1f MB are accepted already, at most %lld of %.1f MB may be",
            (long long)kept.photos, (double)kept.bytes / 1048576.0, (long long)room.photos,
            (double)room.bytes / 1048576.0);
    }
    return FC_OK;
}
