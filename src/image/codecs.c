#include "image/codecs.h"

/* In the order of fc_format. */
static const fc_codec *const CODECS[] = {
    &fc_codec_jpeg, &fc_codec_png,  &fc_codec_webp, &fc_codec_bmp,
    &fc_codec_gif,  &fc_codec_tiff, &fc_codec_heic, &fc_codec_avif,
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
