#include "image/codecs.h"

const char *fc_own_version(void)
{
    return "";
}

static const fc_codec CODECS[] = {
#define FC_FORMAT(type, name, tell, open, version, library, endings)                               \
    { FC_FORMAT_##type, library, version, open },
#include "image/formats.def"
#undef FC_FORMAT
};

const fc_codec *fc_codec_lookup(fc_format format)
{
    for (size_t i = 0; i < sizeof CODECS / sizeof CODECS[0]; i++) {
        if (CODECS[i].format == format) {
            return &CODECS[i];
        }
    }
    return NULL;
}
