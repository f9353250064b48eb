#define _GNU_SOURCE /* memmem */
#include "pipeline/sheet.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

static fc_sheet_options options_of(fc_choice format)
{
    fc_sheet_options options;
    fc_options_set_defaults(fc_sheet_option_rows(), &options);
    options.format = format;
    options.cut_lines = true;
    return options;
}

static fc_status make(const fc_sheet_options *options, fc_buffer *out, fc_sheet_facts *facts,
                      fc_error *err)
{
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    int64_t bytes = 0;
    FC_TRY(fc_sheet_estimate(file->bytes, options, &fc_photo_limits, &bytes, err));
    assert_true(bytes > 0);
    return fc_sheet_make(file->bytes, options, &fc_photo_limits, out, facts, err);
}

static void each_format_has_as_many_pictures(void **state)
{
    (void)state;
    static const char *const STARTS[] = { "%PDF-1.4", "\xff\xd8\xff", "\x89PNG" };
    for (fc_choice format = FC_SHEET_PDF; format <= FC_SHEET_PNG; format++) {
        fc_error err = { 0 };
        fc_sheet_facts facts = { 0 };
        FC_AUTO_BUFFER(file, 0);
        const fc_sheet_options options = options_of(format);
        ASSERT_OK(make(&options, &file, &facts, &err), err);
        assert_int_equal(facts.pictures, 8);
        assert_int_equal(facts.turned, 8);
        assert_memory_equal(file.data, STARTS[format], strlen(STARTS[format]));
    }
}

static void a_sheet_of_pixels_has_its_size_and_colours(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_facts facts = { 0 };
    FC_AUTO_BUFFER(file, 0);
    fc_sheet_options options = options_of(FC_SHEET_PNG);
    (void)strcpy(options.size, "50x50mm");
    (void)strcpy(options.paper, "60x60mm");
    options.dpi = 127;
    ASSERT_OK(make(&options, &file, &facts, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&file));
    assert_int_equal(raster->pixels->size.width, 300);
    fc_photo_assert_colour(raster->pixels, 100, 100, fc_photo_quadrants[0], 40);
    fc_photo_assert_colour(raster->pixels, 200, 200, fc_photo_quadrants[3], 40);
    fc_photo_assert_colour(raster->pixels, 10, 10, (const uint8_t[]){ 255, 255, 255 }, 0);
}

static void nonsense_is_refused_with_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        const char *text;
        const char *says;
    } CASES[] = {
        { offsetof(fc_sheet_options, size), "35x45", "35x45mm" },
        { offsetof(fc_sheet_options, paper), "A44", "A4" },
        { offsetof(fc_sheet_options, gap), "2", "2mm" },
        { offsetof(fc_sheet_options, margin), "-2mm", "2mm" },
        { offsetof(fc_sheet_options, size), "200x200mm", "room" },
        { offsetof(fc_sheet_options, caption), "\xe5\x86\x99", "Latin" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        fc_sheet_facts facts = { 0 };
        FC_AUTO_BUFFER(file, 0);
        fc_sheet_options options = options_of(FC_SHEET_PDF);
        (void)strcpy((char *)&options + CASES[i].field, CASES[i].text);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, make(&options, &file, &facts, &err), err);
        assert_non_null(strstr(err.text, CASES[i].says));
        assert_null(file.data);
    }
}

static void a_caption_is_drawn_on_pixels_too_and_has_to_fit(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_facts facts = { 0 };
    FC_AUTO_BUFFER(plain, 0);
    FC_AUTO_BUFFER(file, 0);
    fc_sheet_options options = options_of(FC_SHEET_PNG);
    (void)strcpy(options.caption, " ");
    ASSERT_OK(make(&options, &plain, &facts, &err), err);
    (void)strcpy(options.caption, "K\xc3\xa4the");
    ASSERT_OK(make(&options, &file, &facts, &err), err);
    assert_true(file.size != plain.size || memcmp(file.data, plain.data, file.size) != 0);
    fc_buffer_clear(&file);
    file = FC_BUFFER(0);
    memset(options.caption, 'm', 100);
    options.caption[100] = '\0';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, make(&options, &file, &facts, &err), err);
    assert_non_null(strstr(err.text, "mm long, at most"));
    (void)strcpy(options.caption, "\xe5\x86\x99");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, make(&options, &file, &facts, &err), err);
}

static void pixels_have_a_limit(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_facts facts = { 0 };
    FC_AUTO_BUFFER(file, 0);
    fc_sheet_options options = options_of(FC_SHEET_PNG);
    options.dpi = 1200;
    (void)strcpy(options.paper, "A3");
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, make(&options, &file, &facts, &err), err);
    assert_non_null(strstr(err.text, "ask for a PDF or for fewer dpi"));
    options.format = FC_SHEET_PDF;
    ASSERT_OK(make(&options, &file, &facts, &err), err);
    (void)strcpy(options.paper, "1200x1200mm");
    (void)strcpy(options.size, "900x900mm");
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, make(&options, &file, &facts, &err), err);
    assert_non_null(strstr(err.text, "are made; ask for fewer dpi"));
    (void)strcpy(options.paper, "A4"); /* that it does not fit is worth more to know */
    ASSERT_FAILS(FC_INVALID_ARGUMENT, make(&options, &file, &facts, &err), err);
}

static void a_portrait_that_is_none_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_facts facts = { 0 };
    FC_AUTO_BUFFER(file, 0);
    const fc_sheet_options options = options_of(FC_SHEET_PDF);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_sheet_make((fc_bytes){ (const uint8_t *)"words", 5 }, &options,
                               &fc_photo_limits, &file, &facts, &err),
                 err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_has_as_many_pictures),
        cmocka_unit_test(a_sheet_of_pixels_has_its_size_and_colours),
        cmocka_unit_test(nonsense_is_refused_with_what_is_allowed),
        cmocka_unit_test(a_caption_is_drawn_on_pixels_too_and_has_to_fit),
        cmocka_unit_test(pixels_have_a_limit),
        cmocka_unit_test(a_portrait_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("pipeline/sheet", tests, NULL, NULL);
}
