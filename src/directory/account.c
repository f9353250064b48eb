#include "directory/account.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/utf8.h"

#define NAME_BYTES_MAX 150 /* with ending and digest less than the 255 of most file systems */

const fc_account_column fc_account_keys[FC_ACCOUNT_KEYS_COUNT] = {
    FC_ACCOUNT_ACCOUNT,
    FC_ACCOUNT_UPN,
    FC_ACCOUNT_MAIL,
    FC_ACCOUNT_ID,
};

const char *fc_account_column_name(fc_account_column column)
{
#define FC_ACCOUNT_NAME_OF(constant, name, names) name,
    static const char *const NAMES[] = { FC_ACCOUNT_COLUMNS(FC_ACCOUNT_NAME_OF) };
#undef FC_ACCOUNT_NAME_OF
    FC_ASSERT(column >= 0 && column < FC_ACCOUNT_COLUMNS_COUNT);
    return NAMES[column];
}

const char *fc_account_value(const fc_account *account, const char *name, size_t size)
{
    FC_ASSERT(account != NULL && name != NULL);
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        const char *column = fc_account_column_name((fc_account_column)i);
        if (strlen(column) == size && strncmp(column, name, size) == 0) {
            return account->columns[i];
        }
    }
    return NULL;
}

const char *fc_account_known_by(const fc_account *account, fc_account_column first,
                                fc_account_column second)
{
    FC_ASSERT(account != NULL);
    const char *const texts[] = { account->columns[first], account->columns[second], account->key };
    return texts[0][0] != '\0' ? texts[0] : texts[1][0] != '\0' ? texts[1] : texts[2];
}

static bool may_stand(const char *text, size_t at)
{
    const unsigned char c = (unsigned char)text[at];
    const bool last = text[at + 1] == '\0';
    return c > 0x1F && c != 0x7F && strchr("%/\\:*?\"<>|", c) == NULL &&
           !(c == '.' && (at == 0 || last)) && !(c == ' ' && (at == 0 || last));
}

static void append_digest(const char *text, char *name, size_t used)
{
    char digest[FC_DIGEST_SIZE];
    fc_digest_of((fc_bytes){ (const uint8_t *)text, strlen(text) }, digest);
    (void)snprintf(name + used, FC_ACCOUNT_FILE_NAME_SIZE - used, "%%%.16s", digest);
}

void fc_account_file_name(const char *text, char name[FC_ACCOUNT_FILE_NAME_SIZE])
{
    FC_ASSERT(text != NULL);
    size_t used = 0;
    for (size_t at = 0; text[at] != '\0';) {
        const size_t character = fc_utf8_character(text + at, strlen(text + at));
        const bool stands = character > 0 && may_stand(text, at);
        if (used >= NAME_BYTES_MAX) {
            append_digest(text, name, used);
            return;
        }
        if (stands) {
            memcpy(name + used, text + at, character);
            used += character;
            at += character;
        } else {
            used += (size_t)snprintf(name + used, FC_ACCOUNT_FILE_NAME_SIZE - used, "%%%02X",
                                     (unsigned char)text[at]);
            at++;
        }
    }
    name[used] = '\0';
}
