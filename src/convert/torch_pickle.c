#include "convert/torch_pickle.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/byte_order.h"
#include "base/memory.h"
#include "convert/torch_calls.h"

/** Values on the stack: torch.save collects up to 1000 pairs before it puts them away. */
#define STACK_MAX 4096

/** Places of the memo; a checkpoint of 500 tensors uses about 3600. */
#define MEMO_MAX 65536

typedef struct machine {
    const fc_torch_zip *zip;
    fc_arena *arena;
    fc_bytes code;
    size_t at; /* of the opcode that runs */
    fc_bytes rest;
    fc_torch_value *stack;
    size_t stack_room;
    size_t depth;
    fc_torch_value *memo;
    size_t memo_room;
    int argument; /* of the opcode that runs, from the table: a count, a size or a kind */
    bool stopped;
} machine;

typedef fc_status (*operation)(machine *m, fc_error *err);

static fc_status refuse(const machine *m, const char *what, fc_error *err)
{
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "checkpoint: data.pkl, byte %zu: %s", m->at, what);
}

static fc_status take(machine *m, size_t size, fc_bytes *out, fc_error *err)
{
    if (size > m->rest.size) {
        return refuse(m, "the file ends in the middle of it", err);
    }
    *out = (fc_bytes){ m->rest.data, size };
    m->rest = (fc_bytes){ m->rest.data + size, m->rest.size - size };
    return FC_OK;
}

static fc_status take_number(machine *m, int size, uint64_t *out, fc_error *err)
{
    fc_bytes bytes = { 0 };
    FC_TRY(take(m, (size_t)size, &bytes, err));
    FC_ASSERT(bytes.data != NULL);
    *out = fc_little(bytes.data, size);
    return FC_OK;
}

static fc_status push(machine *m, fc_torch_value value, fc_error *err)
{
    if (m->depth == m->stack_room) {
        return refuse(m, "more values on the stack than torch.save leaves there", err);
    }
    m->stack[m->depth++] = value;
    return FC_OK;
}

static fc_status push_integer(machine *m, int64_t integer, fc_error *err)
{
    return push(m, (fc_torch_value){ .kind = FC_TORCH_INTEGER, .integer = integer }, err);
}

/* The uppermost values, but none of those below the last mark. They stay where they are. */
static fc_status pop(machine *m, size_t count, fc_torch_value **out, fc_error *err)
{
    for (size_t i = 1; i <= count; i++) {
        if (i > m->depth || m->stack[m->depth - i].kind == FC_TORCH_MARK) {
            return refuse(m, "too few values on the stack", err);
        }
    }
    m->depth -= count;
    *out = &m->stack[m->depth];
    return FC_OK;
}

/* All values above the last mark, and the mark. */
static fc_status pop_list(machine *m, fc_torch_value **out, size_t *count, fc_error *err)
{
    size_t first = m->depth;
    while (first > 0 && m->stack[first - 1].kind != FC_TORCH_MARK) {
        first--;
    }
    if (first == 0) {
        return refuse(m, "no mark on the stack", err);
    }
    *count = m->depth - first;
    *out = &m->stack[first];
    m->depth = first - 1;
    return FC_OK;
}

static fc_status run_put(machine *m, fc_error *err)
{
    uint64_t place = 0;
    fc_torch_value *value = NULL;
    FC_TRY(take_number(m, m->argument, &place, err));
    FC_TRY(pop(m, 1, &value, err));
    if (place >= m->memo_room) {
        return refuse(m, "a place of the memo beyond those that torch.save fills", err);
    }
    m->memo[place] = *value;
    m->depth++;
    return FC_OK;
}

static fc_status run_recall(machine *m, fc_error *err)
{
    uint64_t place = 0;
    FC_TRY(take_number(m, m->argument, &place, err));
    if (place >= m->memo_room || m->memo[place].kind == FC_TORCH_ABSENT) {
        return refuse(m, "a place of the memo where nothing was put", err);
    }
    return push(m, m->memo[place], err);
}

static fc_status make_tuple(machine *m, const fc_torch_value *items, size_t count, fc_error *err)
{
    fc_torch_value *copy = NULL;
    FC_TRY(fc_arena_new(m->arena, count, sizeof *copy, (void **)&copy, err));
    memcpy(copy, items, count * sizeof *copy);
    const fc_torch_value tuple = { .kind = FC_TORCH_TUPLE, .count = count, .items = copy };
    return push(m, tuple, err);
}

static fc_status set_items(machine *m, const fc_torch_value *items, size_t count, fc_error *err)
{
    fc_torch_value *target = NULL;
    FC_TRY(pop(m, 1, &target, err));
    FC_ASSERT(target != NULL);
    if (target->kind != FC_TORCH_DICT || count % 2 != 0) {
        return refuse(m, "pairs are put into a value that is not a dictionary", err);
    }
    m->depth++;
    if (count == 0) {
        return FC_OK;
    }
    fc_torch_dict *dict = target->dict;
    if (count > dict->room - dict->count) {
        const size_t room = 2 * (dict->count + count);
        fc_torch_value *grown = NULL;
        FC_TRY(fc_arena_new(m->arena, room, sizeof *grown, (void **)&grown, err));
        if (dict->count > 0) {
            memcpy(grown, dict->items, dict->count * sizeof *grown);
        }
        dict->items = grown;
        dict->room = room;
    }
    memcpy(dict->items + dict->count, items, count * sizeof *items);
    dict->count += count;
    return FC_OK;
}

static fc_status run_protocol(machine *m, fc_error *err)
{
    uint64_t version = 0;
    FC_TRY(take_number(m, 1, &version, err));
    return version == 2 ? FC_OK : refuse(m, "not of protocol 2, which torch.save uses", err);
}

static fc_status run_stop(machine *m, fc_error *err)
{
    (void)err;
    m->stopped = true;
    return FC_OK;
}

static fc_status run_push(machine *m, fc_error *err)
{
    return push(m, (fc_torch_value){ .kind = (fc_torch_kind)m->argument }, err);
}

static fc_status run_unsigned(machine *m, fc_error *err)
{
    uint64_t value = 0;
    FC_TRY(take_number(m, m->argument, &value, err));
    return push_integer(m, (int64_t)value, err);
}

static fc_status run_signed(machine *m, fc_error *err)
{
    uint64_t value = 0;
    FC_TRY(take_number(m, 4, &value, err));
    return push_integer(m, (int32_t)(uint32_t)value, err);
}

static fc_status run_long(machine *m, fc_error *err)
{
    uint64_t size = 0;
    fc_bytes digits = { 0 };
    FC_TRY(take_number(m, 1, &size, err));
    if (size > 8) {
        return refuse(m, "an integer of more than 64 bits", err);
    }
    FC_TRY(take(m, (size_t)size, &digits, err));
    uint64_t value = fc_little(digits.data, (int)size);
    if (size > 0 && size < 8 && digits.data[size - 1] >= 0x80) {
        value |= UINT64_MAX << (8 * size); /* negative: the sign goes on */
    }
    return push_integer(m, (int64_t)value, err);
}

static fc_status run_text(machine *m, fc_error *err)
{
    uint64_t size = 0;
    fc_torch_value value = { .kind = FC_TORCH_TEXT };
    FC_TRY(take_number(m, 4, &size, err));
    FC_TRY(take(m, (size_t)size, &value.text, err));
    return push(m, value, err);
}

static fc_status take_line(machine *m, fc_bytes *out, fc_error *err)
{
    const uint8_t *end = memchr(m->rest.data, '\n', m->rest.size);
    if (end == NULL) {
        return refuse(m, "the file ends in the middle of it", err);
    }
    fc_bytes line = { 0 };
    FC_TRY(take(m, (size_t)(end - m->rest.data) + 1, &line, err));
    *out = (fc_bytes){ line.data, line.size - 1 };
    return FC_OK;
}

static fc_status run_global(machine *m, fc_error *err)
{
    fc_bytes module = { 0 };
    fc_bytes name = { 0 };
    fc_torch_value value = { 0 };
    FC_TRY(take_line(m, &module, err));
    FC_TRY(take_line(m, &name, err));
    FC_TRY(fc_torch_name(module, name, &value, err));
    return push(m, value, err);
}

static fc_status run_dict(machine *m, fc_error *err)
{
    fc_torch_dict *dict = NULL;
    FC_TRY(fc_arena_new(m->arena, 1, sizeof *dict, (void **)&dict, err));
    return push(m, (fc_torch_value){ .kind = FC_TORCH_DICT, .dict = dict }, err);
}

static fc_status run_short_tuple(machine *m, fc_error *err)
{
    fc_torch_value *items = NULL;
    const size_t count = (size_t)m->argument;
    FC_TRY(pop(m, count, &items, err));
    return make_tuple(m, items, count, err);
}

static fc_status run_tuple(machine *m, fc_error *err)
{
    fc_torch_value *items = NULL;
    size_t count = 0;
    FC_TRY(pop_list(m, &items, &count, err));
    return make_tuple(m, items, count, err);
}

static fc_status run_set_item(machine *m, fc_error *err)
{
    fc_torch_value *items = NULL;
    FC_TRY(pop(m, 2, &items, err));
    return set_items(m, items, 2, err);
}

static fc_status run_set_items(machine *m, fc_error *err)
{
    fc_torch_value *items = NULL;
    size_t count = 0;
    FC_TRY(pop_list(m, &items, &count, err));
    return set_items(m, items, count, err);
}

static fc_status run_call(machine *m, fc_error *err)
{
    fc_torch_value *values = NULL;
    fc_torch_value result = { 0 };
    FC_TRY(pop(m, 2, &values, err));
    FC_TRY(fc_torch_call(m->arena, &values[0], &values[1], &result, err));
    return push(m, result, err);
}

static fc_status run_storage(machine *m, fc_error *err)
{
    fc_torch_value *identifier = NULL;
    fc_torch_value result = { 0 };
    FC_TRY(pop(m, 1, &identifier, err));
    FC_TRY(fc_torch_storage(m->arena, m->zip, identifier, &result, err));
    return push(m, result, err);
}

/* Gives a dictionary what PyTorch notes about it: of no use to us. */
static fc_status run_build(machine *m, fc_error *err)
{
    fc_torch_value *values = NULL;
    FC_TRY(pop(m, 2, &values, err));
    FC_ASSERT(values != NULL);
    if (values[0].kind != FC_TORCH_DICT || values[1].kind != FC_TORCH_DICT) {
        return refuse(m, "a state is given to a value that is not a dictionary", err);
    }
    return push(m, values[0], err);
}

/* What may run. */
static const struct {
    operation run;
    int argument;
} OPCODES[256] = {
    ['('] = { run_push, FC_TORCH_MARK },  /* MARK */
    [')'] = { run_short_tuple, 0 },       /* EMPTY_TUPLE */
    ['.'] = { run_stop, 0 },              /* STOP */
    ['J'] = { run_signed, 0 },            /* BININT */
    ['K'] = { run_unsigned, 1 },          /* BININT1 */
    ['M'] = { run_unsigned, 2 },          /* BININT2 */
    ['N'] = { run_push, FC_TORCH_NONE },  /* NONE */
    ['Q'] = { run_storage, 0 },           /* BINPERSID */
    ['R'] = { run_call, 0 },              /* REDUCE */
    ['X'] = { run_text, 0 },              /* BINUNICODE */
    [']'] = { run_push, FC_TORCH_NONE },  /* EMPTY_LIST */
    ['b'] = { run_build, 0 },             /* BUILD */
    ['c'] = { run_global, 0 },            /* GLOBAL */
    ['h'] = { run_recall, 1 },            /* BINGET */
    ['j'] = { run_recall, 4 },            /* LONG_BINGET */
    ['q'] = { run_put, 1 },               /* BINPUT */
    ['r'] = { run_put, 4 },               /* LONG_BINPUT */
    ['s'] = { run_set_item, 0 },          /* SETITEM */
    ['t'] = { run_tuple, 0 },             /* TUPLE */
    ['u'] = { run_set_items, 0 },         /* SETITEMS */
    ['}'] = { run_dict, 0 },              /* EMPTY_DICT */
    [0x80] = { run_protocol, 0 },         /* PROTO */
    [0x85] = { run_short_tuple, 1 },      /* TUPLE1 */
    [0x86] = { run_short_tuple, 2 },      /* TUPLE2 */
    [0x87] = { run_short_tuple, 3 },      /* TUPLE3 */
    [0x88] = { run_push, FC_TORCH_NONE }, /* NEWTRUE */
    [0x89] = { run_push, FC_TORCH_NONE }, /* NEWFALSE */
    [0x8a] = { run_long, 0 },             /* LONG1 */
};

/* The others that pickles have, to name what is refused. */
// clang-format off
static const char *const REFUSED[256] = {
    ['0'] = "POP", ['1'] = "POP_MARK", ['2'] = "DUP", ['B'] = "BINBYTES", ['C'] = "SHORT_BINBYTES",
    ['F'] = "FLOAT", ['G'] = "BINFLOAT", ['I'] = "INT", ['L'] = "LONG", ['P'] = "PERSID",
    ['S'] = "STRING", ['T'] = "BINSTRING", ['U'] = "SHORT_BINSTRING", ['V'] = "UNICODE",
    ['a'] = "APPEND", ['d'] = "DICT", ['e'] = "APPENDS", ['g'] = "GET", ['i'] = "INST",
    ['l'] = "LIST", ['o'] = "OBJ", ['p'] = "PUT", [0x81] = "NEWOBJ", [0x82] = "EXT1",
    [0x83] = "EXT2", [0x84] = "EXT4", [0x8b] = "LONG4", [0x8c] = "SHORT_BINUNICODE",
    [0x8d] = "BINUNICODE8", [0x8e] = "BINBYTES8", [0x8f] = "EMPTY_SET", [0x90] = "ADDITEMS",
    [0x91] = "FROZENSET", [0x92] = "NEWOBJ_EX", [0x93] = "STACK_GLOBAL", [0x94] = "MEMOIZE",
    [0x95] = "FRAME", [0x96] = "BYTEARRAY8", [0x97] = "NEXT_BUFFER", [0x98] = "READONLY_BUFFER",
};
// clang-format on

static fc_status step(machine *m, fc_error *err)
{
    uint64_t opcode = 0;
    m->at = m->code.size - m->rest.size;
    FC_TRY(take_number(m, 1, &opcode, err));
    if (OPCODES[opcode].run == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "checkpoint: data.pkl, byte %zu: opcode 0x%02x (%s), which no checkpoint of "
                       "tensors needs",
                       m->at, (unsigned)opcode,
                       REFUSED[opcode] != NULL ? REFUSED[opcode] : "unknown");
    }
    m->argument = OPCODES[opcode].argument;
    return OPCODES[opcode].run(m, err);
}

fc_status fc_torch_pickle_read(const fc_torch_zip *zip, fc_arena *arena, fc_torch_value *out,
                               fc_error *err)
{
    FC_ASSERT(zip != NULL);
    FC_ASSERT(arena != NULL);
    FC_ASSERT(out != NULL);

    const fc_torch_entry *entry = fc_torch_zip_lookup(zip, "data.pkl", (fc_bytes){ 0 });
    FC_ASSERT(entry != NULL); /* it made the folder known */
    machine m = { .zip = zip, .arena = arena, .code = entry->data, .rest = entry->data };
    /* An opcode pushes one value at most, and torch.save fills the memo from its beginning. */
    m.stack_room = m.code.size < STACK_MAX ? m.code.size : STACK_MAX;
    m.memo_room = m.code.size < MEMO_MAX ? m.code.size : MEMO_MAX;
    FC_TRY(fc_arena_new(arena, m.stack_room, sizeof *m.stack, (void **)&m.stack, err));
    FC_TRY(fc_arena_new(arena, m.memo_room, sizeof *m.memo, (void **)&m.memo, err));
    while (!m.stopped) {
        FC_TRY(step(&m, err));
    }
    fc_torch_value *result = NULL;
    FC_TRY(pop(&m, 1, &result, err));
    FC_ASSERT(result != NULL);
    *out = *result;
    return FC_OK;
}
