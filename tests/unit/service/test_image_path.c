#include "service/image_path.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define KEY "a key of some length"
#define REST "/width:400,height:400,format:webp/aHR0cHM6Ly9leGFtcGxlLm9yZy9tZS5qcGc"
#define SIGNATURE "tzXB1eYOVJN-Mua8WtlB_AxRYHg0w08tSi7rmo-BgWw"

/* By Python: hmac.new(key, rest, sha256). */
static void signatures_are_those_of_others(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char signature[FC_IMAGE_SIGNATURE_SIZE];
    ASSERT_OK(fc_image_sign(KEY, REST, signature, &err), err);
    assert_string_equal(signature, SIGNATURE);
    ASSERT_OK(
        fc_image_sign("another; 32 bytes long; of bytes.", "/-/aHR0cDovL2EvYg", signature, &err),
        err);
    assert_string_equal(signature, "6J3BWcGTFM4maf7KGI_6lEjQiBgUjwprsgdcS1iRTPk");
    ASSERT_OK(fc_image_sign("," KEY ",an older key of length", REST, signature, &err), err);
    assert_string_equal(signature, SIGNATURE);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_image_sign("", REST, signature, &err), err);
}

static bool is_signed(const char *keys, const char *signature, const char *path)
{
    fc_error err = { 0 };
    bool valid = false;
    ASSERT_OK(fc_image_signed(keys, signature, path, &valid, &err), err);
    return valid;
}

static void a_signature_may_be_cut_and_padded_but_not_changed(void **state)
{
    (void)state;
    char text[64] = SIGNATURE;
    assert_true(is_signed(KEY, SIGNATURE, REST));
    assert_true(is_signed(KEY, SIGNATURE "=", REST));
    assert_true(is_signed("an older key of length," KEY, SIGNATURE, REST));
    text[24] = '\0'; /* 18 bytes */
    assert_true(is_signed(KEY, text, REST));
    text[20] = '\0'; /* 15 bytes */
    assert_false(is_signed(KEY, text, REST));
    for (size_t i = 0; i < strlen(SIGNATURE) - 1; i++) {
        memcpy(text, SIGNATURE, sizeof SIGNATURE);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        assert_false(is_signed(KEY, text, REST));
    }
    static const char *const OTHERS[] = {
        "", "-", "%41", SIGNATURE "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "\xff\xff"
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        assert_false(is_signed(KEY, OTHERS[i], REST));
    }
    assert_false(is_signed(KEY, SIGNATURE, REST "A"));
    assert_false(is_signed("an older key of length", SIGNATURE, REST));
    assert_false(is_signed("", SIGNATURE, REST));
}

static void short_keys_are_refused_without_being_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_image_keys_check("", &err), err);
    ASSERT_OK(fc_image_keys_check(KEY "," KEY, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_image_keys_check(KEY ",fifteen letters", &err), err);
    assert_null(strstr(err.text, "fifteen"));
}

static fc_form read(const char *options)
{
    fc_error err = { 0 };
    const fc_params defaults = fc_params_default();
    fc_form form = fc_form_start(&defaults);
    ASSERT_OK(fc_image_options_read(options, &form, &err), err);
    return form;
}

static void options_are_rows_of_the_table(void **state)
{
    (void)state;
    fc_form form = read("width:400,height=300,face:2,grey:on,format:jpg");
    assert_int_equal(form.params.width, 400);
    assert_int_equal(form.params.height, 300);
    assert_int_equal(form.params.face, -2);
    assert_true(form.params.grey);
    assert_int_equal(form.format, FC_FORM_JPEG);
    form = read("background:gradient%3A%23000000%2C%23ffffff");
    assert_int_equal(form.params.background.kind, FC_BACKGROUND_GRADIENT);
    form = read("plain:on,enhance-photo:strong");
    assert_int_equal(form.params.enhance_photo, FC_ENHANCE_OFF);
    form = read(FC_IMAGE_NO_OPTIONS);
    assert_int_equal(form.format, FC_FORM_WEBP);
    assert_int_equal(form.params.width, fc_params_default().width);
}

static void a_preset_is_changed_by_others_wherever_they_stand(void **state)
{
    (void)state;
    const fc_form before = read("width:128,preset:linkedin");
    const fc_form behind = read("preset:linkedin,width:128");
    const fc_form alone = read("preset:linkedin");
    assert_int_equal(before.params.width, 128);
    assert_int_equal(behind.params.width, 128);
    assert_int_equal(before.params.height, alone.params.height);
}

static void names_of_imgix_are_taken_where_they_fit(void **state)
{
    (void)state;
    const fc_form form = read("w=300,h=200,fm=pjpg,bg=fa0,fit=facearea,facepad=1.5");
    assert_int_equal(form.params.width, 300);
    assert_int_equal(form.params.height, 200);
    assert_int_equal(form.format, FC_FORM_JPEG);
    assert_int_equal(form.params.background.red, 255);
    assert_int_equal(form.params.background.green, 170);
    assert_int_equal(form.params.framing, FC_FRAMING_FACE);
    assert_true(form.params.face_margin > 0.2499 && form.params.face_margin < 0.2501);
}

static void options_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const CASES[] = {
        "",           "width",
        ",",          "width:1,",
        ":1",         "width:63",
        "widht:64",   "zzzzzzzzzz:1",
        "format:gif", "format:json",
        "q:80",       "faceindex:1",
        "fit:crop",   "facepad:0.9",
        "facepad:x",  "facepad:3.1",
        "face:all",   "check:on",
        "width:%zz",  "width:6%004",
        "preset:x",   "background:nothing",
        "width:\xff", "background:picture",
        "size:64",    "return_base64:on",
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        const fc_params defaults = fc_params_default();
        fc_form form = fc_form_start(&defaults);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_image_options_read(CASES[i], &form, &err), err);
    }
    char many[4000] = "w:64";
    fc_error err = { 0 };
    fc_form form = { 0 };
    for (int i = 0; i < 64; i++) {
        strcat(many, ",w:64");
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_image_options_read(many, &form, &err), err);
    memset(many, 'a', sizeof many - 1);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_image_options_read(many, &form, &err), err);
}

static void an_address_comes_in_either_way(void **state)
{
    (void)state;
    static const char *const CASES[] = { "aHR0cHM6Ly9leGFtcGxlLm9yZy9tZS5qcGc",
                                         "aHR0cHM6Ly9leGFtcGxlLm9yZy9tZS5qcGc=",
                                         "https%3A%2F%2Fexample.org%2Fme.jpg",
                                         "https%3a%2f%2fexample.org%2fme.jpg" };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        fc_buffer address = { 0 };
        ASSERT_OK(fc_image_address_read(CASES[i], &address, &err), err);
        assert_string_equal(fc_buffer_text(&address), "https://example.org/me.jpg");
        fc_buffer_clear(&address);
    }
}

static void addresses_that_are_none_are_refused(void **state)
{
    (void)state;
    static char large[7000];
    static const char *const CASES[] = {
        "",
        "AAAA",
        "nowhere",
        "%zz",
        "%00",
        "aHR0cDovL2EgYg",
        "http%3A%2F%2Fa%20b",
        "http%3A%2F%2Fa%0Ab",
        "aHR0cDovL2E\xff",
        "aHR0cDovL2EAYg",
        "http%3A%2F%2Fa%7F",
    };
    fc_error err = { 0 };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_buffer address = { 0 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_image_address_read(CASES[i], &address, &err), err);
        fc_buffer_clear(&address);
    }
    fc_buffer address = { 0 };
    memset(large, 'A', sizeof large - 1);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_image_address_read(large, &address, &err), err);
    fc_buffer_clear(&address);
}

static fc_status write_path(const char *options, const char *address, fc_buffer *path,
                            fc_error *err)
{
    fc_buffer_clear(path);
    *path = FC_BUFFER(16384);
    return fc_image_path_write(KEY, options, address, path, err);
}

static void a_whole_path_is_written(void **state)
{
    (void)state;
    static char large[FC_IMAGE_ADDRESS_BYTES_MAX + 10] = "http://a/";
    fc_error err = { 0 };
    FC_AUTO_BUFFER(path, 0);
    ASSERT_OK(
        write_path("width:400,height:400,format:webp", "https://example.org/me.jpg", &path, &err),
        err);
    assert_string_equal(fc_buffer_text(&path), "/image/" SIGNATURE REST);
    ASSERT_OK(write_path("", "http://a/b", &path, &err), err);
    assert_non_null(strstr(fc_buffer_text(&path), "/-/aHR0cDovL2EvYg"));
    ASSERT_FAILS(FC_INVALID_ARGUMENT, write_path("w:1", "http://a/b", &path, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, write_path("bg:#fff", "http://a/b", &path, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, write_path("", "a.jpg", &path, &err), err);
    memset(large + 9, 'a', sizeof large - 10);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write_path("", large, &path, &err), err);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool valid = false;
    fc_form form = read("-");
    FC_AUTO_BUFFER(path, 0);
    FC_AUTO_BUFFER(address, 0);
    SWEEP_ALLOCATIONS(write_path("w:64", "http://a/b", &path, &err), true);
    SWEEP_ALLOCATIONS(fc_image_signed(KEY, SIGNATURE, REST, &valid, &err), !valid);
    SWEEP_ALLOCATIONS(fc_image_options_read("w:64", &form, &err), true);
    SWEEP_ALLOCATIONS(fc_image_address_read("aHR0cDovL2EvYg", &address, &err), address.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_those_of_others),
        cmocka_unit_test(a_signature_may_be_cut_and_padded_but_not_changed),
        cmocka_unit_test(short_keys_are_refused_without_being_told),
        cmocka_unit_test(options_are_rows_of_the_table),
        cmocka_unit_test(a_preset_is_changed_by_others_wherever_they_stand),
        cmocka_unit_test(names_of_imgix_are_taken_where_they_fit),
        cmocka_unit_test(options_that_are_none_are_refused),
        cmocka_unit_test(an_address_comes_in_either_way),
        cmocka_unit_test(addresses_that_are_none_are_refused),
        cmocka_unit_test(a_whole_path_is_written),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests_name("service/image_path", tests, NULL, NULL);
}
