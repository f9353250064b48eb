#include "convert/torch_checkpoint.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

/* Pieces of pickles: protocol 2, the part, a tensor's beginning, its storage, its end. */
#define BEGIN "\x80\x02}X\x0a\0\0\0params_ema}X\x06\0\0\0weight"
#define TENSOR "ctorch._utils\n_rebuild_tensor_v2\n("
#define STORAGE_OF(type, count)                                                                    \
    "(X\x07\0\0\0storagectorch\n" type "\nX\x01\0\0\0"                                             \
    "0X\x03\0\0\0cpuK" count "tQ"
#define STORAGE STORAGE_OF("FloatStorage", "\x08")
#define REST "\x89}tR"
#define END "ss."

static fc_status read_pickle(const fc_torch_pickle_case *given, fc_torch_checkpoint **out,
                             fc_buffer *file, fc_error *err)
{
    fc_torch_pickle_write(given->code, given->size, file);
    return fc_torch_checkpoint_new(fc_buffer_bytes(file), "params_ema", out, err);
}

static void tensors_are_found_by_name_in_the_file(void **state)
{
    (void)state;
    static const fc_torch_pickle_case GOOD =
        FC_TORCH_PICKLE(BEGIN TENSOR STORAGE "K\x02K\x02K\x03\x86K\x03K\x01\x86" REST END, NULL);
    fc_error err = { 0 };
    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    ASSERT_OK(read_pickle(&GOOD, &checkpoint, &file, &err), err);
    assert_null(fc_torch_checkpoint_lookup(checkpoint, "bias"));
    const fc_torch_tensor *tensor = fc_torch_checkpoint_lookup(checkpoint, "weight");
    assert_non_null(tensor);
    assert_int_equal(tensor->rank, 2);
    assert_int_equal(tensor->shape[0], 2);
    assert_int_equal(tensor->shape[1], 3);
    assert_int_equal(tensor->data.size, 6 * sizeof(float));
    const float expected[6] = { 2, 3, 4, 5, 6, 7 };
    assert_memory_equal(tensor->data.data, expected, sizeof expected);
    assert_int_equal(fc_torch_checkpoint_zip(checkpoint)->count, 2);
}

static void half_precision_is_told(void **state)
{
    (void)state;
    static const fc_torch_pickle_case HALF = FC_TORCH_PICKLE(
        BEGIN TENSOR STORAGE_OF("HalfStorage", "\x10") "K\0K\x10\x85K\x01\x85" REST END, NULL);
    fc_error err = { 0 };
    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    ASSERT_OK(read_pickle(&HALF, &checkpoint, &file, &err), err);
    assert_int_equal(fc_torch_checkpoint_lookup(checkpoint, "weight")->type, FC_TORCH_FLOAT16);
}

/* Opcodes and the stack: test_torch_pickle. */
static const fc_torch_pickle_case BAD[] = {
    FC_TORCH_PICKLE(
        "\x80\x02"
        "cos\nsystem\n(X\x02\0\0\0lstR.",
        "checkpoint: it wants to use 'os.system'; only float32 and float16 tensors are read"),
    FC_TORCH_PICKLE(
        "\x80\x02"
        "c__builtin__\neval\n)R.",
        "checkpoint: it wants to use '__builtin__.eval'; only float32 and float16 tensors are "
        "read"),
    FC_TORCH_PICKLE(
        "\x80\x02"
        "ctorch\nDoubleStorage\n.",
        "checkpoint: it wants to use 'torch.DoubleStorage'; only float32 and float16 tensors "
        "are read"),
    FC_TORCH_PICKLE(
        "\x80\x02"
        "c\x1b[31m\nb\xc3\n.",
        "checkpoint: it wants to use '?[31m.b?'; only float32 and float16 tensors are read"),
    FC_TORCH_PICKLE("\x80\x02N)R.",
                    "checkpoint: its pickle calls a value that is not a name, or without a tuple"),
    FC_TORCH_PICKLE("\x80\x02"
                    "ctorch\nFloatStorage\n)R.",
                    "checkpoint: 'FloatStorage' is called with 0 values"),
    FC_TORCH_PICKLE("\x80\x02N.", "checkpoint: no dictionary 'params_ema' in it"),
    FC_TORCH_PICKLE("\x80\x02}q\0h\0h\0s.",
                    "checkpoint: no dictionary 'params_ema' in it"), /* in itself */
    FC_TORCH_PICKLE("\x80\x02}X\x0a\0\0\0params_ema}s.",
                    "checkpoint: 0 tensors, 1 to 8192 are read"),
    FC_TORCH_PICKLE(BEGIN "N" END, "checkpoint: item 0 is no tensor with a name"),
    FC_TORCH_PICKLE(BEGIN "NQ" END, "checkpoint: a storage is not described as PyTorch does"),
    FC_TORCH_PICKLE(
        BEGIN "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x05\0\0\0../00X\x03\0\0\0cpuK\x08tQ" END,
        "checkpoint: no entry data/../00"),
    FC_TORCH_PICKLE(BEGIN STORAGE_OF("FloatStorage", "\x09") END,
                    "checkpoint: entry data/0 has 32 bytes, not 9 values of 4"),
    FC_TORCH_PICKLE(BEGIN TENSOR STORAGE "tR" END,
                    "checkpoint: a tensor is not described as PyTorch does"),
    FC_TORCH_PICKLE(
        BEGIN TENSOR STORAGE "K\x04K\x05\x85K\x01\x85" REST END,
        "checkpoint: a tensor from value 4 on, with its shape, does not fit into its storage of "
        "8 values"),
    FC_TORCH_PICKLE(
        BEGIN TENSOR STORAGE "J\xff\xff\xff\xffK\x01\x85K\x01\x85" REST END,
        "checkpoint: a tensor from value -1 on, with its shape, does not fit into its storage "
        "of 8 values"),
    FC_TORCH_PICKLE(
        BEGIN TENSOR STORAGE "K\0\x8a\x08\0\0\0\0\0\0\0\x40K\x08\x86K\x08K\x01\x86" REST END,
        "checkpoint: a tensor from value 0 on, with its shape, does not fit into its storage of "
        "8 values"),
    FC_TORCH_PICKLE(BEGIN TENSOR STORAGE "K\0K\x02K\x04\x86K\x01K\x02\x86" REST END,
                    "checkpoint: a tensor does not lie in C order, only those are read"),
};

static void every_other_pickle_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_torch_checkpoint *checkpoint = NULL;
        FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, read_pickle(&BAD[i], &checkpoint, &file, &err), err);
        assert_string_equal(err.text, BAD[i].text);
        assert_null(checkpoint);
    }
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    static const fc_torch_pickle_case GOOD =
        FC_TORCH_PICKLE(BEGIN TENSOR STORAGE "K\x02K\x02K\x03\x86K\x03K\x01\x86" REST END, NULL);
    fc_error err = { 0 };
    FC_AUTO(fc_torch_checkpoint) checkpoint = NULL;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_pickle_write(GOOD.code, GOOD.size, &file);
    const fc_bytes bytes = fc_buffer_bytes(&file);
    SWEEP_ALLOCATIONS(fc_torch_checkpoint_new(bytes, "params_ema", &checkpoint, &err),
                      checkpoint == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_found_by_name_in_the_file),
        cmocka_unit_test(half_precision_is_told),
        cmocka_unit_test(every_other_pickle_is_refused_with_a_reason),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("convert/torch_checkpoint", tests, NULL, NULL);
}
