#include "convert/torch_pickle.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define ARENA_BYTES_MAX ((size_t)8 << 20)

/* The machine run on a pickle; what `out` refers to lives as long as the arena. */
static fc_status run(const fc_torch_pickle_case *given, fc_arena *arena, fc_torch_value *out,
                     fc_error *err)
{
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_AUTO(fc_torch_zip) zip = NULL;
    fc_torch_pickle_write(given->code, given->size, &file);
    FC_TRY(fc_torch_zip_new(fc_buffer_bytes(&file), &zip, err));
    return fc_torch_pickle_read(zip, arena, out, err);
}

static void numbers_tuples_and_the_memo_are_read(void **state)
{
    (void)state;
    static const fc_torch_pickle_case GOOD = FC_TORCH_PICKLE("\x80\x02"
                                                             "(K\x05q\x07M\x01\x02J\xfe\xff\xff\xff"
                                                             "\x8a\x02\x00\x80h\x07t.",
                                                             NULL);
    static const int64_t EXPECTED[] = { 5, 0x201, -2, -32768, 5 };
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value value = { 0 };
    ASSERT_OK(run(&GOOD, &arena, &value, &err), err);
    assert_int_equal(value.kind, FC_TORCH_TUPLE);
    assert_int_equal(value.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(value.items[i].kind, FC_TORCH_INTEGER);
        assert_int_equal(value.items[i].integer, EXPECTED[i]);
    }
    fc_arena_clear(&arena);
}

static void dictionaries_grow_with_their_pairs(void **state)
{
    (void)state;
    static const fc_torch_pickle_case GOOD =
        FC_TORCH_PICKLE("\x80\x02}K\x01K\x02s(K\x03K\x04K\x05K\x06u.", NULL);
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value value = { 0 };
    ASSERT_OK(run(&GOOD, &arena, &value, &err), err);
    assert_int_equal(value.kind, FC_TORCH_DICT);
    assert_int_equal(value.dict->count, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(value.dict->items[i].integer, i + 1);
    }
    fc_arena_clear(&arena);
}

#define PKL "checkpoint: data.pkl, byte "
#define NEVER ", which no checkpoint of tensors needs"

static const fc_torch_pickle_case BAD[] = {
    FC_TORCH_PICKLE("\x80\x02\x8c\x02os\x93.", PKL "2: opcode 0x8c (SHORT_BINUNICODE)" NEVER),
    FC_TORCH_PICKLE("\x80\x02)\x81.", PKL "3: opcode 0x81 (NEWOBJ)" NEVER),
    FC_TORCH_PICKLE("\x80\x02(ios\nsystem\n.", PKL "3: opcode 0x69 (INST)" NEVER),
    FC_TORCH_PICKLE("\x80\x02\xff.", PKL "2: opcode 0xff (unknown)" NEVER),
    FC_TORCH_PICKLE("\x80\x04.", PKL "0: not of protocol 2, which torch.save uses"),
    FC_TORCH_PICKLE("\x80\x02}", PKL "3: the file ends in the middle of it"),
    FC_TORCH_PICKLE("\x80\x02X\xff\xff\xff\xff"
                    "a.",
                    PKL "2: the file ends in the middle of it"),
    FC_TORCH_PICKLE("\x80\x02"
                    "ctorch",
                    PKL "2: the file ends in the middle of it"),
    FC_TORCH_PICKLE("\x80\x02.", PKL "2: too few values on the stack"),
    FC_TORCH_PICKLE("\x80\x02(\x85.", PKL "3: too few values on the stack"),
    FC_TORCH_PICKLE("\x80\x02t.", PKL "2: no mark on the stack"),
    FC_TORCH_PICKLE("\x80\x02h\x05.", PKL "2: a place of the memo where nothing was put"),
    FC_TORCH_PICKLE("\x80\x02Nr\xff\xff\xff\xff.",
                    PKL "3: a place of the memo beyond those that torch.save fills"),
    FC_TORCH_PICKLE("\x80\x02NNNs.", PKL "5: pairs are put into a value that is not a dictionary"),
    FC_TORCH_PICKLE("\x80\x02}(Nu.", PKL "5: pairs are put into a value that is not a dictionary"),
    FC_TORCH_PICKLE("\x80\x02N}b.", PKL "4: a state is given to a value that is not a dictionary"),
    FC_TORCH_PICKLE("\x80\x02\x8a\x09"
                    "123456789.",
                    PKL "2: an integer of more than 64 bits"),
};

static void assert_refused(const fc_torch_pickle_case *given)
{
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(ARENA_BYTES_MAX);
    fc_torch_value value = { .count = 77 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, run(given, &arena, &value, &err), err);
    assert_string_equal(err.text, given->text);
    assert_int_equal(value.count, 77);
    fc_arena_clear(&arena);
}

static void every_other_opcode_and_a_wrong_stack_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_refused(&BAD[i]);
    }
}

static void the_stack_has_a_limit(void **state)
{
    (void)state;
    char code[6000];
    memset(code, 'N', sizeof code);
    memcpy(code, "\x80\x02", 2);
    assert_refused(&(fc_torch_pickle_case){
        code, sizeof code, PKL "4098: more values on the stack than torch.save leaves there" });
}

static void the_arena_bounds_what_a_pickle_makes(void **state)
{
    (void)state;
    static const fc_torch_pickle_case GOOD = FC_TORCH_PICKLE("\x80\x02K\x01\x85.", NULL);
    fc_error err = { 0 };
    fc_arena arena = FC_ARENA(64);
    fc_torch_value value = { 0 };
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, run(&GOOD, &arena, &value, &err), err);
    fc_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_tuples_and_the_memo_are_read),
        cmocka_unit_test(dictionaries_grow_with_their_pairs),
        cmocka_unit_test(every_other_opcode_and_a_wrong_stack_are_refused),
        cmocka_unit_test(the_stack_has_a_limit),
        cmocka_unit_test(the_arena_bounds_what_a_pickle_makes),
    };
    return cmocka_run_group_tests_name("convert/torch_pickle", tests, NULL, NULL);
}
