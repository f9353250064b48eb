#include "cli/page.h"

#include "base/memory.h"
#include "support/fc_test.h"

static void write_sample(fc_page *page)
{
    fc_page_heading(page, 1, "Flags");
    fc_page_item(page, "--width N", "Width of `x`, .5 or more");
    fc_page_code(page, "facecraft process -");
}

static void plain_text_is_in_columns(void **state)
{
    (void)state;
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    write_sample(&page);
    assert_string_equal(fc_buffer_text(&page.text),
                        "Flags:\n  --width N               Width of x, .5 or more\n"
                        "  facecraft process -\n");
}

static void markdown_keeps_its_marks(void **state)
{
    (void)state;
    FC_AUTO_PAGE(page, FC_PAGE_MARKDOWN);
    write_sample(&page);
    const char *const cells[] = { "a|b", "c" };
    fc_page_head(&page, cells, 2);
    assert_string_equal(fc_buffer_text(&page.text),
                        "# Flags\n\n- `--width N`: Width of `x`, .5 or more\n"
                        "    facecraft process -\n| a\\|b | c |\n|---|---|\n");
}

/* A line that begins with "." and an unescaped "-" would be commands or hyphens to roff. */
static void roff_is_escaped(void **state)
{
    (void)state;
    FC_AUTO_PAGE(page, FC_PAGE_ROFF);
    write_sample(&page);
    assert_string_equal(fc_buffer_text(&page.text),
                        ".SH Flags\n.TP\n.B \"\\-\\-width N\"\nWidth of x, \\&.5 or more\n"
                        ".PP\n.nf\n.RS\nfacecraft process \\-\n.RE\n.fi\n");
}

static void long_text_is_wrapped(void **state)
{
    (void)state;
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    fc_page_paragraph(&page, "%s %s", "a23456789 b23456789 c23456789 d23456789 e23456789",
                      "f23456789 g23456789 h23456789 next");
    assert_string_equal(fc_buffer_text(&page.text),
                        "a23456789 b23456789 c23456789 d23456789 e23456789 f23456789 g23456789 "
                        "h23456789\nnext\n\n");
}

static void a_failure_is_told_at_the_end(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    fc_memory_fail_after(1);
    write_sample(&page);
    fc_memory_fail_after(0);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_page_print(&page, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_in_columns),
        cmocka_unit_test(markdown_keeps_its_marks),
        cmocka_unit_test(roff_is_escaped),
        cmocka_unit_test(long_text_is_wrapped),
        cmocka_unit_test(a_failure_is_told_at_the_end),
    };
    return cmocka_run_group_tests_name("cli/page", tests, NULL, NULL);
}
