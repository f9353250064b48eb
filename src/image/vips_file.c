#include "image/vips_file.h"

#include <string.h>

#include "base/assert.h"

/* libvips classes that may read files; all others are refused by the library itself. */
static const char *const LOADERS[] = {
    "VipsForeignLoadJpegBuffer",  "VipsForeignLoadPngBuffer",  "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadNsgifBuffer", "VipsForeignLoadTiffBuffer", "VipsForeignLoadHeifBuffer",
};

/* The library's warnings (odd EXIF, early end of file) go nowhere: what matters is a status. */
static void ignore_log(const gchar *domain, GLogLevelFlags level, const gchar *message,
                       gpointer context)
{
    (void)domain;
    (void)level;
    (void)message;
    (void)context;
}

fc_status fc_vips_start(fc_error *err)
{
    (void)g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
                            ignore_log, NULL);
    if (vips_init("facecraft") != 0) {
        return fc_vips_fail(err, FC_MODEL_UNAVAILABLE, "libvips does not start");
    }
    vips_concurrency_set(1); /* jobs run beside each other; one job decodes on one thread */
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(LOADERS); i++) {
        vips_operation_block_set(LOADERS[i], FALSE);
    }
    return FC_OK;
}

const char *fc_vips_version(void)
{
    return vips_version_string();
}

void fc_vips_stop(void)
{
    vips_shutdown();
}

void fc_vips_forget(void)
{
    vips_thread_shutdown();
}

static int load(void *data, size_t size, fc_format format, int32_t shrink, VipsImage **image)
{
    const VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
    const VipsFailOn fail_on = VIPS_FAIL_ON_ERROR; /* half a picture is not a picture */
    switch (format) {
    case FC_FORMAT_JPEG:
        return vips_jpegload_buffer(data, size, image, "access", access, "fail_on", fail_on,
                                    "shrink", shrink, NULL);
    case FC_FORMAT_PNG:
        return vips_pngload_buffer(data, size, image, "access", access, "fail_on", fail_on, NULL);
    case FC_FORMAT_WEBP:
        return vips_webpload_buffer(data, size, image, "access", access, "fail_on", fail_on, NULL);
    case FC_FORMAT_GIF:
        return vips_gifload_buffer(data, size, image, "access", access, "fail_on", fail_on, NULL);
    case FC_FORMAT_TIFF:
        return vips_tiffload_buffer(data, size, image, "access", access, "fail_on", fail_on, NULL);
    case FC_FORMAT_HEIC:
    case FC_FORMAT_AVIF:
        return vips_heifload_buffer(data, size, image, "access", access, "fail_on", fail_on, NULL);
    case FC_FORMAT_BMP:
    case FC_FORMAT_UNKNOWN:
    case FC_FORMAT_COUNT:
        break;
    }
    return -1;
}

fc_status fc_vips_open(fc_bytes file, fc_format format, int32_t shrink, VipsImage **out,
                       fc_error *err)
{
    FC_ASSERT(format != FC_FORMAT_UNKNOWN && format != FC_FORMAT_BMP);
    FC_ASSERT(shrink == 1 || format == FC_FORMAT_JPEG);
    FC_ASSERT(out != NULL);

    VipsImage *image = NULL;
    /* The library only reads the bytes, but its interface is older than const. */
    if (load((void *)(uintptr_t)file.data, file.size, format, shrink, &image) != 0) {
        char what[64];
        (void)g_snprintf(what, sizeof what, "a damaged %s file", fc_format_name(format));
        return fc_vips_fail(err, FC_CORRUPT_IMAGE, what);
    }
    *out = image;
    return FC_OK;
}

fc_status fc_vips_fail(fc_error *err, fc_status status, const char *what)
{
    char *reason = vips_error_buffer_copy(); /* copies and clears under the library's lock */
    reason[strcspn(reason, "\r\n")] = '\0';
    const fc_status actual = strstr(reason, "out of memory") != NULL ? FC_OUT_OF_MEMORY : status;
    const fc_status recorded =
        fc_fail(err, actual, reason[0] != '\0' ? "%s (%s)" : "%s%s", what, reason);
    g_free(reason);
    return recorded;
}
