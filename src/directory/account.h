/**
 * Account: a person as a roster or a directory names them. Texts are UTF-8, "" where nothing is
 * known, and belong to whoever made the account.
 */
#pragma once

#include <stddef.h>

/** What can be known of an account: the column, and the names by which a roster's head may call it,
 *  without case, spaces, "-" and "_". */
#define FC_ACCOUNT_COLUMNS(COLUMN)                                                                 \
    COLUMN(ACCOUNT, "account", "samaccountname|login|account|username|uid")                        \
    COLUMN(UPN, "upn", "upn|userprincipalname")                                                    \
    COLUMN(MAIL, "mail", "mail|email|emailaddress|primaryemail")                                   \
    COLUMN(ID, "id", "id|employeeid|employeenumber")                                               \
    COLUMN(NAME, "name", "name|displayname|fullname")                                              \
    COLUMN(DN, "dn", "dn|distinguishedname")                                                       \
    COLUMN(PHOTO, "photo", "photo|file|picture|filename")

typedef enum fc_account_column {
#define FC_ACCOUNT_CONSTANT(constant, name, names) FC_ACCOUNT_##constant,
    FC_ACCOUNT_COLUMNS(FC_ACCOUNT_CONSTANT)
#undef FC_ACCOUNT_CONSTANT
        FC_ACCOUNT_COLUMNS_COUNT,
} fc_account_column;

/** Columns that name one account alone. */
#define FC_ACCOUNT_KEYS_COUNT 4
extern const fc_account_column fc_account_keys[FC_ACCOUNT_KEYS_COUNT];

/** Name of a column: "upn". */
const char *fc_account_column_name(fc_account_column column);

typedef struct fc_account {
    const char *key;                               /* by which it is delivered and reported: the
                                                      first of fc_account_keys that is filled */
    const char *columns[FC_ACCOUNT_COLUMNS_COUNT]; /* never NULL */
    size_t row;                                    /* line of the roster's file, from 1; 0: none */
} fc_account;

#define FC_ACCOUNT_NOTHING(constant, name, names) "",
/** An account of which nothing is known. */
#define FC_ACCOUNT_NOBODY                                                                          \
    ((fc_account){ .key = "", .columns = { FC_ACCOUNT_COLUMNS(FC_ACCOUNT_NOTHING) } })

/** Value in the column of this name, of `size` bytes; NULL: there is no such column. */
const char *fc_account_value(const fc_account *account, const char *name, size_t size);

/** What a service that takes either of two columns knows an account by: the first, the second, or
 *  where both are empty the key. */
const char *fc_account_known_by(const fc_account *account, fc_account_column first,
                                fc_account_column second);

/** Longest name of a file that is made of a text, with its final zero. */
#define FC_ACCOUNT_FILE_NAME_SIZE 224

/**
 * A text as the name of a file, without an ending, on any system: bytes that a name may not have or
 * that mean something in it, and a dot in front, become %XX. Different texts give different names;
 * a long one is cut and ends in its digest. "" for "".
 */
void fc_account_file_name(const char *text, char name[FC_ACCOUNT_FILE_NAME_SIZE]);
