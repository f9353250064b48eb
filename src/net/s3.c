#include "net/s3.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "facecraft_version.h"
#include "net/aws_signature.h"
#include "net/curl.h"

#define CONNECT_TIMEOUT_MS 5000L

/* Tries of one call; before the second the first pause, then four times as long each time, less up
 * to a half by chance, so that many that fail at once do not come back at once. */
#define TRIES 4
#define FIRST_PAUSE_MS 100

/* Connections that are kept while nobody uses them. */
#define IDLE_MAX 16

/* Bytes of a refusal that are read, for its code. */
#define REFUSAL_BYTES 1024

/* A clock of ours that differs from the store's by more than this may be why it refuses. */
#define SKEW_S 60

#define NAME_SIZE 512
#define LINE_SIZE 1024

struct fc_s3 {
    char *endpoint; /* without "/" at its end */
    char *host;     /* with its port, as it is sent */
    char *region;
    char *root; /* "/bucket" or "/bucket/prefix" */
    char *access_key;
    char *secret_key;
    int32_t timeout_s;
    _Atomic int64_t ahead_s; /* the store's clock less ours, as far as it has minded */
    pthread_mutex_t lock;    /* guards what follows */
    CURL *idle[IDLE_MAX];
    size_t idle_count;
};

/* ---- settings -------------------------------------------------------------------------------- */

static bool consists_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

#define WORD "abcdefghijklmnopqrstuvwxyz0123456789.-"
#define PATH_CHARACTERS WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZ_/"

/* Scheme and host, and nothing behind them. Gives the host. */
static fc_status check_endpoint(const char *endpoint, const char **host, fc_error *err)
{
    const char *behind = strstr(endpoint, "://");
    const bool known =
        strncmp(endpoint, "https://", 8) == 0 || strncmp(endpoint, "http://", 7) == 0;
    *host = behind != NULL ? behind + 3 : "";
    if (!known || **host == '\0' || !consists_of(*host, WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZ:[]_")) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "endpoint of the S3 store \"%.100s\", allowed: https://host or "
                       "http://host:port",
                       endpoint);
    }
    return FC_OK;
}

static fc_status check(const fc_s3_settings *settings, fc_error *err)
{
    const size_t length = strlen(settings->bucket);
    const char *prefix = settings->prefix;
    if (length < 3 || length > 63 || !consists_of(settings->bucket, WORD)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "bucket \"%.70s\", allowed: 3 to 63 of a-z, 0-9, \".\" and \"-\"",
                       settings->bucket);
    }
    if (strlen(prefix) > 200 || !consists_of(prefix, PATH_CHARACTERS) || prefix[0] == '/' ||
        (prefix[0] != '\0' && prefix[strlen(prefix) - 1] == '/') || strstr(prefix, "//") != NULL ||
        strstr(prefix, "..") != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "prefix \"%.100s\", allowed: words of letters, digits, \".\", \"-\" and "
                       "\"_\" with \"/\" between them",
                       prefix);
    }
    if (settings->region[0] == '\0' || !consists_of(settings->region, WORD)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "region \"%.60s\", allowed: such as us-east-1",
                       settings->region);
    }
    if (settings->access_key[0] == '\0' || settings->secret_key[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "an S3 store needs an access key and its secret");
    }
    return FC_OK;
}

static fc_status copy(const fc_s3_settings *settings, const char *host, fc_s3 *s3, fc_error *err)
{
    char root[512];
    (void)snprintf(root, sizeof root, "/%s%s%s", settings->bucket,
                   settings->prefix[0] != '\0' ? "/" : "", settings->prefix);
    FC_TRY(fc_text_copy(settings->endpoint, &s3->endpoint, err));
    FC_TRY(fc_text_copy(host, &s3->host, err));
    FC_TRY(fc_text_copy(settings->region, &s3->region, err));
    FC_TRY(fc_text_copy(root, &s3->root, err));
    FC_TRY(fc_text_copy(settings->access_key, &s3->access_key, err));
    FC_TRY(fc_text_copy(settings->secret_key, &s3->secret_key, err));
    s3->timeout_s = settings->timeout_s;
    return FC_OK;
}

fc_status fc_s3_new(const fc_s3_settings *settings, fc_s3 **out, fc_error *err)
{
    FC_ASSERT(settings != NULL && settings->timeout_s > 0);
    FC_ASSERT(out != NULL);
    const char *host = NULL;
    FC_AUTO(fc_s3) s3 = NULL;
    FC_TRY(fc_curl_start(err));
    FC_TRY(check_endpoint(settings->endpoint, &host, err));
    FC_TRY(check(settings, err));
    FC_TRY(fc_memory_new_zeroed(1, sizeof *s3, (void **)&s3, err));
    (void)pthread_mutex_init(&s3->lock, NULL);
    FC_TRY(copy(settings, host, s3, err));
    *out = FC_STEAL(s3);
    return FC_OK;
}

void fc_s3_free(fc_s3 *s3)
{
    if (s3 == NULL) {
        return;
    }
    for (size_t i = 0; i < s3->idle_count; i++) {
        fc_curl.easy_cleanup(s3->idle[i]);
    }
    if (s3->secret_key != NULL) {
        fc_memory_wipe(s3->secret_key, strlen(s3->secret_key));
    }
    fc_memory_free(s3->endpoint);
    fc_memory_free(s3->host);
    fc_memory_free(s3->region);
    fc_memory_free(s3->root);
    fc_memory_free(s3->access_key);
    fc_memory_free(s3->secret_key);
    (void)pthread_mutex_destroy(&s3->lock);
    fc_memory_free(s3);
}

/* ---- one call -------------------------------------------------------------------------------- */

/* One request and its answer. */
typedef struct call {
    const char *method;
    char path[NAME_SIZE];
    fc_bytes body; /* of a PUT */
    size_t sent;
    int descriptor; /* what a GET gives goes there; -1: nowhere */
    int64_t bytes_max;
    int64_t received;
    bool overflows; /* more than that came */
    bool unwritten; /* the file did not take it */
    CURL *curl;
    int64_t signed_s; /* the time that it was signed with */
    int64_t date_s;   /* the time that the answer tells; -1: none */
    int32_t status;
    int64_t size; /* that the answer says it has; -1: it does not say */
    char refusal[REFUSAL_BYTES];
    size_t refusal_size;
    char reason[CURL_ERROR_SIZE];
} call;

static CURL *take_handle(fc_s3 *s3)
{
    CURL *handle = NULL;
    (void)pthread_mutex_lock(&s3->lock);
    if (s3->idle_count > 0) {
        handle = s3->idle[--s3->idle_count];
    }
    (void)pthread_mutex_unlock(&s3->lock);
    return handle != NULL ? handle : fc_curl.easy_init();
}

static void give_handle(fc_s3 *s3, CURL *handle)
{
    bool kept = false;
    fc_curl.easy_reset(handle); /* its connection stays */
    (void)pthread_mutex_lock(&s3->lock);
    if (s3->idle_count < IDLE_MAX) {
        s3->idle[s3->idle_count++] = handle;
        kept = true;
    }
    (void)pthread_mutex_unlock(&s3->lock);
    if (!kept) {
        fc_curl.easy_cleanup(handle);
    }
}

static size_t give_body(char *bytes, size_t one, size_t count, void *context)
{
    call *self = context;
    const size_t left = self->body.size - self->sent;
    const size_t part = left < one * count ? left : one * count;
    if (part > 0) {
        memcpy(bytes, self->body.data + self->sent, part);
    }
    self->sent += part;
    return part;
}

/* A connection that was kept may have been closed meanwhile: then the body goes again. */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
    call *self = context;
    if (origin != SEEK_SET || offset < 0 || (size_t)offset > self->body.size) {
        return CURL_SEEKFUNC_FAIL;
    }
    self->sent = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static bool write_all(int descriptor, const char *bytes, size_t size)
{
    for (size_t written = 0; written < size;) {
        const ssize_t count = write(descriptor, bytes + written, size - written);
        if (count <= 0) {
            return false;
        }
        written += (size_t)count;
    }
    return true;
}

/* The object, or what a refusal says. */
static size_t take_body(char *bytes, size_t one, size_t count, void *context)
{
    call *self = context;
    const size_t size = one * count;
    long status = 0;
    (void)fc_curl.easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || self->descriptor < 0) {
        const size_t room = sizeof self->refusal - 1 - self->refusal_size;
        const size_t part = size < room ? size : room;
        memcpy(self->refusal + self->refusal_size, bytes, part);
        self->refusal_size += part;
        return size;
    }
    self->received += (int64_t)size;
    self->overflows = self->received > self->bytes_max;
    self->unwritten = !self->overflows && !write_all(self->descriptor, bytes, size);
    return self->overflows || self->unwritten ? 0 : size;
}

static bool add_line(struct curl_slist **headers, const char *name, const char *value)
{
    char line[LINE_SIZE];
    const int length = snprintf(line, sizeof line, "%s: %s", name, value);
    return length > 0 && (size_t)length < sizeof line && fc_curl_add_header(headers, line);
}

static fc_status add_headers(fc_s3 *s3, call *self, struct curl_slist **headers, fc_error *err)
{
    char payload[FC_DIGEST_SIZE];
    char when[FC_AWS_TIME_SIZE];
    fc_digest_of(self->body, payload);
    self->signed_s = (int64_t)time(NULL) + atomic_load(&s3->ahead_s);
    fc_aws_time((time_t)self->signed_s, when);
    const fc_aws_header signed_ones[] = { { "host", s3->host },
                                          { "x-amz-content-sha256", payload },
                                          { "x-amz-date", when } };
    const size_t count = sizeof signed_ones / sizeof signed_ones[0];
    const fc_aws_request request = { .method = self->method,
                                     .path = self->path,
                                     .headers = signed_ones,
                                     .header_count = count,
                                     .payload = payload,
                                     .time = when,
                                     .region = s3->region,
                                     .service = "s3",
                                     .access_key = s3->access_key,
                                     .secret_key = s3->secret_key };
    FC_AUTO_BUFFER(authorization, LINE_SIZE);
    FC_TRY(fc_aws_sign(&request, &authorization, err));
    bool fits = add_line(headers, "Authorization", fc_buffer_text(&authorization)) &&
                add_line(headers, "Expect", "") && add_line(headers, "Accept", "*/*");
    for (size_t i = 0; i < count; i++) {
        fits = fits && add_line(headers, signed_ones[i].name, signed_ones[i].value);
    }
    return fits ? FC_OK : fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
}

static bool set_method(CURL *curl, call *self)
{
    if (strcmp(self->method, "HEAD") == 0) {
        return fc_curl.easy_setopt(curl, CURLOPT_NOBODY, 1L) == CURLE_OK;
    }
    if (strcmp(self->method, "PUT") != 0) {
        return fc_curl.easy_setopt(curl, CURLOPT_CUSTOMREQUEST, self->method) == CURLE_OK;
    }
    return fc_curl.easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)self->body.size) ==
               CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_READFUNCTION, give_body) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_READDATA, self) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_SEEKFUNCTION, rewind_body) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_SEEKDATA, self) == CURLE_OK;
}

static bool set_up(const fc_s3 *s3, call *self, const struct curl_slist *headers)
{
    char url[LINE_SIZE];
    CURL *curl = self->curl;
    (void)snprintf(url, sizeof url, "%s%s", s3->endpoint, self->path);
    return fc_curl_set_up(curl, url, true) && set_method(curl, self) &&
           fc_curl.easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_TIMEOUT, (long)s3->timeout_s) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_USERAGENT, "facecraft/" FC_VERSION) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_ERRORBUFFER, self->reason) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEDATA, self) == CURLE_OK;
}

static void read_facts(call *self)
{
    long status = 0;
    curl_off_t size = -1;
    struct curl_header *date = NULL;
    (void)fc_curl.easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)fc_curl.easy_getinfo(self->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    self->status = (int32_t)status;
    self->size = (int64_t)size;
    const bool dated =
        fc_curl.easy_header(self->curl, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK;
    self->date_s = dated ? (int64_t)fc_curl.getdate(date->value, NULL) : -1;
}

/* A store takes no request that is many minutes old or young: was this one, by its clock? Then we
 * go by that from now on. */
static bool adjust_clock(fc_s3 *s3, const call *self)
{
    const int64_t off_s = self->date_s - self->signed_s;
    if (self->status != 403 || self->date_s < 0 || (off_s >= -SKEW_S && off_s <= SKEW_S)) {
        return false;
    }
    FC_LOG(FC_LOG_WARNING, "clock differs from that of the S3 store",
           FC_LOG_NUMBER("seconds", self->date_s - (int64_t)time(NULL)));
    atomic_store(&s3->ahead_s, self->date_s - (int64_t)time(NULL));
    return true;
}

/* What the store calls its refusal: <Code>NoSuchKey</Code>. */
static const char *code_of(call *self)
{
    self->refusal[self->refusal_size] = '\0';
    char *code = strstr(self->refusal, "<Code>");
    if (code == NULL) {
        return "";
    }
    code += strlen("<Code>");
    code[strcspn(code, "<")] = '\0';
    return code;
}

/* What an answer means; FC_BUSY is worth another try. */
static fc_status judge(call *self, fc_error *err)
{
    const int32_t status = self->status;
    if (status >= 200 && status < 300) {
        return FC_OK;
    }
    if (status == 404 && strcmp(self->method, "PUT") != 0 &&
        strcmp(code_of(self), "NoSuchBucket") != 0) {
        return fc_fail(err, FC_NOT_FOUND, "there is no such object");
    }
    FC_LOG(FC_LOG_WARNING, "S3 store refuses", FC_LOG_TEXT("method", self->method),
           FC_LOG_NUMBER("status", status), FC_LOG_TEXT("code", code_of(self)));
    if (status == 507) {
        return fc_fail(err, FC_STORAGE_FULL, "the S3 store is full");
    }
    if (status == 429 || status >= 500) {
        return fc_fail(err, FC_BUSY, "the S3 store has no answer but %d", (int)status);
    }
    return fc_fail(err, FC_IO, "the S3 store refuses with %d %.60s", (int)status, code_of(self));
}

static fc_status judge_transfer(call *self, CURLcode code, fc_error *err)
{
    if (self->overflows) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "an object of more than %lld bytes",
                       (long long)self->bytes_max);
    }
    if (self->unwritten) {
        return fc_fail(err, FC_STORAGE_FULL, "there is no room for the object");
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (code == CURLE_OK) {
        return judge(self, err);
    }
    FC_LOG(
        FC_LOG_WARNING, "S3 store not reached", FC_LOG_TEXT("method", self->method),
        FC_LOG_TEXT("error", self->reason[0] != '\0' ? self->reason : fc_curl.easy_strerror(code)));
    return fc_fail(err, code == CURLE_PEER_FAILED_VERIFICATION ? FC_IO : FC_BUSY,
                   code == CURLE_PEER_FAILED_VERIFICATION
                       ? "the certificate of the S3 store is not trusted"
                       : "the S3 store cannot be reached");
}

static fc_status try_once(fc_s3 *s3, call *self, fc_error *err)
{
    struct curl_slist *headers = NULL;
    self->sent = self->refusal_size = 0;
    self->received = 0;
    self->status = 0;
    self->reason[0] = '\0';
    self->curl = take_handle(s3);
    if (self->curl == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    fc_status status = add_headers(s3, self, &headers, err);
    if (status == FC_OK) {
        const CURLcode code =
            set_up(s3, self, headers) ? fc_curl.easy_perform(self->curl) : CURLE_OUT_OF_MEMORY;
        read_facts(self);
        status = code == CURLE_OK && adjust_clock(s3, self)
                     ? fc_fail(err, FC_BUSY, "the S3 store has another time")
                     : judge_transfer(self, code, err);
    }
    give_handle(s3, self->curl);
    fc_curl.slist_free_all(headers);
    return status;
}

static void pause_before(int32_t try)
{
    int64_t whole_ms = FIRST_PAUSE_MS;
    for (int32_t i = 1; i < try; i++) {
        whole_ms *= 4;
    }
    char drawn[FC_RANDOM_NAME_SIZE] = "";
    const int64_t share = fc_random_name(drawn, NULL) == FC_OK ? (unsigned char)drawn[0] % 16 : 0;
    const int64_t pause_ms = whole_ms / 2 + whole_ms / 2 * share / 16;
    const struct timespec pause = { .tv_sec = pause_ms / 1000,
                                    .tv_nsec = pause_ms % 1000 * 1000000 };
    (void)nanosleep(&pause, NULL);
}

/* What was fetched in vain goes. */
static bool empty(const call *self)
{
    return self->descriptor < 0 ||
           (lseek(self->descriptor, 0, SEEK_SET) == 0 && ftruncate(self->descriptor, 0) == 0);
}

static fc_status ask(fc_s3 *s3, call *self, const char *name, fc_error *err)
{
    FC_ASSERT(s3 != NULL && name != NULL);
    FC_ASSERT(name[0] != '\0' && name[0] != '/' && consists_of(name, PATH_CHARACTERS));
    const int length = snprintf(self->path, sizeof self->path, "%s/%s", s3->root, name);
    FC_ASSERT(length > 0 && (size_t)length < sizeof self->path);
    fc_status status = FC_BUSY;
    for (int32_t try = 0; status == FC_BUSY && try < TRIES; try++) {
        if (try > 0) {
            pause_before(try);
        }
        if (!empty(self)) {
            return fc_fail(err, FC_IO, "the file for the object cannot be emptied");
        }
        status = try_once(s3, self, err);
    }
    return status;
}

/* ---- the calls ------------------------------------------------------------------------------- */

fc_status fc_s3_put(fc_s3 *s3, const char *name, fc_bytes bytes, fc_error *err)
{
    call self = { .method = "PUT", .body = bytes, .descriptor = -1 };
    return ask(s3, &self, name, err);
}

fc_status fc_s3_get(fc_s3 *s3, const char *name, int descriptor, int64_t bytes_max, fc_error *err)
{
    FC_ASSERT(descriptor >= 0);
    call self = { .method = "GET", .descriptor = descriptor, .bytes_max = bytes_max };
    return ask(s3, &self, name, err);
}

fc_status fc_s3_size(fc_s3 *s3, const char *name, int64_t *bytes, fc_error *err)
{
    FC_ASSERT(bytes != NULL);
    call self = { .method = "HEAD", .descriptor = -1 };
    FC_TRY(ask(s3, &self, name, err));
    if (self.size < 0) {
        return fc_fail(err, FC_IO, "the S3 store does not tell the size of an object");
    }
    *bytes = self.size;
    return FC_OK;
}

fc_status fc_s3_remove(fc_s3 *s3, const char *name, fc_error *err)
{
    call self = { .method = "DELETE", .descriptor = -1 };
    const fc_status status = ask(s3, &self, name, err);
    return status == FC_NOT_FOUND ? FC_OK : status;
}
