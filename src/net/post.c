#include "net/post.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "net/curl.h"
#include "net/guard.h"

/* Only the code of an answer counts; after so many bytes of it we hang up. */
#define ANSWER_BYTES_MAX ((size_t)16 << 10)

/* One message on its way. */
typedef struct post {
    fc_poster *poster;
    CURL *handle;
    struct curl_slist *headers;
    fc_guard guard;
    size_t answer_bytes; /* with its headers */
    void *context;
} post;

struct fc_poster {
    fc_post_rules rules;
    CURLM *multi;
    post posts[FC_POSTS_MAX]; /* free where handle is NULL */
    size_t count;
};

/* ---- who may be posted to -------------------------------------------------------------------- */

/* The parts of an address that count. */
typedef struct target {
    CURLU *parts;
    char *scheme;
    char *host;
    char *port;
    char *user;
    char *password;
} target;

static void target_clear(target *self)
{
    fc_curl.free(self->scheme);
    fc_curl.free(self->host);
    fc_curl.free(self->port);
    fc_curl.free(self->user);
    fc_curl.free(self->password);
    fc_curl.url_cleanup(self->parts);
}

static CURLUcode target_read(target *self, const char *url)
{
    CURLUcode code = fc_curl.url_set(self->parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    code =
        code != CURLUE_OK ? code : fc_curl.url_get(self->parts, CURLUPART_SCHEME, &self->scheme, 0);
    code = code != CURLUE_OK ? code : fc_curl.url_get(self->parts, CURLUPART_HOST, &self->host, 0);
    return code != CURLUE_OK
               ? code
               : fc_curl.url_get(self->parts, CURLUPART_PORT, &self->port, CURLU_DEFAULT_PORT);
}

static bool has_login(target *self)
{
    return fc_curl.url_get(self->parts, CURLUPART_USER, &self->user, 0) == CURLUE_OK ||
           fc_curl.url_get(self->parts, CURLUPART_PASSWORD, &self->password, 0) == CURLUE_OK;
}

/* "*", "*.example.com", or the whole name. */
static bool fits(const char *entry, size_t length, const char *host)
{
    const size_t host_length = strlen(host);
    if (length == 1 && entry[0] == '*') {
        return true;
    }
    if (length > 2 && entry[0] == '*' && entry[1] == '.') {
        return host_length > length - 1 &&
               strncasecmp(host + host_length - (length - 1), entry + 1, length - 1) == 0;
    }
    return host_length == length && strncasecmp(host, entry, length) == 0;
}

/* Whether the list has the host by its name, or exactly this address and port. */
static void look_up(const char *list, const target *to, bool *named, bool *exact)
{
    char place[512];
    const int length = snprintf(place, sizeof place, "%s:%s", to->host, to->port);
    const bool whole = length > 0 && (size_t)length < sizeof place;
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, ", ");
        const size_t one = strcspn(at, ", ");
        *named = *named || (one > 0 && fits(at, one, to->host));
        *exact = *exact || (whole && one == (size_t)length && memcmp(at, place, one) == 0);
        at += one;
    }
}

static fc_status check_target(const fc_post_rules *rules, target *to, bool *plain, fc_error *err)
{
    bool named = false;
    bool exact = false;
    if (has_login(to)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "an address with a name or a password");
    }
    look_up(rules->allow, to, &named, &exact);
    *plain = strcasecmp(to->scheme, "http") == 0;
    if (!*plain && strcasecmp(to->scheme, "https") != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "an address that does not begin with https://");
    }
    if (!named && !exact) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "the host %.100s is not one of those that the operator allows", to->host);
    }
    if (*plain && !exact) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "an address that does not begin with https://; http is for hosts that the "
                       "operator allows by ADDRESS:PORT");
    }
    return FC_OK;
}

static fc_status check(const fc_post_rules *rules, const char *url, bool *plain, fc_error *err)
{
    FC_TRY(fc_curl_start(err));
    target to = { .parts = fc_curl.url() };
    const CURLUcode code = to.parts != NULL ? target_read(&to, url) : CURLUE_OUT_OF_MEMORY;
    fc_status status = FC_OK;
    if (code == CURLUE_OUT_OF_MEMORY) {
        status = fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    } else if (code != CURLUE_OK) {
        status = fc_fail(err, FC_INVALID_ARGUMENT, "no address of a web page");
    } else {
        status = check_target(rules, &to, plain, err);
    }
    target_clear(&to);
    return status;
}

fc_status fc_post_check(const fc_post_rules *rules, const char *url, fc_error *err)
{
    FC_ASSERT(rules != NULL && rules->allow != NULL);
    FC_ASSERT(url != NULL);
    bool plain = false;
    return check(rules, url, &plain, err);
}

/* ---- one message ----------------------------------------------------------------------------- */

static void post_end(post *self)
{
    (void)fc_curl.multi_remove_handle(self->poster->multi, self->handle);
    fc_curl.easy_cleanup(self->handle);
    fc_curl.slist_free_all(self->headers);
    self->poster->count--;
    *self = (post){ 0 };
}

static size_t count_bytes(char *data, size_t one, size_t count, void *context)
{
    (void)data;
    post *self = context;
    self->answer_bytes += one * count;
    return self->answer_bytes > ANSWER_BYTES_MAX ? 0 : one * count;
}

static bool set_up(post *self, const char *url, bool plain, fc_bytes body)
{
    CURL *handle = self->handle;
    (void)fc_curl.easy_setopt(handle, CURLOPT_PRIVATE, self);
    (void)fc_curl.easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HTTPHEADER, self->headers);
    (void)fc_curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, count_bytes);
    (void)fc_curl.easy_setopt(handle, CURLOPT_WRITEDATA, self);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, count_bytes);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HEADERDATA, self);
    (void)fc_curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, self->poster->rules.timeout_s * 1000L);
    (void)fc_curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    return fc_curl.easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, (const char *)body.data) ==
               CURLE_OK &&
           fc_guard_apply(&self->guard, handle, url, plain);
}

static fc_status post_start(post *self, const char *url, bool plain, const char *const *headers,
                            size_t header_count, fc_bytes body, fc_error *err)
{
    bool whole = self->handle != NULL &&
                 fc_curl_add_header(&self->headers, "Expect:"); /* never waited for */
    for (size_t i = 0; i < header_count && whole; i++) {
        whole = fc_curl_add_header(&self->headers, headers[i]);
    }
    if (!whole || !set_up(self, url, plain, body) ||
        fc_curl.multi_add_handle(self->poster->multi, self->handle) != CURLM_OK) {
        post_end(self);
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    return FC_OK;
}

/* An answer that was too long to be read has its code all the same. */
static fc_status explain(const post *self, CURLcode code, int answer, fc_error *err)
{
    const bool too_long = self->answer_bytes > ANSWER_BYTES_MAX;
    if (self->guard.has_refused) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "its address is not one of the public internet");
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return fc_fail(err, FC_DEADLINE, "no answer within %d s", self->poster->rules.timeout_s);
    }
    if (code != CURLE_OK && !(too_long && answer > 0)) {
        return fc_fail(err, FC_NOT_FOUND, "%s", fc_curl.easy_strerror(code));
    }
    return answer >= 200 && answer < 300 ? FC_OK
                                         : fc_fail(err, FC_NOT_FOUND, "answered %d", answer);
}

/* ---- all of them ----------------------------------------------------------------------------- */

fc_status fc_poster_new(const fc_post_rules *rules, fc_poster **out, fc_error *err)
{
    FC_ASSERT(rules != NULL && rules->allow != NULL);
    FC_ASSERT(rules->timeout_s > 0);
    FC_ASSERT(out != NULL);
    FC_TRY(fc_curl_start(err));
    FC_AUTO(fc_poster) poster = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *poster, (void **)&poster, err));
    poster->rules = *rules;
    poster->multi = fc_curl.multi_init();
    if (poster->multi == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    *out = FC_STEAL(poster);
    return FC_OK;
}

void fc_poster_free(fc_poster *poster)
{
    if (poster == NULL) {
        return;
    }
    for (size_t i = 0; i < FC_POSTS_MAX; i++) {
        if (poster->posts[i].poster != NULL) {
            post_end(&poster->posts[i]);
        }
    }
    (void)fc_curl.multi_cleanup(poster->multi);
    fc_memory_free(poster);
}

fc_status fc_poster_send(fc_poster *poster, const char *url, const char *const *headers,
                         size_t header_count, fc_bytes body, void *context, fc_error *err)
{
    FC_ASSERT(poster != NULL && url != NULL);
    FC_ASSERT(header_count <= FC_POST_HEADERS_MAX && body.size > 0);
    bool plain = false;
    FC_TRY(check(&poster->rules, url, &plain, err));
    if (poster->count >= FC_POSTS_MAX) {
        return fc_fail(err, FC_BUSY, "%d messages are under way already", FC_POSTS_MAX);
    }
    post *self = poster->posts;
    while (self->poster != NULL) {
        self++;
    }
    *self = (post){ .poster = poster,
                    .handle = fc_curl.easy_init(),
                    .guard = { .allow = poster->rules.allow },
                    .context = context };
    poster->count++;
    return post_start(self, url, plain, headers, header_count, body, err);
}

static bool take_outcome(fc_poster *poster, fc_post_outcome *out)
{
    int left = 0;
    const CURLMsg *message = fc_curl.multi_info_read(poster->multi, &left);
    if (message == NULL) {
        return false;
    }
    post *self = NULL;
    long answer = 0;
    const CURLcode code = message->data.result;
    (void)fc_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&self);
    (void)fc_curl.easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &answer);
    *out = (fc_post_outcome){ .context = self->context, .code = (int)answer };
    (void)(explain(self, code, out->code, &out->why) == FC_OK);
    post_end(self);
    return true;
}

bool fc_poster_wait(fc_poster *poster, int32_t time_ms, fc_post_outcome *out)
{
    FC_ASSERT(poster != NULL && out != NULL);
    int running = 0;
    (void)fc_curl.multi_perform(poster->multi, &running);
    if (take_outcome(poster, out)) {
        return true;
    }
    (void)fc_curl.multi_poll(poster->multi, NULL, 0, time_ms, NULL);
    (void)fc_curl.multi_perform(poster->multi, &running);
    return take_outcome(poster, out);
}

size_t fc_poster_count(const fc_poster *poster)
{
    FC_ASSERT(poster != NULL);
    return poster->count;
}

void fc_poster_wake(fc_poster *poster)
{
    FC_ASSERT(poster != NULL);
    (void)fc_curl.multi_wakeup(poster->multi);
}
