/*
 * Target: LDIF files (RFC 2849) that an administrator looks at and gives to ldapmodify or ldifde.
 *
 * Each account becomes
 *   dn: CN=...            (dn:: and base64 where the name needs it)
 *   changetype: modify
 *   replace: thumbnailPhoto
 *   thumbnailPhoto:: ...  (base64, folded at 76)
 *   -
 * RECORDS_MAX a file; a file is written whole or not at all, and what is in it is recorded as
 * delivered after that.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"
#include "directory/target.h"
#include "http/base64.h"

#define RECORDS_MAX 500
#define FILE_BYTES_MAX ((size_t)1 << 30)
#define FILES_MAX 100000
#define LINE_COLUMNS 76
#define TEXT_SIZE 4096
#define ATTRIBUTE_SIZE 64

struct fc_target {
    char folder[PATH_MAX];
    char pattern[TEXT_SIZE]; /* of DNs; "": the roster's column */
    char attribute[ATTRIBUTE_SIZE];
    fc_buffer records;
    int32_t count;
    int32_t number; /* of the file written last */
};

static bool append(char text[TEXT_SIZE], char c)
{
    const size_t used = strlen(text);
    if (used + 1 >= TEXT_SIZE) {
        return false;
    }
    text[used] = c;
    text[used + 1] = '\0';
    return true;
}

/* Appends a value as RFC 4514 wants it in a name. False: it does not fit. */
static bool escape_value(const char *value, char dn[TEXT_SIZE])
{
    const size_t length = strlen(value);
    bool fits = true;
    for (size_t i = 0; i < length && fits; i++) {
        const char c = value[i];
        const bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == length && c == ' ');
        fits = (!edge && strchr("\"+,;<>\\=", c) == NULL) || append(dn, '\\');
        fits = fits && append(dn, c);
    }
    return fits;
}

/* The pattern with the values of an account. False: one of them is empty, or all do not fit. */
static bool fill_pattern(const char *pattern, const fc_account *account, char dn[TEXT_SIZE])
{
    bool fits = true;
    for (const char *at = pattern; *at != '\0' && fits;) {
        if (*at != '{') {
            fits = append(dn, *at++);
            continue;
        }
        const size_t size = strcspn(at + 1, "}");
        const char *value = fc_account_value(account, at + 1, size);
        fits = value != NULL && value[0] != '\0' && escape_value(value, dn);
        at += size + (at[1 + size] == '}' ? 2 : 1);
    }
    return fits;
}

/* False where the account has none, or one that is too long: a part of it would be another's. */
static bool make_dn(const fc_target *target, const fc_account *account, char dn[TEXT_SIZE])
{
    const char *known = account->columns[FC_ACCOUNT_DN];
    dn[0] = '\0';
    if (known[0] != '\0' || target->pattern[0] == '\0') {
        return known[0] != '\0' && snprintf(dn, TEXT_SIZE, "%s", known) < TEXT_SIZE;
    }
    return fill_pattern(target->pattern, account, dn);
}

static fc_status open_ldif(const fc_target_config *config, fc_target **out, fc_error *err)
{
    const char *folder = fc_target_config_get(config, "folder");
    const char *dn = fc_target_config_get_or(config, "dn", "");
    const char *attribute = fc_target_config_get_or(config, "attribute", "thumbnailPhoto");
    if (strlen(folder) >= PATH_MAX - NAME_MAX || strlen(dn) >= TEXT_SIZE ||
        strlen(attribute) >= ATTRIBUTE_SIZE) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s: folder, dn or attribute is too long",
                       fc_brief_of(folder).text);
    }
    FC_TRY(fc_folder_make(folder, 0777, err));
    fc_target *target = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    (void)snprintf(target->folder, sizeof target->folder, "%s", folder);
    (void)snprintf(target->pattern, sizeof target->pattern, "%s", dn);
    (void)snprintf(target->attribute, sizeof target->attribute, "%s", attribute);
    target->records = FC_BUFFER(FILE_BYTES_MAX);
    *out = target;
    return FC_OK;
}

static fc_status check_ldif(fc_target *target, char *text, size_t size, fc_error *err)
{
    if (access(target->folder, W_OK | X_OK) != 0) {
        return fc_fail(err, FC_IO, "%s: %s", fc_brief_of(target->folder).text, strerror(errno));
    }
    (void)snprintf(text, size, "%s can be written to", fc_brief_of(target->folder).text);
    return FC_OK;
}

/* SAFE-STRING of RFC 2849. */
static bool is_safe(const char *text)
{
    const size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c > 0x7F || c == '\n' || c == '\r' || (i == 0 && (c == ' ' || c == ':' || c == '<')) ||
            (i + 1 == size && c == ' ')) {
            return false;
        }
    }
    return true;
}

/* "NAME: TEXT" in lines of at most LINE_COLUMNS; the next ones begin with a space. */
static fc_status append_folded(fc_buffer *out, const char *text, size_t size, fc_error *err)
{
    for (size_t at = 0; at < size;) {
        const size_t room = at == 0 ? LINE_COLUMNS : LINE_COLUMNS - 1;
        const size_t part = size - at < room ? size - at : room;
        FC_TRY(fc_buffer_print(out, err, "%s", at == 0 ? "" : " "));
        FC_TRY(fc_buffer_append(out, text + at, part, err));
        FC_TRY(fc_buffer_print(out, err, "\n"));
        at += part;
    }
    return FC_OK;
}

static fc_status append_value(fc_buffer *out, const char *name, fc_bytes value, bool safe,
                              fc_error *err)
{
    FC_AUTO_BUFFER(line, FILE_BYTES_MAX);
    FC_TRY(fc_buffer_print(&line, err, "%s%s", name, safe ? ": " : ":: "));
    FC_TRY(safe ? fc_buffer_append(&line, value.data, value.size, err)
                : fc_base64_encode(value, &line, err));
    return append_folded(out, (const char *)line.data, line.size, err);
}

static fc_status append_record(fc_target *target, const char *dn, const fc_target_picture *picture,
                               fc_error *err)
{
    fc_buffer *out = &target->records;
    const fc_bytes name = { (const uint8_t *)dn, strlen(dn) };
    FC_TRY(append_value(out, "dn", name, is_safe(dn), err));
    FC_TRY(fc_buffer_print(out, err, "changetype: modify\nreplace: %s\n", target->attribute));
    FC_TRY(append_value(out, target->attribute, picture->bytes, false, err));
    return fc_buffer_print(out, err, "-\n\n");
}

/* Files of earlier runs stay. */
static fc_status choose_path(fc_target *target, char path[PATH_MAX], fc_error *err)
{
    do {
        target->number++;
        const int length =
            snprintf(path, PATH_MAX, "%s/pictures-%05d.ldif", target->folder, target->number);
        FC_ASSERT(length > 0 && length < PATH_MAX);
        if (target->number > FILES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "%s: more than %d files",
                           fc_brief_of(target->folder).text, FILES_MAX);
        }
    } while (access(path, F_OK) == 0);
    return FC_OK;
}

static fc_status finish_ldif(fc_target *target, fc_error *err)
{
    static const char VERSION[] = "version: 1\n\n";
    char path[PATH_MAX];
    if (target->count == 0) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_TRY(choose_path(target, path, err));
    FC_TRY(fc_buffer_append(&file, VERSION, sizeof VERSION - 1, err));
    FC_TRY(fc_buffer_append(&file, target->records.data, target->records.size, err));
    FC_TRY(fc_file_write(path, fc_buffer_bytes(&file), err));
    fc_buffer_clear(&target->records);
    target->count = 0;
    return FC_OK;
}

static fc_status deliver_ldif(fc_target *target, const fc_account *account,
                              const fc_target_picture *picture, fc_delivery *result, fc_error *err)
{
    char dn[TEXT_SIZE];
    const bool is_named = make_dn(target, account, dn);
    result->state = is_named && picture != NULL ? FC_DELIVERY_DONE : FC_DELIVERY_REFUSED;
    if (result->state == FC_DELIVERY_REFUSED) {
        (void)snprintf(result->text, sizeof result->text, "%s",
                       picture == NULL ? "what was there before is not known"
                       : dn[0] != '\0' ? "a column of its name is empty, or the name is too long"
                                       : "neither the roster nor the setting dn gives its name");
        return FC_OK;
    }
    FC_TRY(append_record(target, dn, picture, err));
    target->count++;
    return FC_OK;
}

static void close_ldif(fc_target *target)
{
    if (target != NULL) {
        fc_buffer_clear(&target->records);
        fc_memory_free(target);
    }
}

static const fc_target_key KEYS[] = {
    { "folder", "Where the files go; made where it is missing", true },
    { "dn",
      "Names, such as CN={name},OU=Staff,DC=example,DC=org, where the roster has no column dn",
      false },
    { "attribute", "Default: thumbnailPhoto", false },
    { NULL, NULL, false },
};

const fc_target_class fc_target_ldif = {
    .kind = "ldif",
    .purpose = "LDIF files for ldapmodify or ldifde",
    .profile = "ad",
    .keys = KEYS,
    .parallel_max = 1,
    .finish_after = RECORDS_MAX,
    .open = open_ldif,
    .check = check_ldif,
    .deliver = deliver_ldif,
    .finish = finish_ldif,
    .close = close_ldif,
};
