#include "image/jpeg_guard.h"

#include <jerror.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"

/* What libjpeg's errors mean. All that are not here say that the file is damaged. */
static const struct {
    int code;
    fc_status status;
} ERRORS[] = {
    { JERR_OUT_OF_MEMORY, FC_OUT_OF_MEMORY },
    { JERR_NO_BACKING_STORE, FC_LIMIT_EXCEEDED }, /* coefficients beyond max_memory_to_use */
    { JERR_IMAGE_TOO_BIG, FC_LIMIT_EXCEEDED },
    { JERR_WIDTH_OVERFLOW, FC_LIMIT_EXCEEDED },
    { JERR_ARITH_NOTIMPL, FC_UNSUPPORTED_FORMAT },
    { JERR_BAD_PRECISION, FC_UNSUPPORTED_FORMAT },
    { JERR_CCIR601_NOTIMPL, FC_UNSUPPORTED_FORMAT },
    { JERR_CONVERSION_NOTIMPL, FC_UNSUPPORTED_FORMAT },
    { JERR_FRACT_SAMPLE_NOTIMPL, FC_UNSUPPORTED_FORMAT }, /* 3 columns over 2 */
    { JERR_NOTIMPL, FC_UNSUPPORTED_FORMAT },
    { JERR_NOT_COMPILED, FC_UNSUPPORTED_FORMAT },
    { JERR_SOF_UNSUPPORTED, FC_UNSUPPORTED_FORMAT }, /* lossless, hierarchical */
};

/*
 * What libjpeg's warnings mean. It goes on after each of them, and fills what it has no data for
 * with grey. Where a warning says that, the picture is damaged; the others are oddities of a file
 * whose pixels are all there. A warning that is not here is of a libjpeg to come: better refused.
 */
static const struct {
    int code;
    bool loses_pixels;
} WARNINGS[] = {
    { JWRN_HIT_MARKER, true },        /* a marker, or the end, amid the pixels: cut short */
    { JWRN_HUFF_BAD_CODE, true },     /* bits that mean nothing: overwritten */
    { JWRN_ARITH_BAD_CODE, true },    /* the same for arithmetic coding */
    { JWRN_MUST_RESYNC, true },       /* a restart marker missing: the rows up to it are lost */
    { JWRN_BOGUS_PROGRESSION, true }, /* a scan refines one that was not there */
    { JWRN_JPEG_EOF, false },         /* no end marker; if pixels are missing, HIT_MARKER comes */
    { JWRN_EXTRANEOUS_DATA, false },  /* bytes between the pixels and the next marker */
    { JWRN_NOT_SEQUENTIAL, false },   /* a baseline scan that names a band of coefficients */
    { JWRN_ADOBE_XFORM, false },      /* Adobe's marker names a colour model of later days */
    { JWRN_JFIF_MAJOR, false },       /* JFIF of another version */
    { JWRN_TOO_MUCH_DATA, false },    /* a row asked for after the last: there is none */
};

static bool loses_pixels(int warning)
{
    for (size_t i = 0; i < sizeof WARNINGS / sizeof WARNINGS[0]; i++) {
        if (WARNINGS[i].code == warning) {
            return WARNINGS[i].loses_pixels;
        }
    }
    return true;
}

static fc_status status_of(int error)
{
    for (size_t i = 0; i < sizeof ERRORS / sizeof ERRORS[0]; i++) {
        if (ERRORS[i].code == error) {
            return ERRORS[i].status;
        }
    }
    return FC_CORRUPT_IMAGE;
}

/* libjpeg's error_exit. */
FC_NORETURN static void give_up(j_common_ptr codec)
{
    fc_jpeg_guard *guard = (fc_jpeg_guard *)codec->err;
    guard->status = status_of(guard->manager.msg_code);
    guard->manager.format_message(codec, guard->reason);
    longjmp(guard->way_out, 1);
}

/* libjpeg's emit_message: warnings have level -1, mere news 0 and more. */
static void hear(j_common_ptr codec, int level)
{
    if (level < 0 && loses_pixels(codec->err->msg_code)) {
        give_up(codec);
    }
}

static void print_nothing(j_common_ptr codec)
{
    (void)codec;
}

struct jpeg_error_mgr *fc_jpeg_guard_init(fc_jpeg_guard *guard)
{
    FC_ASSERT(guard != NULL);

    struct jpeg_error_mgr *manager = jpeg_std_error(&guard->manager);
    manager->error_exit = give_up;
    manager->emit_message = hear;
    manager->output_message = print_nothing;
    guard->status = FC_OK;
    guard->reason[0] = '\0';
    return manager;
}

/* The one setjmp of the program. Nothing of this frame changes behind it, so nothing is volatile.
 */
bool fc_jpeg_guard_run(fc_jpeg_guard *guard, void (*step)(void *context), void *context)
{
    if (setjmp(guard->way_out) != 0) {
        return false;
    }
    step(context);
    return true;
}

fc_status fc_jpeg_guard_fail(const fc_jpeg_guard *guard, const char *damaged, fc_error *err)
{
    FC_ASSERT(guard->status != FC_OK);
    const char *what = damaged;
    if (guard->status == FC_OUT_OF_MEMORY) {
        what = "no memory for a JPEG";
    } else if (guard->status == FC_LIMIT_EXCEEDED) {
        what = "a JPEG beyond a limit";
    } else if (guard->status == FC_UNSUPPORTED_FORMAT) {
        what = "a JPEG of a kind that is not supported";
    }
    return fc_fail(err, guard->status, "%s (%s)", what, guard->reason);
}
