#include "image/codecs.h"

static const fc_codec *const CODECS[] = {
#define FC_FORMAT(type, name, tell, codec, endings) &codec,
#include "image/formats.def"
#undef FC_FORMAT
};

const fc_codec *fc_codec_lookup(fc_format format)
{
    for (size_t i = 0; i < sizeof CODECS / sizeof CODECS[0]; i++) {
        if (CODECS[i]->format == format) {
            return CODECS[i];
        }
    }
    return NULL;
}
