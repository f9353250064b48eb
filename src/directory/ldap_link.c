#include "directory/ldap_link.h"

#include <pthread.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"
#include "base/text.h"
#include "directory/certificate.h"

#define TIMEOUT_S 30
#define TIMEOUT_MAX_S 600
#define HOST_SIZE 256

/* Where Debian's libldap has no file of its own to trust; its ldap.conf names the same. */
#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

typedef enum scheme { LDAPS, LDAP_STARTTLS, LDAP_PLAIN, LDAPI } scheme;

/* ---- words --------------------------------------------------------------------------------- */

void fc_ldap_words(const fc_ldap_link *link, int code, char text[FC_LDAP_WORDS_SIZE])
{
    char *said = NULL;
    if (code == LDAP_TIMEOUT || code == LDAP_SERVER_DOWN) { /* of which the server said nothing */
        (void)snprintf(text, FC_LDAP_WORDS_SIZE,
                       code == LDAP_TIMEOUT ? "no answer within %d s" : "the connection broke",
                       link->timeout_s);
        return;
    }
    (void)ldap_get_option(link->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
    const bool has_said = said != NULL && said[0] != '\0' && strstr(said, "unknown error") == NULL;
    (void)snprintf(text, FC_LDAP_WORDS_SIZE, "%s%s%.150s", ldap_err2string(code),
                   has_said ? ": " : "", has_said ? said : "");
    ldap_memfree(said);
    fc_text_make_line(text); /* servers end with "\n", or have two lines */
}

bool fc_ldap_is_lost(int code)
{
    return code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR || code == LDAP_TIMEOUT ||
           code == LDAP_UNAVAILABLE || code == LDAP_LOCAL_ERROR || code == LDAP_ENCODING_ERROR ||
           code == LDAP_DECODING_ERROR;
}

static fc_status fail_by(const fc_ldap_link *link, fc_status status, int code, const char *what,
                         fc_error *err)
{
    char words[FC_LDAP_WORDS_SIZE];
    fc_ldap_words(link, code, words);
    return fc_fail(err, status, "%.90s: %s%s", link->url, what, words);
}

/* ---- settings ------------------------------------------------------------------------------ */

static fc_status find_scheme(const fc_target_config *config, scheme *out, fc_error *err)
{
    const char *url = fc_target_config_get(config, "url");
    const char *tls = fc_target_config_get(config, "tls");
    if (tls != NULL && strcmp(tls, "off") != 0 && strcmp(tls, "on") != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "target %.40s: tls = %.40s, allowed: on, off",
                       config->name, tls);
    }
    const char *sasl = fc_target_config_get(config, "sasl");
    const bool off = (tls != NULL && strcmp(tls, "off") == 0) ||
                     (tls == NULL && sasl != NULL && strcmp(sasl, "gssapi") == 0); /* Kerberos' */
    LDAPURLDesc *parts = NULL;
    if (ldap_url_parse(url, &parts) != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "target %.40s: url = %.80s, allowed: ldaps://HOST, ldap://HOST, "
                       "ldapi://SOCKET",
                       config->name, url);
    }
    *out = strcmp(parts->lud_scheme, "ldaps") == 0   ? LDAPS
           : strcmp(parts->lud_scheme, "ldapi") == 0 ? LDAPI
           : off                                     ? LDAP_PLAIN
                                                     : LDAP_STARTTLS;
    ldap_free_urldesc(parts);
    return FC_OK;
}

/* ---- a handshake that ends ------------------------------------------------------------------ */

/* A thread that hangs up when the time is over. */
typedef struct fc_ldap_watch {
    pthread_t thread;
    pthread_mutex_t lock; /* over */
    pthread_cond_t changed;
    int handle;
    int64_t until_us;
    bool running;
    bool over; /* connected or given up: nothing is left to watch */
} fc_ldap_watch;

static void *watch_run(void *context)
{
    fc_ldap_watch *watch = context;
    (void)pthread_mutex_lock(&watch->lock);
    while (!watch->over && fc_clock_us() < watch->until_us) {
        fc_condition_wait_until(&watch->changed, &watch->lock, watch->until_us);
    }
    if (!watch->over) {
        (void)shutdown(watch->handle, SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return NULL;
}

static bool watch_begin(fc_ldap_watch *watch, int handle, int32_t timeout_s)
{
    watch->handle = handle;
    watch->until_us = fc_clock_us() + (int64_t)timeout_s * 1000000;
    watch->running = pthread_create(&watch->thread, NULL, watch_run, watch) == 0;
    return watch->running;
}

static void watch_end(fc_ldap_watch *watch)
{
    if (watch->running) {
        (void)pthread_mutex_lock(&watch->lock);
        watch->over = true;
        (void)pthread_cond_signal(&watch->changed);
        (void)pthread_mutex_unlock(&watch->lock);
        (void)pthread_join(watch->thread, NULL);
        watch->running = false;
    }
}

/* ---- options ------------------------------------------------------------------------------- */

static bool set_text(LDAP *ldap, int option, const char *value)
{
    return value == NULL || ldap_set_option(ldap, option, value) == LDAP_OPT_SUCCESS;
}

/* Whom the system trusts, unless libldap's own settings say that already. */
static const char *find_ca_file(const fc_target_config *config)
{
    const char *own = fc_target_config_get(config, "ca_file");
    char *set = NULL;
    (void)ldap_get_option(NULL, LDAP_OPT_X_TLS_CACERTFILE, &set);
    const bool is_set = set != NULL;
    ldap_memfree(set);
    return own != NULL ? own : !is_set && access(SYSTEM_CA_FILE, R_OK) == 0 ? SYSTEM_CA_FILE : NULL;
}

/* `verify`: as LDAP_OPT_X_TLS_REQUIRE_CERT has it. The file of ldap.conf and variables that are
 * libldap's could say less. */
static bool set_tls(LDAP *ldap, const fc_target_config *config, int verify)
{
    const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    return ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &verify) == 0 &&
           ldap_set_option(ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) == 0 &&
           set_text(ldap, LDAP_OPT_X_TLS_CACERTFILE, find_ca_file(config)) &&
           set_text(ldap, LDAP_OPT_X_TLS_CERTFILE,
                    fc_target_config_get(config, "certificate_file")) &&
           set_text(ldap, LDAP_OPT_X_TLS_KEYFILE, fc_target_config_get(config, "key_file"));
}

/* The socket is known now, TLS comes next. That must not wait without end, and libldap's limit for
 * it is not obeyed with GnuTLS (it asks again and again without waiting): it is taken away, and the
 * watch stands in for it. */
static int on_connect(LDAP *ldap, Sockbuf *buffer, LDAPURLDesc *url, struct sockaddr *address,
                      struct ldap_conncb *callbacks)
{
    (void)url;
    (void)address;
    fc_ldap_link *link = callbacks->lc_arg;
    const struct timeval wait = { .tv_sec = link->timeout_s };
    int handle = -1;
    if (link->connected || ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &handle) != 1) {
        return LDAP_SERVER_DOWN;
    }
    link->connected = true;
    (void)setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    (void)setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, NULL);
    return watch_begin(link->watch, handle, link->timeout_s) ? LDAP_SUCCESS : LDAP_NO_MEMORY;
}

static void ignore_end(LDAP *ldap, Sockbuf *buffer, struct ldap_conncb *on_connect)
{
    (void)ldap;
    (void)buffer;
    (void)on_connect;
}

static bool set_waits(fc_ldap_link *link)
{
    const struct timeval wait = { .tv_sec = link->timeout_s };
    const unsigned wait_ms = (unsigned)link->timeout_s * 1000;
    link->on_connect = (struct ldap_conncb){ on_connect, ignore_end, link };
    return ldap_set_option(link->ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait) == 0 &&
           ldap_set_option(link->ldap, LDAP_OPT_TIMEOUT, &wait) == 0 &&
           ldap_set_option(link->ldap, LDAP_OPT_TCP_USER_TIMEOUT, &wait_ms) == 0 &&
           ldap_set_option(link->ldap, LDAP_OPT_CONNECT_CB, &link->on_connect) == 0;
}

static fc_status set_up_alone(fc_ldap_link *link, const fc_target_config *config, int verify,
                              fc_error *err)
{
    const int version = LDAP_VERSION3;
    const int client = 0;
    const int made = ldap_initialize(&link->ldap, link->url);
    if (made != LDAP_SUCCESS) {
        return fc_fail(err, made == LDAP_NO_MEMORY ? FC_OUT_OF_MEMORY : FC_INVALID_ARGUMENT,
                       "%.90s: %s", link->url, ldap_err2string(made));
    }
    if (ldap_set_option(link->ldap, LDAP_OPT_PROTOCOL_VERSION, &version) != 0 ||
        ldap_set_option(link->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != 0 || !set_waits(link) ||
        !set_tls(link->ldap, config, verify)) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "%.90s: memory ran out", link->url);
    }
    /* Only now are the files read. */
    if (ldap_set_option(link->ldap, LDAP_OPT_X_TLS_NEWCTX, &client) != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "%.90s: ca_file, certificate_file or key_file cannot be read", link->url);
    }
    return FC_OK;
}

/* libldap takes its TLS library for ready as soon as the first thread has begun to set it up
 * (2.6.10): another thread crashed in its first connection. */
static fc_status set_up(fc_ldap_link *link, const fc_target_config *config, int verify,
                        fc_error *err)
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&one_at_a_time);
    const fc_status status = set_up_alone(link, config, verify, err);
    (void)pthread_mutex_unlock(&one_at_a_time);
    return status;
}

/* ---- connecting ---------------------------------------------------------------------------- */

/* The connection and its encryption. LDAP_TIMEOUT: the server was silent. */
static int connect_watched(fc_ldap_link *link, scheme how)
{
    fc_ldap_watch watch = { .lock = PTHREAD_MUTEX_INITIALIZER };
    fc_condition_init(&watch.changed);
    link->watch = &watch;
    int code = ldap_connect(link->ldap);
    if (code == LDAP_SUCCESS && how == LDAP_STARTTLS) {
        code = ldap_start_tls_s(link->ldap, NULL, NULL);
    }
    /* With OpenSSL the socket's own limit ends the wait, at the same time as the watch. */
    const bool late = watch.until_us > 0 && fc_clock_us() >= watch.until_us;
    watch_end(&watch);
    (void)pthread_cond_destroy(&watch.changed);
    link->watch = NULL;
    return late && code != LDAP_SUCCESS ? LDAP_TIMEOUT : code;
}

static void free_url(LDAPURLDesc **parts)
{
    ldap_free_urldesc(*parts);
}

/* libldap does not say what it dislikes about a certificate. So look at it on a second connection
 * that carries nothing else. False: there it is not the certificate. */
static bool find_certificate_fault(const fc_ldap_link *link, const fc_target_config *config,
                                   scheme how, char text[FC_CERTIFICATE_TEXT_SIZE])
{
    fc_ldap_link look = { .url = link->url, .timeout_s = link->timeout_s };
    __attribute__((cleanup(free_url))) LDAPURLDesc *parts = NULL;
    struct berval der = { 0 };
    bool found = false;
    if (set_up(&look, config, LDAP_OPT_X_TLS_NEVER, NULL) == FC_OK &&
        connect_watched(&look, how) == LDAP_SUCCESS &&
        ldap_get_option(look.ldap, LDAP_OPT_X_TLS_PEERCERT, &der) == 0 && der.bv_val != NULL &&
        ldap_url_parse(link->url, &parts) == 0) {
        char own[HOST_SIZE] = "";
        const char *host = parts->lud_host != NULL ? parts->lud_host : "localhost";
        /* libldap wants this machine's own name in the certificate of "localhost". */
        const bool here =
            strcasecmp(host, "localhost") == 0 && gethostname(own, HOST_SIZE - 1) == 0;
        fc_certificate_fault((fc_bytes){ (const uint8_t *)der.bv_val, der.bv_len },
                             here ? own : host, text);
        found = true;
    }
    ldap_memfree(der.bv_val);
    if (look.ldap != NULL) {
        (void)ldap_unbind_ext(look.ldap, NULL, NULL);
    }
    return found;
}

/* A server that answers "no StartTLS" has answered; without an answer something else is wrong. */
static fc_status explain_tls(const fc_ldap_link *link, const fc_target_config *config, scheme how,
                             int code, fc_error *err)
{
    char fault[FC_CERTIFICATE_TEXT_SIZE];
    if (how != LDAPI && how != LDAP_PLAIN && code < 0 && code != LDAP_TIMEOUT &&
        find_certificate_fault(link, config, how, fault)) {
        return fc_fail(err, FC_IO, "%.90s: %s", link->url, fault);
    }
    return fail_by(link, FC_IO, code, code > 0 ? "no StartTLS: " : "", err);
}

static fc_status connect_to(fc_ldap_link *link, const fc_target_config *config, scheme how,
                            fc_error *err)
{
    const int code = connect_watched(link, how);
    if (code == LDAP_SUCCESS) {
        return FC_OK;
    }
    if (!link->connected) {
        return fc_fail(err, FC_IO, "%.90s: no server answers there", link->url);
    }
    return explain_tls(link, config, how, code, err);
}

/* ---- binding ------------------------------------------------------------------------------- */

static int bind_simply(const fc_ldap_link *link, fc_buffer *password)
{
    struct berval secret = { .bv_len = password->size, .bv_val = (char *)password->data };
    return ldap_sasl_bind_s(link->ldap, link->user, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
}

static fc_status judge_bind(const fc_ldap_link *link, int code, fc_error *err)
{
    if (code == LDAP_SUCCESS) {
        return FC_OK;
    }
    if (fc_ldap_is_lost(code) && code != LDAP_LOCAL_ERROR) {
        return fail_by(link, FC_IO, code, "", err);
    }
    char words[FC_LDAP_WORDS_SIZE];
    fc_ldap_words(link, code, words);
    return fc_fail(err, FC_IO, "%.50s refuses %.60s: %.130s", link->url, link->user, words);
}

static fc_status bind_by_password(fc_ldap_link *link, const fc_target_config *config, fc_error *err)
{
    FC_AUTO_SECRET(password, FC_TARGET_SECRET_MAX);
    if (strcmp(link->user, "") != 0) {
        FC_TRY(fc_target_config_secret(config, "password", &password, err));
    }
    return judge_bind(link, bind_simply(link, &password), err);
}

/* The mechanisms ask for nothing that they do not have: a ticket, a certificate, a user. */
static int answer_nothing(LDAP *ldap, unsigned flags, void *context, void *questions)
{
    (void)ldap;
    (void)flags;
    (void)context;
    for (sasl_interact_t *question = questions; question->id != SASL_CB_LIST_END; question++) {
        question->result = "";
        question->len = 0;
    }
    return LDAP_SUCCESS;
}

static fc_status bind_by_sasl(fc_ldap_link *link, const char *mechanism, scheme how, fc_error *err)
{
    /* Active Directory wants one encryption, not two; without TLS it is Kerberos' own. The server's
     * name is that of the URL, whatever the DNS says of its address. */
    const char *strength = how == LDAP_PLAIN ? "minssf=56" : "minssf=0,maxssf=0";
    if (ldap_set_option(link->ldap, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) != 0 ||
        (strcmp(mechanism, "GSSAPI") == 0 &&
         ldap_set_option(link->ldap, LDAP_OPT_X_SASL_SECPROPS, strength) != 0)) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "%.90s: memory ran out", link->url);
    }
    return judge_bind(link,
                      ldap_sasl_interactive_bind_s(link->ldap, NULL, mechanism, NULL, NULL,
                                                   LDAP_SASL_QUIET, answer_nothing, NULL),
                      err);
}

static fc_status bind_to(fc_ldap_link *link, const fc_target_config *config, scheme how,
                         fc_error *err)
{
    const char *sasl = fc_target_config_get(config, "sasl");
    if (sasl == NULL) {
        return bind_by_password(link, config, err);
    }
    if (strcmp(sasl, "external") != 0 && strcmp(sasl, "gssapi") != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "target %.40s: sasl = %.40s, allowed: external, gssapi", config->name, sasl);
    }
    return bind_by_sasl(link, strcmp(sasl, "gssapi") == 0 ? "GSSAPI" : "EXTERNAL", how, err);
}

fc_status fc_ldap_link_open(const fc_target_config *config, fc_ldap_link *out, fc_error *err)
{
    FC_ASSERT(config != NULL);
    FC_ASSERT(out != NULL);
    FC_ASSERT(out->ldap == NULL);
    scheme how = LDAPS;
    FC_TRY(find_scheme(config, &how, err));
    FC_TRY(fc_target_config_number(config, "timeout_s", TIMEOUT_S, 1, TIMEOUT_MAX_S,
                                   &out->timeout_s, err));
    FC_TRY(fc_text_copy(fc_target_config_get(config, "url"), &out->url, err));
    const char *nobody = fc_target_config_get_or(config, "sasl", "");
    FC_TRY(fc_text_copy(fc_target_config_get_or(config, "user", nobody), &out->user, err));
    FC_TRY(set_up(out, config, LDAP_OPT_X_TLS_DEMAND, err));
    FC_TRY(connect_to(out, config, how, err));
    return bind_to(out, config, how, err);
}

void fc_ldap_link_close(fc_ldap_link *link)
{
    if (link->ldap != NULL) {
        (void)ldap_unbind_ext(link->ldap, NULL, NULL);
    }
    fc_memory_free(link->url);
    fc_memory_free(link->user);
    *link = (fc_ldap_link){ 0 };
}
