/**
 * LDAP link: a connection to a directory server, encrypted, verified and bound as the settings of a
 * target say. libldap; one thread at a time.
 *
 * Each wait has an end: connecting, the TLS handshake, a request, and bytes that do not move take
 * `timeout_s` at most. References to other servers are not followed: a password goes to the server
 * that the settings name, and nowhere else.
 */
#pragma once

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "directory/target.h"

/** Longest text of fc_ldap_words, with its final zero. */
#define FC_LDAP_WORDS_SIZE 200

/** Stays where it is while it is open: libldap keeps its address. */
typedef struct fc_ldap_link {
    LDAP *ldap;
    struct ldap_conncb on_connect;
    bool connected; /* once; libldap would connect again, without TLS and bound as nobody */
    struct fc_ldap_watch *watch; /* while it connects */
    char *url;
    char *user; /* who is bound, for messages */
    int32_t timeout_s;
} fc_ldap_link;

/** Settings that a link reads; a class puts them into its table of keys. */
#define FC_LDAP_LINK_KEYS                                                                          \
    { "url",                                                                                       \
      "ldaps://HOST, or ldap://HOST, encrypted by StartTLS or by Kerberos; ldapi:// for a socket", \
      true },                                                                                      \
        { "user", "who binds: a DN; with Active Directory also USER@DOMAIN", false },              \
        FC_TARGET_SECRET_KEYS("password", "password of `user`", false),                            \
        { "sasl",                                                                                  \
          "external (a certificate, or the user of a socket) or gssapi (a Kerberos ticket)",       \
          false },                                                                                 \
        { "tls", "off: without encryption; only where nobody can listen", false },                 \
        { "ca_file", "certificates that are trusted, in PEM, instead of the system's", false },    \
        { "certificate_file", "certificate of our own, in PEM, for sasl = external", false },      \
        { "key_file", "its key", false },                                                          \
    {                                                                                              \
        "timeout_s", "longest wait for the server, 1 to 600; 30", false                            \
    }

/**
 * Connect and bind.
 *
 * out   zeroed. Owner: caller, release with fc_ldap_link_close, also after a failure
 *
 * Errors: FC_INVALID_ARGUMENT (settings), FC_IO (no connection; a certificate that is not trusted:
 * the line says what is wrong with it; a user whom the server refuses), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_ldap_link_open(const fc_target_config *config, fc_ldap_link *out,
                                          fc_error *err);

void fc_ldap_link_close(fc_ldap_link *link);

/** What a result code means and what the server said about it, in one line. */
void fc_ldap_words(const fc_ldap_link *link, int code, char text[FC_LDAP_WORDS_SIZE]);

/** Is this the end of the connection, not an answer of the server? */
bool fc_ldap_is_lost(int code);
