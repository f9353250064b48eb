#include "directory/match.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

typedef struct matching {
    fc_roster roster;
    fc_match_photo photos[16];
    fc_match match;
} matching;

static int64_t times[16]; /* of the photos; 0 where a test does not care */

/* Photos are separated by "|". */
static void run(matching *self, const char *csv, const char *photos, bool id_in_name, bool newest)
{
    static char names[1024];
    fc_error err = { 0 };
    *self = (matching){ 0 };
    ASSERT_OK(
        fc_roster_parse((fc_bytes){ (const uint8_t *)csv, strlen(csv) }, "", &self->roster, &err),
        err);
    size_t count = 0;
    strcpy(names, photos);
    for (char *rest = names, *name = strsep(&rest, "|"); name != NULL; name = strsep(&rest, "|")) {
        self->photos[count] = (fc_match_photo){ name, name, times[count] };
        count++;
    }
    const fc_match_request request = { &self->roster, self->photos, count, id_in_name, newest };
    ASSERT_OK(fc_match_run(&request, &self->match, &err), err);
}

static void end(matching *self)
{
    fc_match_clear(&self->match);
    fc_roster_clear(&self->roster);
    memset(times, 0, sizeof times);
}

static void assert_account(const matching *self, size_t i, int64_t photo, fc_line_state state)
{
    assert_int_equal(self->match.accounts[i].other, photo);
    assert_string_equal(fc_line_state_lookup(self->match.accounts[i].state)->word,
                        fc_line_state_lookup(state)->word);
}

static void assert_photo(const matching *self, size_t i, int64_t account, fc_line_state state)
{
    assert_int_equal(self->match.photos[i].other, account);
    assert_string_equal(fc_line_state_lookup(self->match.photos[i].state)->word,
                        fc_line_state_lookup(state)->word);
}

static void names_match_folded_without_their_ending(void **state)
{
    (void)state;
    matching self;
    run(&self, "account,mail,id\nJDoe,,\nx,anna.m\xc3\xbcller@example.org,\ny,,E-77\nz,,\n",
        "sub/jdoe.JPG|anna.mu\xcc\x88ller.jpeg|e-77.png|stranger.jpg", false, false);
    assert_account(&self, 0, 0, FC_LINE_WAITING);
    assert_account(&self, 1, 1, FC_LINE_WAITING);
    assert_account(&self, 2, 2, FC_LINE_WAITING);
    assert_account(&self, 3, -1, FC_LINE_NO_PHOTO);
    assert_photo(&self, 0, 0, FC_LINE_WAITING);
    assert_photo(&self, 3, -1, FC_LINE_NO_ACCOUNT);
    end(&self);
}

static void whole_addresses_come_before_their_local_parts(void **state)
{
    (void)state;
    matching self;
    run(&self, "upn\na@one.org\na@two.org\n", "a@one.org.jpg|a.jpg", false, false);
    assert_account(&self, 0, 0, FC_LINE_WAITING);
    assert_account(&self, 1, -1, FC_LINE_NO_PHOTO);
    assert_photo(&self, 1, -1, FC_LINE_AMBIGUOUS); /* a local part of both */
    end(&self);
}

static void the_roster_may_name_the_file(void **state)
{
    (void)state;
    matching self;
    run(&self, "account,photo\na,b.jpg\nb,Sub\\X.jpg\nc,gone.jpg\nd,same.jpg\ne,same.jpg\n",
        "b.jpg|sub/x.jpg|c.jpg|same.jpg", false, false);
    assert_account(&self, 0, 0, FC_LINE_WAITING);
    assert_account(&self, 1, 1, FC_LINE_WAITING);
    assert_account(&self, 2, -1, FC_LINE_NO_PHOTO);
    assert_photo(&self, 2, -1, FC_LINE_NOT_USED);
    assert_account(&self, 3, -1, FC_LINE_AMBIGUOUS);
    assert_account(&self, 4, -1, FC_LINE_AMBIGUOUS);
    assert_photo(&self, 3, -1, FC_LINE_AMBIGUOUS);
    end(&self);
}

static void several_photos_of_one_account_are_no_choice(void **state)
{
    (void)state;
    matching self;
    run(&self, "account,mail\na,b@x\n", "a.jpg|sub/a.png|b.jpg", false, false);
    assert_account(&self, 0, -1, FC_LINE_AMBIGUOUS);
    for (size_t i = 0; i < 3; i++) {
        assert_photo(&self, i, -1, FC_LINE_AMBIGUOUS);
    }
    end(&self);
}

static void on_request_the_newest_is_taken(void **state)
{
    (void)state;
    matching self;
    times[0] = 5;
    times[1] = 9;
    times[2] = 7;
    run(&self, "account,mail\na,b@x\n", "a.jpg|sub/a.png|b.jpg", false, true);
    assert_account(&self, 0, 1, FC_LINE_WAITING);
    assert_photo(&self, 0, -1, FC_LINE_NOT_USED);
    assert_photo(&self, 1, 0, FC_LINE_WAITING);
    assert_photo(&self, 2, -1, FC_LINE_NOT_USED);
    end(&self);
}

static void an_account_that_comes_twice_gets_nothing(void **state)
{
    (void)state;
    matching self;
    run(&self, "account,mail\na,1@x\nA,2@x\n,\n", "a.jpg|1.jpg", false, false);
    assert_account(&self, 0, -1, FC_LINE_AMBIGUOUS);
    assert_account(&self, 1, -1, FC_LINE_AMBIGUOUS);
    assert_photo(&self, 0, -1, FC_LINE_AMBIGUOUS);
    assert_photo(&self, 1, -1, FC_LINE_AMBIGUOUS);
    assert_int_equal(self.roster.count, 2);
    end(&self);
}

static void a_row_that_names_nobody_is_told(void **state)
{
    (void)state;
    matching self;
    run(&self, "account,name\n,Nobody\n", "a.jpg", false, false);
    assert_account(&self, 0, -1, FC_LINE_NO_ACCOUNT);
    end(&self);
}

static void numbers_within_names_count_on_request_only(void **state)
{
    (void)state;
    matching self;
    const char *csv = "account,id\na,004711\nb,12\n";
    const char *photos = "IMG_004711_Meyer.jpg|x0047112.jpg|12-004711.jpg|scan 12.jpg";
    run(&self, csv, photos, false, false);
    assert_account(&self, 0, -1, FC_LINE_NO_PHOTO);
    end(&self);
    run(&self, csv, photos, true, false);
    assert_account(&self, 0, 0, FC_LINE_WAITING);
    assert_account(&self, 1, 3, FC_LINE_WAITING);
    assert_photo(&self, 1, -1, FC_LINE_NO_ACCOUNT);
    assert_photo(&self, 2, -1, FC_LINE_AMBIGUOUS);
    end(&self);
}

static void memory_that_ends_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_roster roster;
    const char *csv = "account,photo\na,\nb,c.jpg\n";
    ASSERT_OK(fc_roster_parse((fc_bytes){ (const uint8_t *)csv, strlen(csv) }, "", &roster, &err),
              err);
    const fc_match_photo photos[] = { { "a.jpg", "a.jpg", 0 }, { "c.jpg", "c.jpg", 0 } };
    const fc_match_request request = { &roster, photos, 2, true, true };
    fc_match match = { 0 };
    fc_status status = FC_OUT_OF_MEMORY;
    for (int64_t n = 1; status != FC_OK && n < 1000; n++) {
        fc_match_clear(&match);
        fc_memory_fail_after(n);
        status = fc_match_run(&request, &match, &err);
        fc_memory_fail_after(0);
        assert_true(status == FC_OK || status == FC_OUT_OF_MEMORY);
    }
    assert_int_equal(match.accounts[1].other, 1);
    fc_match_clear(&match);
    fc_roster_clear(&roster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_match_folded_without_their_ending),
        cmocka_unit_test(whole_addresses_come_before_their_local_parts),
        cmocka_unit_test(the_roster_may_name_the_file),
        cmocka_unit_test(several_photos_of_one_account_are_no_choice),
        cmocka_unit_test(on_request_the_newest_is_taken),
        cmocka_unit_test(an_account_that_comes_twice_gets_nothing),
        cmocka_unit_test(a_row_that_names_nobody_is_told),
        cmocka_unit_test(numbers_within_names_count_on_request_only),
        cmocka_unit_test(memory_that_ends_is_told),
    };
    return cmocka_run_group_tests_name("directory/match", tests, NULL, NULL);
}
