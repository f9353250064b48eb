#include "image/jpeg_guard.h"

#include <string.h>

#include <jerror.h>

#include "support/fc_test.h"

/* A decompressor that only has an error manager, and what is done with it. */
typedef struct trial {
    fc_jpeg_guard guard;
    struct jpeg_decompress_struct codec;
    int code;
    int steps; /* that came to their end */
} trial;

static void trial_init(trial *self, int code)
{
    memset(self, 0, sizeof *self);
    self->code = code;
    self->codec.err = fc_jpeg_guard_init(&self->guard);
}

static void give_up(void *context)
{
    trial *self = context;
    ERREXIT1(&self->codec, self->code, 7);
    self->steps++;
}

static void warn(void *context)
{
    trial *self = context;
    WARNMS2(&self->codec, self->code, 1, 2);
    self->steps++;
}

static void tell(void *context)
{
    trial *self = context;
    TRACEMS(&self->codec, 1, JTRC_EOI);
    self->steps++;
}

static void error_becomes_its_status(void **state)
{
    (void)state;
    static const struct {
        int code;
        fc_status status;
        const char *text;
    } CASES[] = {
        { JERR_OUT_OF_MEMORY, FC_OUT_OF_MEMORY, "no memory for a JPEG (" },
        { JERR_NO_BACKING_STORE, FC_LIMIT_EXCEEDED, "a JPEG beyond a limit (" },
        { JERR_IMAGE_TOO_BIG, FC_LIMIT_EXCEEDED, "a JPEG beyond a limit (" },
        { JERR_SOF_UNSUPPORTED, FC_UNSUPPORTED_FORMAT, "a JPEG of a kind" },
        { JERR_FRACT_SAMPLE_NOTIMPL, FC_UNSUPPORTED_FORMAT, "a JPEG of a kind" },
        { JERR_BAD_HUFF_TABLE, FC_CORRUPT_IMAGE, "damaged (" },
        { JERR_NO_SOI, FC_CORRUPT_IMAGE, "damaged (" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        trial try;
        trial_init(&try, CASES[i].code);
        assert_false(fc_jpeg_guard_run(&try.guard, give_up, &try));
        assert_int_equal(try.steps, 0);
        ASSERT_FAILS(CASES[i].status, fc_jpeg_guard_fail(&try.guard, "damaged", &err), err);
        assert_ptr_equal(strstr(err.text, CASES[i].text), err.text);
    }
}

static void warning_of_lost_pixels_ends_the_step(void **state)
{
    (void)state;
    static const int LOST[] = { JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_ARITH_BAD_CODE,
                                JWRN_MUST_RESYNC, JWRN_BOGUS_PROGRESSION };
    for (size_t i = 0; i < sizeof LOST / sizeof LOST[0]; i++) {
        fc_error err = { 0 };
        trial try;
        trial_init(&try, LOST[i]);
        assert_false(fc_jpeg_guard_run(&try.guard, warn, &try));
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_guard_fail(&try.guard, "a JPEG", &err), err);
    }
}

static void warning_of_an_oddity_is_passed_over(void **state)
{
    (void)state;
    static const int ODD[] = { JWRN_JPEG_EOF, JWRN_EXTRANEOUS_DATA, JWRN_NOT_SEQUENTIAL,
                               JWRN_ADOBE_XFORM, JWRN_JFIF_MAJOR };
    for (size_t i = 0; i < sizeof ODD / sizeof ODD[0]; i++) {
        trial try;
        trial_init(&try, ODD[i]);
        assert_true(fc_jpeg_guard_run(&try.guard, warn, &try));
        assert_int_equal(try.steps, 1);
    }
}

static void warning_that_nobody_knows_is_taken_for_lost_pixels(void **state)
{
    (void)state;
    trial try;
    trial_init(&try, JMSG_LASTMSGCODE);
    assert_false(fc_jpeg_guard_run(&try.guard, warn, &try));
}

static void step_after_a_failed_one_is_done(void **state)
{
    (void)state;
    trial try;
    trial_init(&try, JERR_NO_SOI);
    assert_false(fc_jpeg_guard_run(&try.guard, give_up, &try));
    assert_true(fc_jpeg_guard_run(&try.guard, tell, &try));
    assert_int_equal(try.steps, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_becomes_its_status),
        cmocka_unit_test(warning_of_lost_pixels_ends_the_step),
        cmocka_unit_test(warning_of_an_oddity_is_passed_over),
        cmocka_unit_test(warning_that_nobody_knows_is_taken_for_lost_pixels),
        cmocka_unit_test(step_after_a_failed_one_is_done),
    };
    return cmocka_run_group_tests_name("image/jpeg_guard", tests, NULL, NULL);
}
