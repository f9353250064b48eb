/** Any bytes as a roster: it is refused with a reason, or each account has texts and lies in it. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "directory/fold.h"
#include "directory/roster.h"

static void check_text(const char *text)
{
    for (size_t at = 0, size = strlen(text); at < size;) {
        const size_t character = fc_utf8_character(text + at, size - at);
        FC_ASSERT(character > 0);
        at += character;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    fc_roster roster;
    const fc_status status = fc_roster_parse((fc_bytes){ data, size }, "", &roster, &err);
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
    for (size_t i = 0; i < roster.count; i++) {
        const fc_account *account = &roster.accounts[i];
        FC_AUTO_BUFFER(folded, (size_t)1 << 24);
        char name[FC_ACCOUNT_FILE_NAME_SIZE];
        FC_ASSERT(account->row > 1);
        for (int c = 0; c < FC_ACCOUNT_COLUMNS_COUNT; c++) {
            check_text(account->columns[c]);
        }
        fc_account_file_name(account->key, name);
        FC_ASSERT(strchr(name, '/') == NULL && name[0] != '.');
        const fc_status fold = fc_fold(account->key, &folded, &err);
        FC_ASSERT(fold == FC_OK);
    }
    fc_roster_clear(&roster);
    return 0;
}
