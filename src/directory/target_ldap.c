/* Target ldap: the picture as an attribute of each person's entry: Active Directory, Samba,
 * OpenLDAP, 389. RFC 4511; names in filters escaped as RFC 4515 has it, by libldap. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/ldap_link.h"
#include "directory/target.h"

#define FILTER_SIZE_MAX ((size_t)16 << 10)
#define PAGE_ENTRIES 500    /* Active Directory gives 1000 at most */
#define ENTRIES_MAX 5000000 /* a server that never ends */
#define RIGHTS_LOOKED_AT 50

/* Settings that are words of the directory. */
typedef enum word { BASE, FILTER, ATTRIBUTE, ACCOUNT, UPN, MAIL, ID, NAME, WORDS_COUNT } word;

/* Each has its standard value, which is Active Directory's. */
static const struct {
    const char *key;
    const char *standard;
} WORDS[WORDS_COUNT] = {
    [BASE] = { "base", NULL },
    [FILTER] = { "filter", "(|(&(objectCategory=person)(objectClass=user))"
                           "(objectClass=inetOrgPerson))" },
    [ATTRIBUTE] = { "attribute", "thumbnailPhoto" },
    [ACCOUNT] = { "account_attribute", "sAMAccountName" },
    [UPN] = { "upn_attribute", "userPrincipalName" },
    [MAIL] = { "mail_attribute", "mail" },
    [ID] = { "id_attribute", "employeeID" },
    [NAME] = { "name_attribute", "displayName" },
};

/* Columns of an account, and the words that name their attributes; the first that an account has is
 * what its entry is found by. */
static const struct {
    fc_account_column column;
    word word;
} COLUMNS[] = {
    { FC_ACCOUNT_ACCOUNT, ACCOUNT }, { FC_ACCOUNT_UPN, UPN },   { FC_ACCOUNT_MAIL, MAIL },
    { FC_ACCOUNT_ID, ID },           { FC_ACCOUNT_NAME, NAME },
};
#define COLUMNS_COUNT (sizeof COLUMNS / sizeof COLUMNS[0])
#define COLUMNS_UNIQUE 4

static const fc_target_key KEYS[] = {
    FC_LDAP_LINK_KEYS,
    { "base", "where accounts are searched; the server's own naming context", false },
    { "filter", "which entries are accounts; persons", false },
    { "attribute", "where the picture goes; thumbnailPhoto", false },
    { "account_attribute", "attribute of column account; sAMAccountName", false },
    { "upn_attribute", "of column upn; userPrincipalName", false },
    { "mail_attribute", "of column mail; mail", false },
    { "id_attribute", "of column id; employeeID", false },
    { "name_attribute", "of column name; displayName", false },
    { 0 },
};

struct fc_target {
    fc_ldap_link link;
    char *words[WORDS_COUNT];
    char *found_key; /* the account that was looked for last */
    char *found_dn;  /* and its entry */
};

static void free_message(LDAPMessage **message)
{
    (void)ldap_msgfree(*message);
}
#define AUTO_MESSAGE __attribute__((cleanup(free_message))) LDAPMessage

/* ---- open and close ------------------------------------------------------------------------ */

static fc_status fail_by(fc_target *target, int code, fc_error *err)
{
    char words[FC_LDAP_WORDS_SIZE];
    fc_ldap_words(&target->link, code, words);
    return code == LDAP_NO_MEMORY
               ? fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out")
               : fc_fail(err, FC_IO, "%.50s, %.60s: %.140s", target->link.url,
                         target->words[BASE] != NULL ? target->words[BASE] : "root", words);
}

/* The values of an attribute; NULL: it has none. */
static struct berval **values_of(fc_target *target, LDAPMessage *entry, const char *attribute)
{
    return ldap_get_values_len(target->link.ldap, entry, attribute);
}

/* What the server calls its tree; Active Directory has several, and names the one with people. */
static fc_status ask_for_base(fc_target *target, fc_error *err)
{
    AUTO_MESSAGE *answer = NULL;
    char *wanted[] = { "defaultNamingContext", "namingContexts", NULL };
    const int code = ldap_search_ext_s(target->link.ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)",
                                       wanted, 0, NULL, NULL, NULL, 0, &answer);
    LDAPMessage *root = code == LDAP_SUCCESS ? ldap_first_entry(target->link.ldap, answer) : NULL;
    for (size_t i = 0; root != NULL && target->words[BASE] == NULL && wanted[i] != NULL; i++) {
        struct berval **values = values_of(target, root, wanted[i]);
        const fc_status status =
            values != NULL ? fc_text_copy(values[0]->bv_val, &target->words[BASE], err) : FC_OK;
        ldap_value_free_len(values);
        FC_TRY(status);
    }
    if (target->words[BASE] == NULL) {
        return code != LDAP_SUCCESS
                   ? fail_by(target, code, err)
                   : fc_fail(err, FC_INVALID_ARGUMENT,
                             "%.90s does not say what its base is: write base", target->link.url);
    }
    return FC_OK;
}

static void ldap_target_close(fc_target *target)
{
    if (target != NULL) {
        fc_ldap_link_close(&target->link);
        for (size_t i = 0; i < WORDS_COUNT; i++) {
            fc_memory_free(target->words[i]);
        }
        fc_memory_free(target->found_key);
        fc_memory_free(target->found_dn);
        fc_memory_free(target);
    }
}
FC_DEFINE_CLEANUP(fc_target, ldap_target_close)

static fc_status ldap_target_open(const fc_target_config *config, fc_target **out, fc_error *err)
{
    FC_AUTO(fc_target) target = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        const char *value = fc_target_config_get_or(config, WORDS[i].key, WORDS[i].standard);
        if (value != NULL) {
            FC_TRY(fc_text_copy(value, &target->words[i], err));
        }
    }
    FC_TRY(fc_ldap_link_open(config, &target->link, err));
    if (target->words[BASE] == NULL) {
        FC_TRY(ask_for_base(target, err));
    }
    *out = FC_STEAL(target);
    return FC_OK;
}

/* ---- one account --------------------------------------------------------------------------- */

/* What a code means for one account. */
static void judge(fc_target *target, int code, fc_delivery *result)
{
    char words[FC_LDAP_WORDS_SIZE];
    fc_ldap_words(&target->link, code, words);
    result->state = code == LDAP_SUCCESS    ? FC_DELIVERY_DONE
                    : fc_ldap_is_lost(code) ? FC_DELIVERY_LOST
                    : code == LDAP_BUSY     ? FC_DELIVERY_LATER
                                            : FC_DELIVERY_REFUSED;
    (void)snprintf(result->text, sizeof result->text, "%s", code == LDAP_SUCCESS ? "" : words);
}

static void refuse(fc_delivery *result, const char *what, const char *name, const char *where)
{
    result->state = FC_DELIVERY_REFUSED;
    (void)snprintf(result->text, sizeof result->text, "%s for \"%.60s\" below %.120s", what, name,
                   where);
}

/* (&FILTER(ATTRIBUTE=VALUE)), where the value may have any character. False: nothing to find the
 * account by. */
static fc_status write_filter(fc_target *target, const fc_account *account, fc_buffer *filter,
                              const char **value, fc_error *err)
{
    size_t i = 0;
    while (i < COLUMNS_UNIQUE && account->columns[COLUMNS[i].column][0] == '\0') {
        i++;
    }
    *value = i < COLUMNS_UNIQUE ? account->columns[COLUMNS[i].column] : account->key;
    const word name = COLUMNS[i < COLUMNS_UNIQUE ? i : 0].word;
    struct berval plain = { .bv_len = strlen(*value), .bv_val = (char *)(uintptr_t)*value };
    struct berval escaped = { 0 };
    if (ldap_bv2escaped_filter_value(&plain, &escaped) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    const fc_status status = fc_buffer_print(filter, err, "(&%s(%s=%s))", target->words[FILTER],
                                             target->words[name], escaped.bv_val);
    ber_memfree(escaped.bv_val);
    return status;
}

static fc_status remember(fc_target *target, const fc_account *account, LDAPMessage *entry,
                          fc_error *err)
{
    FC_AUTO(fc_chars) key = NULL;
    FC_AUTO(fc_chars) copy = NULL;
    char *dn = ldap_get_dn(target->link.ldap, entry);
    const fc_status status = dn != NULL ? fc_text_copy(dn, &copy, err)
                                        : fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    ldap_memfree(dn);
    FC_TRY(status);
    FC_TRY(fc_text_copy(account->key, &key, err));
    fc_memory_free(target->found_key);
    fc_memory_free(target->found_dn);
    target->found_key = FC_STEAL(key);
    target->found_dn = FC_STEAL(copy);
    return FC_OK;
}

/* The entry of an account, with one attribute of it: exactly one, or a refusal. */
static fc_status look_up(fc_target *target, const fc_account *account, char *attribute,
                         LDAPMessage **answer, fc_delivery *result, fc_error *err)
{
    const char *dn = account->columns[FC_ACCOUNT_DN];
    const bool by_dn = dn[0] != '\0';
    const char *value = dn;
    FC_AUTO_BUFFER(filter, FILTER_SIZE_MAX);
    FC_TRY(by_dn ? fc_buffer_print(&filter, err, "(objectClass=*)")
                 : write_filter(target, account, &filter, &value, err));
    char *wanted[] = { attribute, NULL };
    const int code =
        ldap_search_ext_s(target->link.ldap, by_dn ? dn : target->words[BASE],
                          by_dn ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE, fc_buffer_text(&filter),
                          wanted, 0, NULL, NULL, NULL, by_dn ? 0 : 2, answer);
    const bool answered = code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED;
    const int entries = answered ? ldap_count_entries(target->link.ldap, *answer) : 0;
    if (!answered) {
        judge(target, code, result);
    } else if (entries == 0) {
        refuse(result, "no entry", value, by_dn ? dn : target->words[BASE]);
    } else if (entries > 1) {
        refuse(result, "more than one entry", value, target->words[BASE]);
    } else {
        FC_TRY(remember(target, account, ldap_first_entry(target->link.ldap, *answer), err));
        result->state = FC_DELIVERY_DONE;
    }
    return FC_OK;
}

static fc_status ldap_target_read(fc_target *target, const fc_account *account, fc_buffer *out,
                                  fc_error *err)
{
    AUTO_MESSAGE *answer = NULL;
    fc_delivery result = { 0 };
    FC_TRY(look_up(target, account, target->words[ATTRIBUTE], &answer, &result, err));
    if (result.state != FC_DELIVERY_DONE) {
        return fc_fail(err, result.state == FC_DELIVERY_REFUSED ? FC_NOT_FOUND : FC_IO, "%s",
                       result.text);
    }
    struct berval **values =
        values_of(target, ldap_first_entry(target->link.ldap, answer), target->words[ATTRIBUTE]);
    const fc_status status = values == NULL
                                 ? fc_fail(err, FC_NOT_FOUND, "no %.60s", target->words[ATTRIBUTE])
                                 : fc_buffer_append(out, values[0]->bv_val, values[0]->bv_len, err);
    ldap_value_free_len(values);
    return status;
}

static fc_status ldap_target_deliver(fc_target *target, const fc_account *account,
                                     const fc_target_picture *picture, fc_delivery *result,
                                     fc_error *err)
{
    if (target->found_key == NULL || strcmp(target->found_key, account->key) != 0) {
        AUTO_MESSAGE *answer = NULL;
        FC_TRY(look_up(target, account, LDAP_NO_ATTRS, &answer, result, err));
        if (result->state != FC_DELIVERY_DONE) {
            return FC_OK;
        }
    }
    struct berval value = { 0 };
    if (picture != NULL) {
        value.bv_len = picture->bytes.size;
        value.bv_val = (char *)(uintptr_t)picture->bytes.data;
    }
    struct berval *values[] = { picture != NULL ? &value : NULL, NULL };
    LDAPMod change = { .mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES,
                       .mod_type = target->words[ATTRIBUTE],
                       .mod_bvalues = values };
    LDAPMod *changes[] = { &change, NULL };
    judge(target, ldap_modify_ext_s(target->link.ldap, target->found_dn, changes, NULL, NULL),
          result);
    return FC_OK;
}

/* ---- all accounts -------------------------------------------------------------------------- */

typedef fc_status (*entry_visit)(fc_target *target, LDAPMessage *entry, void *context,
                                 fc_error *err);

/* One page: RFC 2696. The cookie is the server's mark of where it is. */
static fc_status walk_page(fc_target *target, const char *filter, char **wanted,
                           struct berval *cookie, LDAPMessage **page, fc_error *err)
{
    LDAP *ldap = target->link.ldap;
    LDAPControl *paging = NULL;
    LDAPControl **returned = NULL;
    int code = ldap_create_page_control(ldap, PAGE_ENTRIES, cookie, 0, &paging);
    if (code != LDAP_SUCCESS) {
        return fail_by(target, code, err);
    }
    LDAPControl *controls[] = { paging, NULL };
    code = ldap_search_ext_s(ldap, target->words[BASE], LDAP_SCOPE_SUBTREE, filter, wanted, 0,
                             controls, NULL, NULL, 0, page);
    ldap_control_free(paging);
    ber_memfree(cookie->bv_val);
    *cookie = (struct berval){ 0 };
    if (code == LDAP_SUCCESS) {
        code = ldap_parse_result(ldap, *page, NULL, NULL, NULL, NULL, &returned, 0);
    }
    LDAPControl *mark = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, returned, NULL);
    if (code == LDAP_SUCCESS && mark != NULL) { /* without: the server has given all at once */
        ber_int_t estimate = 0;
        code = ldap_parse_pageresponse_control(ldap, mark, &estimate, cookie);
    }
    ldap_controls_free(returned);
    return code == LDAP_SUCCESS ? FC_OK : fail_by(target, code, err);
}

static fc_status walk_pages(fc_target *target, const char *filter, char **wanted, entry_visit visit,
                            void *context, struct berval *cookie, fc_error *err)
{
    int64_t entries = 0;
    do {
        AUTO_MESSAGE *page = NULL;
        FC_TRY(walk_page(target, filter, wanted, cookie, &page, err));
        for (LDAPMessage *entry = ldap_first_entry(target->link.ldap, page); entry != NULL;
             entry = ldap_next_entry(target->link.ldap, entry)) {
            FC_TRY(visit(target, entry, context, err));
            entries++;
        }
    } while (cookie->bv_len > 0 && entries < ENTRIES_MAX);
    return FC_OK;
}

static fc_status walk(fc_target *target, const char *filter, char **wanted, entry_visit visit,
                      void *context, fc_error *err)
{
    struct berval cookie = { 0 };
    const fc_status status = walk_pages(target, filter, wanted, visit, context, &cookie, err);
    ber_memfree(cookie.bv_val);
    return status;
}

typedef struct listing {
    fc_target_visit visit;
    void *context;
} listing;

/* An entry without any of the unique attributes cannot be named in a roster: left out. */
static fc_status list_entry(fc_target *target, LDAPMessage *entry, void *context, fc_error *err)
{
    const listing *to = context;
    struct berval **values[COLUMNS_COUNT];
    fc_account account = FC_ACCOUNT_NOBODY;
    account.key = NULL;
    for (size_t i = COLUMNS_COUNT; i-- > 0;) {
        values[i] = values_of(target, entry, target->words[COLUMNS[i].word]);
        if (values[i] != NULL) {
            account.columns[COLUMNS[i].column] = values[i][0]->bv_val;
            account.key = i < COLUMNS_UNIQUE ? values[i][0]->bv_val : account.key;
        }
    }
    char *dn = ldap_get_dn(target->link.ldap, entry);
    account.columns[FC_ACCOUNT_DN] = dn != NULL ? dn : "";
    const fc_status status = account.key != NULL ? to->visit(to->context, &account, err) : FC_OK;
    ldap_memfree(dn);
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        ldap_value_free_len(values[i]);
    }
    return status;
}

static fc_status ldap_target_list(fc_target *target, fc_target_visit visit, void *context,
                                  fc_error *err)
{
    char *wanted[COLUMNS_COUNT + 1] = { NULL };
    for (size_t i = 0; i < COLUMNS_COUNT; i++) {
        wanted[i] = target->words[COLUMNS[i].word];
    }
    listing to = { .visit = visit, .context = context };
    return walk(target, target->words[FILTER], wanted, list_entry, &to, err);
}

/* ---- check --------------------------------------------------------------------------------- */

static fc_status count_entry(fc_target *target, LDAPMessage *entry, void *context, fc_error *err)
{
    (void)target;
    (void)entry;
    (void)err;
    (*(int64_t *)context)++;
    return FC_OK;
}

static fc_status count_entries(fc_target *target, const char *filter, int64_t *count, fc_error *err)
{
    char *wanted[] = { LDAP_NO_ATTRS, NULL };
    *count = 0;
    return walk(target, filter, wanted, count_entry, count, err);
}

static bool names(struct berval **values, const char *name)
{
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        if (strcasecmp(values[i]->bv_val, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_active_directory(fc_target *target)
{
    AUTO_MESSAGE *answer = NULL;
    char *wanted[] = { "supportedCapabilities", NULL };
    LDAP *ldap = target->link.ldap;
    if (ldap_search_ext_s(ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)", wanted, 0, NULL, NULL, NULL,
                          0, &answer) != LDAP_SUCCESS) {
        return false;
    }
    LDAPMessage *root = ldap_first_entry(ldap, answer);
    struct berval **values = root != NULL ? values_of(target, root, wanted[0]) : NULL;
    const bool is = names(values, "1.2.840.113556.1.4.800");
    ldap_value_free_len(values);
    return is;
}

/* Active Directory tells what may be written (allowedAttributesEffective, MS-ADTS 3.1.1.4.5.22); of
 * several entries, as administrators' are protected whoever asks, and everybody may write his own.
 */
static fc_status count_rights(fc_target *target, int *looked_at, int *may_write, fc_error *err)
{
    static const char RIGHTS[] = "allowedAttributesEffective";
    AUTO_MESSAGE *answer = NULL;
    char *wanted[] = { (char *)(uintptr_t)RIGHTS, NULL };
    const int code = ldap_search_ext_s(target->link.ldap, target->words[BASE], LDAP_SCOPE_SUBTREE,
                                       target->words[FILTER], wanted, 0, NULL, NULL, NULL,
                                       RIGHTS_LOOKED_AT, &answer);
    if (code != LDAP_SUCCESS && code != LDAP_SIZELIMIT_EXCEEDED) {
        return fail_by(target, code, err);
    }
    for (LDAPMessage *entry = ldap_first_entry(target->link.ldap, answer); entry != NULL;
         entry = ldap_next_entry(target->link.ldap, entry)) {
        struct berval **values = values_of(target, entry, RIGHTS);
        (*looked_at)++;
        *may_write += names(values, target->words[ATTRIBUTE]) ? 1 : 0;
        ldap_value_free_len(values);
    }
    return FC_OK;
}

static fc_status describe_rights(fc_target *target, char *text, size_t size, fc_error *err)
{
    int looked_at = 0;
    int may_write = 0;
    if (!is_active_directory(target)) {
        (void)snprintf(text, size, "the server does not say whether it may be written");
        return FC_OK;
    }
    FC_TRY(count_rights(target, &looked_at, &may_write, err));
    if (may_write == 0) {
        return fc_fail(err, FC_IO,
                       "%.50s: %.60s may write %.40s of none of the %d accounts looked at",
                       target->link.url, target->link.user, target->words[ATTRIBUTE], looked_at);
    }
    (void)snprintf(text, size, "may be written of %d of the %d that were looked at", may_write,
                   looked_at);
    return FC_OK;
}

static fc_status ldap_target_check(fc_target *target, char *text, size_t size, fc_error *err)
{
    int64_t accounts = 0;
    int64_t with_picture = 0;
    char rights[96];
    FC_AUTO_BUFFER(filter, FILTER_SIZE_MAX);
    FC_TRY(fc_buffer_print(&filter, err, "(&%s(%s=*))", target->words[FILTER],
                           target->words[ATTRIBUTE]));
    FC_TRY(count_entries(target, target->words[FILTER], &accounts, err));
    if (accounts == 0) {
        return fc_fail(err, FC_NOT_FOUND, "%.50s: no account below %.80s that %.80s sees",
                       target->link.url, target->words[BASE],
                       target->link.user[0] != '\0' ? target->link.user : "nobody");
    }
    FC_TRY(count_entries(target, fc_buffer_text(&filter), &with_picture, err));
    FC_TRY(describe_rights(target, rights, sizeof rights, err));
    (void)snprintf(text, size, "%lld accounts below %.80s, %lld with %.40s; %s",
                   (long long)accounts, target->words[BASE], (long long)with_picture,
                   target->words[ATTRIBUTE], rights);
    return FC_OK;
}

const fc_target_class fc_target_ldap = {
    .kind = "ldap",
    .purpose = "a directory server: Active Directory, Samba, OpenLDAP, 389",
    .profile = "ad",
    .keys = KEYS,
    .parallel_max = 4,
    .reads_cheaply = true,
    .open = ldap_target_open,
    .check = ldap_target_check,
    .list = ldap_target_list,
    .read = ldap_target_read,
    .deliver = ldap_target_deliver,
    .close = ldap_target_close,
};
