#include "infer/onnx_check.h"

#include <stdbool.h>

#include "base/assert.h"
#include "infer/onnx_data.h"

#define DEPTH_MAX 64 /* a graph in a branch of a graph takes three levels */

enum { WIRE_VARINT = 0, WIRE_64_BIT = 1, WIRE_BYTES = 2, WIRE_32_BIT = 5 };

/* Messages that can hold a tensor somewhere, and the pairs that say where a tensor's data lies; all
 * others are skipped whole. */
typedef enum message {
    MODEL,
    TRAINING,
    GRAPH,
    NODE,
    ATTRIBUTE,
    FUNCTION,
    SPARSE,
    TENSOR,
    PAIR,
} message;

/* Which field of which message leads to which. */
static const struct {
    message parent;
    uint64_t field;
    message child;
} ROWS[] = {
    { MODEL, 7, GRAPH },         { MODEL, 20, TRAINING },   { MODEL, 25, FUNCTION },
    { TRAINING, 1, GRAPH },      { TRAINING, 2, GRAPH },    { GRAPH, 1, NODE },
    { GRAPH, 5, TENSOR },        { GRAPH, 15, SPARSE },     { FUNCTION, 7, NODE },
    { FUNCTION, 11, ATTRIBUTE }, { NODE, 5, ATTRIBUTE },    { ATTRIBUTE, 5, TENSOR },
    { ATTRIBUTE, 6, GRAPH },     { ATTRIBUTE, 10, TENSOR }, { ATTRIBUTE, 11, GRAPH },
    { ATTRIBUTE, 22, SPARSE },   { ATTRIBUTE, 23, SPARSE }, { SPARSE, 1, TENSOR },
    { SPARSE, 2, TENSOR },       { TENSOR, 13, PAIR },
};

enum { TENSOR_DATA_LOCATION = 14, PAIR_KEY = 1, PAIR_VALUE = 2 };

typedef struct walk {
    fc_bytes bytes;
    size_t at;
    int depth; /* of the innermost open message; -1 when all are closed */
    message kinds[DEPTH_MAX];
    size_t ends[DEPTH_MAX];
    fc_onnx_data data; /* of the open tensor */
    bool external;     /* the open tensor wants data from elsewhere */
    bool odd;          /* with a pair that nobody knows */
    fc_bytes key;      /* of the open pair */
    fc_bytes value;
    uint64_t stamp; /* of the data files so far */
} walk;

static bool read_varint(walk *now, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (now->at >= now->ends[now->depth]) {
            return false;
        }
        const uint8_t octet = now->bytes.data[now->at++];
        value |= (uint64_t)(octet & 0x7f) << shift;
        if (octet < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool skip(walk *now, uint64_t size)
{
    if (size > now->ends[now->depth] - now->at) {
        return false;
    }
    now->at += (size_t)size;
    return true;
}

/* Steps into a message that can hold tensors, over anything else. */
static bool enter_or_skip(walk *now, uint64_t field, uint64_t size)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        if (ROWS[i].parent == now->kinds[now->depth] && ROWS[i].field == field) {
            if (now->depth + 1 == DEPTH_MAX || size > now->ends[now->depth] - now->at) {
                return false;
            }
            now->depth++;
            now->kinds[now->depth] = ROWS[i].child;
            now->ends[now->depth] = now->at + (size_t)size;
            return true;
        }
    }
    return skip(now, size);
}

static void open_tensor(walk *now)
{
    now->data = (fc_onnx_data){ 0 };
    now->external = false;
    now->odd = false;
}

/* A field of bytes: a message of interest is opened, a text of a pair is noted. */
static bool take_bytes(walk *now, uint64_t field, uint64_t size)
{
    const message parent = now->kinds[now->depth];
    const size_t at = now->at;
    if (!enter_or_skip(now, field, size)) {
        return false;
    }
    const fc_bytes text = { now->bytes.data + at, (size_t)size };
    if (parent == PAIR && field == PAIR_KEY) {
        now->key = text;
    } else if (parent == PAIR && field == PAIR_VALUE) {
        now->value = text;
    } else if (now->kinds[now->depth] == TENSOR && parent != TENSOR) {
        open_tensor(now);
    } else if (parent == TENSOR && now->kinds[now->depth] == PAIR) {
        now->external = true;
        now->key = (fc_bytes){ 0 };
        now->value = (fc_bytes){ 0 };
    }
    return true;
}

/* Reads one field. False: not a well-formed model. */
static bool step(walk *now)
{
    uint64_t key = 0;
    uint64_t value = 0;
    if (!read_varint(now, &key)) {
        return false;
    }
    const uint64_t field = key >> 3;
    switch (key & 7) {
    case WIRE_VARINT:
        if (!read_varint(now, &value)) {
            return false;
        }
        now->external |=
            now->kinds[now->depth] == TENSOR && field == TENSOR_DATA_LOCATION && value != 0;
        return true;
    case WIRE_BYTES:
        return read_varint(now, &value) && take_bytes(now, field, value);
    case WIRE_64_BIT:
        return skip(now, 8);
    case WIRE_32_BIT:
        return skip(now, 4);
    default:
        return false;
    }
}

/* The innermost message has ended. */
static fc_status leave(walk *now, const char *name, const char *folder, fc_error *err)
{
    const message kind = now->kinds[now->depth--];
    if (kind == PAIR) {
        now->odd |= !fc_onnx_data_set(&now->data, now->key, now->value);
    }
    if (kind != TENSOR || !now->external) {
        return FC_OK;
    }
    if (folder == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: names other files for its data, only models in one file are run", name);
    }
    if (now->odd) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: says where its data lies in a way that is not known", name);
    }
    return fc_onnx_data_check(name, &now->data, folder, &now->stamp, err);
}

fc_status fc_onnx_check(const char *name, fc_bytes model, const char *folder, uint64_t *stamp,
                        fc_error *err)
{
    FC_ASSERT(name != NULL);
    FC_ASSERT(model.data != NULL);

    walk now = { .bytes = model, .kinds = { MODEL }, .ends = { model.size } };
    while (now.depth >= 0) {
        if (now.at == now.ends[now.depth]) {
            FC_TRY(leave(&now, name, folder, err));
        } else if (!step(&now)) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: damaged, not an ONNX file", name);
        }
    }
    if (stamp != NULL) {
        *stamp = now.stamp;
    }
    return FC_OK;
}
