#include "directory/csv.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

/* All rows of a text as "a|b/c|d". */
static fc_status read_all(const char *table, char *out, size_t size, fc_error *err)
{
    static char text[4096];
    (void)snprintf(text, sizeof text, "%s", table);
    fc_csv csv = fc_csv_start(text);
    out[0] = '\0';
    fc_csv_row row;
    bool more = true;
    while (more) {
        FC_TRY(fc_csv_next(&csv, &row, &more, err));
        for (size_t i = 0; more && i < row.count; i++) {
            const size_t used = strlen(out);
            (void)snprintf(out + used, size - used, "%s%s",
                           i > 0      ? "|"
                           : used > 0 ? "/"
                                      : "",
                           row.fields[i]);
        }
    }
    return FC_OK;
}

static void assert_rows(const char *table, const char *rows)
{
    char found[4096];
    fc_error err = { 0 };
    ASSERT_OK(read_all(table, found, sizeof found, &err), err);
    assert_string_equal(found, rows);
}

static void the_commonest_separator_of_the_head_counts(void **state)
{
    (void)state;
    assert_rows("a,b\nc,d\n", "a|b/c|d");
    assert_rows("a;b\nc,1;d\n", "a|b/c,1|d");
    assert_rows("a\tb\nc\td", "a|b/c|d");
    assert_rows("\"x,y,z\";b\nc;d", "x,y,z|b/c|d");
    assert_rows("alone\none", "alone/one");
    assert_rows("sep=;\r\na;b,c,d\r\n", "a|b,c,d");
}

static void quotes_hold_separators_lines_and_quotes(void **state)
{
    (void)state;
    assert_rows("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\n", "a|b/x,\"y\"|two\nlines");
    assert_rows("a,b\n\"\",\"\"\n", "a|b/|");
    assert_rows("a,b\nin \"side\",c\n", "a|b/in \"side\"|c");
}

static void any_line_end_and_blank_lines_will_do(void **state)
{
    (void)state;
    assert_rows("a,b\r\nc,d\r\n\r\n\ne,f", "a|b/c|d/e|f");
    assert_rows("a,b\rc,d\r", "a|b/c|d");
    assert_rows("", "");
    assert_rows("\n\n", "");
    assert_rows("a,b\nc,\n,", "a|b/c|/|");
}

static void rows_know_their_lines(void **state)
{
    (void)state;
    char text[] = "a\n\"1\n2\"\nb\n";
    fc_csv csv = fc_csv_start(text);
    fc_csv_row row;
    bool more = false;
    fc_error err = { 0 };
    const size_t lines[] = { 1, 2, 4 };
    for (size_t i = 0; i < 3; i++) {
        ASSERT_OK(fc_csv_next(&csv, &row, &more, &err), err);
        assert_true(more);
        assert_int_equal(row.line, lines[i]);
    }
}

static void what_is_no_table_is_refused_with_its_line(void **state)
{
    (void)state;
    char found[4096];
    char wide[2 * FC_CSV_FIELDS_MAX + 2];
    fc_error err = { 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_all("a,b\n\"c,d\n", found, sizeof found, &err), err);
    assert_non_null(strstr(err.text, "line 2"));
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_all("a\n\"b\"c\n", found, sizeof found, &err), err);
    memset(wide, ',', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, read_all(wide, found, sizeof found, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_commonest_separator_of_the_head_counts),
        cmocka_unit_test(quotes_hold_separators_lines_and_quotes),
        cmocka_unit_test(any_line_end_and_blank_lines_will_do),
        cmocka_unit_test(rows_know_their_lines),
        cmocka_unit_test(what_is_no_table_is_refused_with_its_line),
    };
    return cmocka_run_group_tests_name("directory/csv", tests, NULL, NULL);
}
