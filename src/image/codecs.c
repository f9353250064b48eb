#include "image/codecs.h"

/* Ours has no version of its own. */
static const char *built_in(void)
{
    return "";
}

/* In the order of fc_format. */
static const fc_codec CODECS[] = {
    { FC_FORMAT_JPEG, "libjpeg-turbo", fc_jpeg_version, fc_jpeg_open },
    { FC_FORMAT_PNG, "libspng", fc_png_version, fc_png_open },
    { FC_FORMAT_WEBP, "libwebp", fc_webp_version, fc_webp_open },
    { FC_FORMAT_BMP, "built in", built_in, fc_bmp_open },
    { FC_FORMAT_GIF, "giflib", fc_gif_version, fc_gif_open },
    { FC_FORMAT_TIFF, "libtiff", fc_tiff_version, fc_tiff_open },
    { FC_FORMAT_HEIC, "libde265", fc_hevc_version, fc_heif_open },
    { FC_FORMAT_AVIF, "dav1d", fc_av1_version, fc_heif_open },
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
