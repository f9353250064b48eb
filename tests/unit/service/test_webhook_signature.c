#include "service/webhook_signature.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* The secret, id, time and body of the specification's own example, and its signature. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME_S 1614265330
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
static const char BODY[] = "{\"test\": 2432232314}";

static fc_status parse(const char *text, fc_webhook_keys *keys, fc_error *err)
{
    return fc_webhook_keys_parse(text, keys, err);
}

static fc_status sign(const fc_webhook_keys *keys, char text[FC_WEBHOOK_SIGNATURE_SIZE],
                      fc_error *err)
{
    const fc_bytes body = { (const uint8_t *)BODY, sizeof BODY - 1 };
    return fc_webhook_sign(keys, ID, TIME_S, body, text, err);
}

static void a_signature_is_that_of_the_specification(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_webhook_keys keys = { 0 };
    char text[FC_WEBHOOK_SIGNATURE_SIZE];
    ASSERT_OK(parse(SECRET, &keys, &err), err);
    ASSERT_OK(sign(&keys, text, &err), err);
    assert_string_equal(text, SIGNATURE);
}

static void each_secret_signs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_webhook_keys keys = { 0 };
    char text[FC_WEBHOOK_SIGNATURE_SIZE];
    ASSERT_OK(parse(" " SECRET ", " OTHER "," SECRET "," OTHER, &keys, &err), err);
    assert_int_equal(keys.count, 4);
    ASSERT_OK(sign(&keys, text, &err), err);
    assert_int_equal(strlen(text), FC_WEBHOOK_SIGNATURE_SIZE - 2);
    assert_memory_equal(text, SIGNATURE " v1,", strlen(SIGNATURE " v1,"));
    ASSERT_OK(parse("", &keys, &err), err);
    assert_int_equal(keys.count, 0);
}

static void what_is_no_secret_is_refused_and_not_told(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "secret",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_!fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        SECRET "," SECRET "," SECRET "," SECRET "," SECRET,
        "whsec_" /* of 66 bytes */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_webhook_keys keys = { .count = 9 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(BAD[i], &keys, &err), err);
        assert_int_equal(keys.count, 9);
        assert_null(strlen(BAD[i]) > 6 ? strstr(err.text, BAD[i]) : NULL);
    }
}

static void both_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_webhook_keys keys = { 0 };
    char text[FC_WEBHOOK_SIGNATURE_SIZE] = "";
    SWEEP_ALLOCATIONS(parse(SECRET "," OTHER, &keys, &err), keys.count == 0);
    SWEEP_ALLOCATIONS(sign(&keys, text, &err), text[0] == '\0');
    FC_AUTO_BUFFER(large, 2 << 20);
    for (int i = 0; i < 1 << 17; i++) {
        ASSERT_OK(fc_buffer_append(&large, "12345678", 8, &err), err);
    }
    ASSERT_FAILS(
        FC_LIMIT_EXCEEDED,
        fc_webhook_sign(&keys, ID, TIME_S, (fc_bytes){ large.data, large.size }, text, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_that_of_the_specification),
        cmocka_unit_test(each_secret_signs),
        cmocka_unit_test(what_is_no_secret_is_refused_and_not_told),
        cmocka_unit_test(both_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("service/webhook_signature", tests, NULL, NULL);
}
