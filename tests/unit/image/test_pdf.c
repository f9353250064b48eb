#define _GNU_SOURCE /* memmem */
#include "image/pdf.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static const fc_bytes JPEG = { (const uint8_t *)"\xff\xd8 not looked at \xff\xd9", 20 };
static const fc_pdf_place PLACES[] = { { { 10, 20, 35, 45 }, false },
                                       { { 50, 20, 45, 35 }, true } };
static const fc_pdf_line LINES[] = { { { 10, 20 }, { 10, 16 } } };

static fc_pdf_page page_with(const char *caption)
{
    return (fc_pdf_page){ .width_mm = 100,
                          .height_mm = 150,
                          .places = PLACES,
                          .place_count = 2,
                          .lines = LINES,
                          .line_count = 1,
                          .line_width_mm = 0.1,
                          .caption = caption,
                          .caption_at = { 10, 147 },
                          .caption_mm = 2.8 };
}

static fc_status write(const char *caption, fc_buffer *out, fc_error *err)
{
    const fc_pdf_page page = page_with(caption);
    return fc_pdf_write(&page, JPEG, (fc_size){ 413, 531 }, out, err);
}

static bool holds(const fc_buffer *file, const char *text)
{
    return memmem(file->data, file->size, text, strlen(text)) != NULL;
}

/* Each entry of the table points at the object of its number. */
static void the_table_finds_every_object(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 1 << 20);
    ASSERT_OK(write("", &file, &err), err);
    const char *text = fc_buffer_text(&file);
    const char *start = memmem(text, file.size, "startxref\n", 10);
    assert_non_null(start);
    const char *table = text + atol(start + 10);
    assert_memory_equal(table, "xref\n0 7\n", 9);
    for (int i = 1; i <= 6; i++) {
        const char *at = text + atol(table + 9 + 20 * (size_t)i);
        assert_int_equal(atol(at), i);
        assert_memory_equal(strchr(at, ' '), " 0 obj", 6);
    }
    assert_memory_equal(text + file.size - 6, "%%EOF\n", 6);
}

static void places_are_exact_points(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 1 << 20);
    ASSERT_OK(write("", &file, &err), err);
    assert_true(holds(&file, "/MediaBox [0 0 283.4646 425.1969 ]"));
    assert_true(holds(&file, "q 99.2126 0.0000 0.0000 127.5591 28.3465 240.9449 cm /P Do Q"));
    assert_true(holds(&file, "q 0.0000 -99.2126 127.5591 0.0000 141.7323 368.5039 cm /P Do Q"));
    assert_true(holds(&file, "0.2835 w"));
    assert_true(holds(&file, "28.3465 368.5039 m\n28.3465 379.8425 l S"));
    assert_true(holds(&file, "/Width 413 /Height 531"));
    assert_false(holds(&file, "BT"));
}

static void a_caption_has_latin_letters_and_nothing_else(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 1 << 20);
    ASSERT_OK(write("(K\xc3\xa4)", &file, &err), err);
    assert_true(holds(&file, "Td (\\050\\113\\344\\051) Tj"));
    static const char *const WRONG[] = { "\xe5\x86\x99", "a\nb", "\xff", "\xc2\x80" };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        FC_AUTO_BUFFER(other, 1 << 20);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, write(WRONG[i], &other, &err), err);
    }
    char line[FC_PDF_CAPTION_SIZE + 1];
    memset(line, 'a', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    FC_AUTO_BUFFER(other, 1 << 20);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, write(line, &other, &err), err);
}

static void a_limit_of_the_file_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, 500);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write("", &file, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_finds_every_object),
        cmocka_unit_test(places_are_exact_points),
        cmocka_unit_test(a_caption_has_latin_letters_and_nothing_else),
        cmocka_unit_test(a_limit_of_the_file_is_kept),
    };
    return cmocka_run_group_tests_name("image/pdf", tests, NULL, NULL);
}
