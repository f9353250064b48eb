#include "pipeline/estimate.h"

#include "base/memory.h"
#include "support/fc_test.h"

#define MB(bytes) ((int32_t)((bytes) >> 20))

/* A photo whose decoder keeps so many bytes a px beside its result. */
static void make_photo(fc_photo *photo, fc_size size, int64_t kept)
{
    *photo = (fc_photo){ .params = fc_params_default(), .outputs = FC_OUTPUT_PNG | FC_OUTPUT_JPEG };
    photo->facts.size = size;
    photo->facts.decoded_bytes = (int64_t)size.width * size.height * (3 + kept);
}

static int32_t portrait_mb(fc_size size, int64_t kept, int32_t side, uint32_t outputs)
{
    static fc_photo photo;
    make_photo(&photo, size, kept);
    photo.params.width = photo.params.height = side;
    photo.outputs = outputs;
    return MB(fc_photo_estimate(&photo));
}

static int32_t cutout_mb(fc_size size, const fc_cutout_plan *plan)
{
    static fc_photo photo;
    make_photo(&photo, size, 0);
    photo.outputs = FC_OUTPUT_CUTOUT;
    photo.plan = *plan;
    return MB(fc_photo_estimate(&photo));
}

/* The measured peaks of estimate.h: never below, and not twice as much. */
static void the_estimate_lies_above_what_was_measured(void **state)
{
    (void)state;
    static const struct {
        fc_size photo;
        int32_t side;
        uint32_t outputs;
        int32_t peak_mb;
    } MEASURED[] = {
        { { 894, 1118 }, 256, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 26 },
        { { 894, 1118 }, 648, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 24 },
        { { 894, 1118 }, 1024, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 42 },
        { { 894, 1118 }, 2048, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 114 },
        { { 894, 1118 }, 4096, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 514 },
        { { 894, 1118 }, 4096, FC_OUTPUT_WEBP, 764 },
        { { 3098, 3873 }, 648, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 28 },
        { { 3098, 3873 }, 2048, FC_OUTPUT_WEBP, 198 },
        { { 6196, 7746 }, 4096, FC_OUTPUT_PNG | FC_OUTPUT_JPEG, 523 },
        { { 6196, 7746 }, 648, FC_OUTPUT_PNG | FC_OUTPUT_MATTE, 321 },
    };
    for (size_t i = 0; i < sizeof MEASURED / sizeof MEASURED[0]; i++) {
        const int32_t mb = portrait_mb(MEASURED[i].photo, 0, MEASURED[i].side, MEASURED[i].outputs);
        assert_in_range(mb, MEASURED[i].peak_mb, 2 * MEASURED[i].peak_mb);
    }
    const fc_size large = { 6196, 7746 };
    assert_in_range(cutout_mb(large, &(fc_cutout_plan){ .format = FC_CUTOUT_PNG }), 549, 700);
    assert_in_range(cutout_mb(large, &(fc_cutout_plan){ .format = FC_CUTOUT_WEBP }), 1157, 1400);
    assert_in_range(cutout_mb(large, &(fc_cutout_plan){ .pixels_max = 250000 }), 30, 60);
}

/* Half of 2 GB is what photos in work may take in a small container, a quarter of it here. */
static void photos_of_phones_are_far_from_any_limit(void **state)
{
    (void)state;
    const fc_size phone = { 8064, 6048 };
    const uint32_t usual = FC_OUTPUT_PNG | FC_OUTPUT_JPEG;
    assert_true(portrait_mb(phone, 0, 648, usual) < 64);   /* JPEG, PNG */
    assert_true(portrait_mb(phone, 6, 648, usual) < 384);  /* progressive JPEG */
    assert_true(portrait_mb(phone, 9, 648, usual) < 512);  /* HEIC, AVIF, WebP */
    assert_true(portrait_mb(phone, 12, 648, usual) < 640); /* TIFF of 16 bits */
}

static void what_the_decoder_keeps_counts(void **state)
{
    (void)state;
    const fc_size size = { 4000, 3000 };
    assert_true(portrait_mb(size, 16, 648, FC_OUTPUT_PNG) > 12 * 16);
    /* It is gone when the portrait is made. */
    assert_int_equal(portrait_mb(size, 1, 4096, FC_OUTPUT_PNG),
                     portrait_mb(size, 16, 4096, FC_OUTPUT_PNG));
}

static void a_margin_makes_the_canvas_of_a_cutout_larger(void **state)
{
    (void)state;
    const fc_size size = { 4000, 3000 };
    fc_cutout_plan plan = { .format = FC_CUTOUT_PNG };
    const int32_t without = cutout_mb(size, &plan);
    plan.crop = true;
    const int32_t with = cutout_mb(size, &plan);
    assert_in_range(with - without, 60, 80); /* 5000 x 4000 instead of 4000 x 3000, 9 bytes a px */
}

static void looking_alone_takes_no_canvas(void **state)
{
    (void)state;
    assert_true(portrait_mb((fc_size){ 1000, 1000 }, 0, 4096, 0) < 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_estimate_lies_above_what_was_measured),
        cmocka_unit_test(photos_of_phones_are_far_from_any_limit),
        cmocka_unit_test(what_the_decoder_keeps_counts),
        cmocka_unit_test(a_margin_makes_the_canvas_of_a_cutout_larger),
        cmocka_unit_test(looking_alone_takes_no_canvas),
    };
    return cmocka_run_group_tests_name("pipeline/estimate", tests, NULL, NULL);
}
