#include "convert/onnx_writer.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <onnx/onnx.pb-c.h>

#include "base/assert.h"
#include "base/memory.h"
#include "convert/arena.h"

#define IR_VERSION 8 /* the one that came with operator set 17 */
#define OPERATOR_SET 17
#define OWN_DOMAIN "com.microsoft" /* of operators that only ONNX Runtime has */
#define NAME_SIZE 16
#define LIST_FIRST 16 /* a list has room for 16, 32, 64 ... items */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "constants are stored as they lie");

/* A node, with the value that it makes. */
typedef struct node {
    Onnx__NodeProto proto; /* first: lists point at it */
    fc_onnx_value result;
    bool activated; /* it applies a function to its result */
} node;

/* Pointers to messages, as protobuf-c wants them. */
typedef struct list {
    void **items;
    size_t count;
} list;

struct fc_onnx_writer {
    fc_arena arena;
    fc_onnx_value last; /* the newest value */
    bool uses_own;      /* FusedConv, which only ONNX Runtime has */
    bool uses_blocks;   /* FC_ONNX_BLOCKS */
    list nodes;
    list constants;
    list inputs;
    list outputs;
    list remarks;
};

fc_status fc_onnx_writer_new(size_t bytes_max, fc_onnx_writer **out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    fc_onnx_writer *writer = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *writer, (void **)&writer, err));
    writer->arena = FC_ARENA(bytes_max);
    *out = writer;
    return FC_OK;
}

void fc_onnx_writer_free(fc_onnx_writer *writer)
{
    if (writer != NULL) {
        fc_arena_clear(&writer->arena);
        fc_memory_free(writer);
    }
}

static fc_status append(fc_onnx_writer *writer, list *to, void *item, fc_error *err)
{
    const size_t count = to->count;
    const bool full = count == 0 || (count >= LIST_FIRST && (count & (count - 1)) == 0);
    if (full) {
        void **grown = NULL;
        const size_t room = count == 0 ? LIST_FIRST : 2 * count;
        FC_TRY(fc_arena_new(&writer->arena, room, sizeof *grown, (void **)&grown, err));
        if (count > 0) {
            memcpy(grown, to->items, count * sizeof *grown);
        }
        to->items = grown;
    }
    to->items[to->count++] = item;
    return FC_OK;
}

static fc_status name_value(fc_onnx_writer *writer, fc_onnx_value value, char **out, fc_error *err)
{
    FC_ASSERT(value >= 0);
    FC_ASSERT(value <= writer->last);
    FC_TRY(fc_arena_new(&writer->arena, NAME_SIZE, 1, (void **)out, err));
    if (value > 0) {
        (void)snprintf(*out, NAME_SIZE, "v%" PRId32, value);
    }
    return FC_OK;
}

static fc_status copy_integers(fc_onnx_writer *writer, const int64_t *values, size_t count,
                               int64_t **out, fc_error *err)
{
    FC_TRY(fc_arena_new(&writer->arena, count, sizeof *values, (void **)out, err));
    if (count > 0) {
        memcpy(*out, values, count * sizeof *values);
    }
    return FC_OK;
}

/* ---- inputs and outputs of the network ---- */

/* A description nests five messages; they are kept in one piece. */
typedef struct port {
    Onnx__ValueInfoProto info;
    Onnx__TypeProto type;
    Onnx__TypeProto__Tensor tensor;
    Onnx__TensorShapeProto shape;
    Onnx__TensorShapeProto__Dimension axes[];
} port;

static fc_status describe(fc_onnx_writer *writer, fc_onnx_value value, const int64_t *lengths,
                          size_t rank, Onnx__ValueInfoProto **out, fc_error *err)
{
    port *made = NULL;
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof *made + rank * sizeof made->axes[0],
                        (void **)&made, err));
    onnx__value_info_proto__init(&made->info);
    onnx__type_proto__init(&made->type);
    onnx__type_proto__tensor__init(&made->tensor);
    onnx__tensor_shape_proto__init(&made->shape);
    FC_TRY(name_value(writer, value, &made->info.name, err));
    made->info.type = &made->type;
    made->type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    made->type.tensor_type = &made->tensor;
    made->tensor.has_elem_type = 1;
    made->tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    made->tensor.shape = &made->shape;
    FC_TRY(fc_arena_new(&writer->arena, rank, sizeof(void *), (void **)&made->shape.dim, err));
    made->shape.n_dim = rank;
    for (size_t axis = 0; axis < rank; axis++) {
        onnx__tensor_shape_proto__dimension__init(&made->axes[axis]);
        made->axes[axis].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        made->axes[axis].dim_value = lengths[axis];
        made->shape.dim[axis] = &made->axes[axis];
    }
    *out = &made->info;
    return FC_OK;
}

fc_status fc_onnx_add_input(fc_onnx_writer *writer, const int64_t *shape, size_t rank,
                            fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(out != NULL);
    Onnx__ValueInfoProto *info = NULL;
    writer->last++;
    FC_TRY(describe(writer, writer->last, shape, rank, &info, err));
    FC_TRY(append(writer, &writer->inputs, info, err));
    *out = writer->last;
    return FC_OK;
}

fc_status fc_onnx_add_output(fc_onnx_writer *writer, fc_onnx_value value, const int64_t *shape,
                             size_t rank, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(value > 0);
    Onnx__ValueInfoProto *info = NULL;
    FC_TRY(describe(writer, value, shape, rank, &info, err));
    return append(writer, &writer->outputs, info, err);
}

/* ---- constants ---- */

/* A constant without its data; `count` becomes the number of values. */
static fc_status begin_constant(fc_onnx_writer *writer, int32_t type, const int64_t *shape,
                                size_t rank, size_t *count, Onnx__TensorProto **out, fc_error *err)
{
    *count = 1;
    for (size_t axis = 0; axis < rank; axis++) {
        FC_ASSERT(shape[axis] > 0);
        if (!fc_size_multiply(*count, (size_t)shape[axis], count)) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "a constant of more than 2^64 values");
        }
    }
    Onnx__TensorProto *tensor = NULL;
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof *tensor, (void **)&tensor, err));
    onnx__tensor_proto__init(tensor);
    writer->last++;
    FC_TRY(name_value(writer, writer->last, &tensor->name, err));
    FC_TRY(copy_integers(writer, shape, rank, &tensor->dims, err));
    tensor->n_dims = rank;
    tensor->has_data_type = 1;
    tensor->data_type = type;
    *out = tensor;
    return FC_OK;
}

static fc_status add_constant(fc_onnx_writer *writer, int32_t type, const int64_t *shape,
                              size_t rank, size_t item_size, void **data, fc_onnx_value *out,
                              fc_error *err)
{
    size_t count = 0;
    Onnx__TensorProto *tensor = NULL;
    FC_TRY(begin_constant(writer, type, shape, rank, &count, &tensor, err));
    FC_TRY(fc_arena_new(&writer->arena, count, item_size, (void **)&tensor->raw_data.data, err));
    tensor->has_raw_data = 1;
    tensor->raw_data.len = count * item_size;
    FC_TRY(append(writer, &writer->constants, tensor, err));
    *data = tensor->raw_data.data;
    *out = writer->last;
    return FC_OK;
}

static fc_status make_entry(fc_onnx_writer *writer, const char *key, const char *text,
                            Onnx__StringStringEntryProto **out, fc_error *err)
{
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof **out, (void **)out, err));
    onnx__string_string_entry_proto__init(*out);
    (*out)->key = (char *)key;
    (*out)->value = (char *)text;
    return FC_OK;
}

static fc_status make_number_entry(fc_onnx_writer *writer, const char *key, uint64_t number,
                                   Onnx__StringStringEntryProto **out, fc_error *err)
{
    enum { DIGITS_SIZE = 24 };
    char *digits = NULL;
    FC_TRY(fc_arena_new(&writer->arena, DIGITS_SIZE, 1, (void **)&digits, err));
    (void)snprintf(digits, DIGITS_SIZE, "%" PRIu64, number);
    return make_entry(writer, key, digits, out, err);
}

fc_status fc_onnx_add_external(fc_onnx_writer *writer, const fc_onnx_external *place,
                               const int64_t *shape, size_t rank, fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(place != NULL);
    FC_ASSERT(out != NULL);
    const int32_t type =
        place->half ? ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16 : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    size_t count = 0;
    Onnx__TensorProto *tensor = NULL;
    FC_TRY(begin_constant(writer, type, shape, rank, &count, &tensor, err));
    const size_t size = count * (place->half ? 2 : 4);
    FC_ASSERT(size / (place->half ? 2 : 4) == count); /* such a file is there */
    Onnx__StringStringEntryProto **entries = NULL;
    FC_TRY(fc_arena_new(&writer->arena, 3, sizeof *entries, (void **)&entries, err));
    FC_TRY(make_entry(writer, "location", place->file, &entries[0], err));
    FC_TRY(make_number_entry(writer, "offset", place->offset, &entries[1], err));
    FC_TRY(make_number_entry(writer, "length", size, &entries[2], err));
    tensor->has_data_location = 1;
    tensor->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    tensor->n_external_data = 3;
    tensor->external_data = entries;
    FC_TRY(append(writer, &writer->constants, tensor, err));
    *out = writer->last;
    return FC_OK;
}

fc_status fc_onnx_add_remark(fc_onnx_writer *writer, const char *key, const char *text,
                             fc_error *err)
{
    FC_ASSERT(writer != NULL);
    Onnx__StringStringEntryProto *entry = NULL;
    FC_TRY(make_entry(writer, key, text, &entry, err));
    return append(writer, &writer->remarks, entry, err);
}

fc_status fc_onnx_add_floats(fc_onnx_writer *writer, const int64_t *shape, size_t rank,
                             float **data, fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(data != NULL);
    FC_ASSERT(out != NULL);
    return add_constant(writer, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, shape, rank, sizeof **data,
                        (void **)data, out, err);
}

fc_status fc_onnx_add_integers(fc_onnx_writer *writer, const int64_t *values, size_t count,
                               fc_onnx_value *out, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(count > 0);
    FC_ASSERT(out != NULL);
    const int64_t shape = (int64_t)count;
    void *data = NULL;
    FC_TRY(add_constant(writer, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, &shape, 1, sizeof *values,
                        &data, out, err));
    memcpy(data, values, count * sizeof *values);
    return FC_OK;
}

/* ---- nodes ---- */

static fc_status set_attribute(fc_onnx_writer *writer, const fc_onnx_attribute *from,
                               Onnx__AttributeProto *to, fc_error *err)
{
    onnx__attribute_proto__init(to);
    to->name = (char *)from->name;
    to->has_type = 1;
    if (from->text != NULL) {
        to->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
        to->has_s = 1;
        to->s = (ProtobufCBinaryData){ strlen(from->text), (uint8_t *)from->text };
    } else if (from->real != NULL) {
        to->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        to->has_f = 1;
        to->f = *from->real;
    } else if (from->integers != NULL) {
        to->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
        to->n_ints = from->count;
        FC_TRY(copy_integers(writer, from->integers, from->count, &to->ints, err));
    } else {
        to->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
        to->has_i = 1;
        to->i = from->integer;
    }
    return FC_OK;
}

static fc_status set_attributes(fc_onnx_writer *writer, const fc_onnx_node *from,
                                Onnx__NodeProto *to, fc_error *err)
{
    const size_t count = from->attribute_count;
    Onnx__AttributeProto *made = NULL;
    FC_TRY(fc_arena_new(&writer->arena, count, sizeof *made, (void **)&made, err));
    FC_TRY(fc_arena_new(&writer->arena, count, sizeof(void *), (void **)&to->attribute, err));
    to->n_attribute = count;
    for (size_t i = 0; i < count; i++) {
        FC_TRY(set_attribute(writer, &from->attributes[i], &made[i], err));
        to->attribute[i] = &made[i];
    }
    return FC_OK;
}

fc_status fc_onnx_add_node(fc_onnx_writer *writer, const fc_onnx_node *from, fc_onnx_value *out,
                           fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(from->input_count <= FC_ONNX_INPUTS_MAX);
    FC_ASSERT(out != NULL);

    node *made = NULL;
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof *made, (void **)&made, err));
    Onnx__NodeProto *proto = &made->proto;
    onnx__node_proto__init(proto);
    proto->op_type = (char *)from->type;
    if (from->domain != NULL) {
        proto->domain = (char *)from->domain;
        writer->uses_blocks = true;
    }
    proto->n_input = from->input_count;
    FC_TRY(fc_arena_new(&writer->arena, FC_ONNX_INPUTS_MAX, sizeof(char *), (void **)&proto->input,
                        err));
    for (size_t i = 0; i < proto->n_input; i++) {
        FC_TRY(name_value(writer, from->inputs[i], &proto->input[i], err));
    }
    writer->last++;
    made->result = writer->last;
    proto->n_output = 1;
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof(char *), (void **)&proto->output, err));
    FC_TRY(name_value(writer, writer->last, &proto->output[0], err));
    FC_TRY(set_attributes(writer, from, proto, err));
    FC_TRY(append(writer, &writer->nodes, made, err));
    *out = writer->last;
    return FC_OK;
}

static bool is_in_blocks(const Onnx__NodeProto *proto)
{
    return proto->domain != NULL && strcmp(proto->domain, FC_ONNX_BLOCKS) == 0;
}

/* The place in the list of the convolution that makes a value and has no function yet; the number
 * of nodes: none does. */
static size_t find_convolution(const fc_onnx_writer *writer, fc_onnx_value value)
{
    for (size_t i = writer->nodes.count; i-- > 0;) {
        const node *at = writer->nodes.items[i];
        if (at->result == value) {
            return strcmp(at->proto.op_type, "Conv") == 0 && !at->activated ? i
                                                                            : writer->nodes.count;
        }
    }
    return writer->nodes.count;
}

fc_status fc_onnx_fuse_activation(fc_onnx_writer *writer, fc_onnx_value value,
                                  const char *activation, bool *fused, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(activation != NULL);
    FC_ASSERT(fused != NULL);
    const size_t place = find_convolution(writer, value);
    *fused = place < writer->nodes.count;
    if (!*fused) {
        return FC_OK;
    }
    node *maker = writer->nodes.items[place];
    Onnx__NodeProto *proto = &maker->proto;
    const size_t count = proto->n_attribute;
    const fc_onnx_attribute from = { .name = "activation", .text = activation };
    Onnx__AttributeProto *made = NULL;
    Onnx__AttributeProto **longer = NULL;
    FC_TRY(fc_arena_new(&writer->arena, 1, sizeof *made, (void **)&made, err));
    FC_TRY(fc_arena_new(&writer->arena, count + 1, sizeof(void *), (void **)&longer, err));
    FC_TRY(set_attribute(writer, &from, made, err));
    if (count > 0) {
        memcpy(longer, proto->attribute, count * sizeof(void *));
    }
    longer[count] = made;
    proto->attribute = longer;
    proto->n_attribute = count + 1;
    maker->activated = true;
    if (!is_in_blocks(proto)) {
        proto->op_type = (char *)"FusedConv";
        proto->domain = (char *)OWN_DOMAIN;
        writer->uses_own = true;
    }
    return FC_OK;
}

/* Nodes come after those whose results they read: behind whatever made the other value. */
static void move_to_the_end(list *nodes, size_t place)
{
    void *moved = nodes->items[place];
    memmove(nodes->items + place, nodes->items + place + 1,
            (nodes->count - place - 1) * sizeof *nodes->items);
    nodes->items[nodes->count - 1] = moved;
}

fc_status fc_onnx_fuse_sum(fc_onnx_writer *writer, fc_onnx_value value, fc_onnx_value other,
                           bool *fused, fc_error *err)
{
    enum { SUM = 3, INPUTS };
    FC_ASSERT(writer != NULL);
    FC_ASSERT(other > 0);
    FC_ASSERT(fused != NULL);
    *fused = false;
    const size_t place = find_convolution(writer, value);
    if (place == writer->nodes.count) {
        return FC_OK;
    }
    Onnx__NodeProto *proto = &((node *)writer->nodes.items[place])->proto;
    if (!is_in_blocks(proto) || proto->n_input == INPUTS) {
        return FC_OK;
    }
    for (size_t i = proto->n_input; i < SUM; i++) {
        FC_TRY(name_value(writer, 0, &proto->input[i], err)); /* without bias */
    }
    FC_TRY(name_value(writer, other, &proto->input[SUM], err));
    proto->n_input = INPUTS;
    move_to_the_end(&writer->nodes, place);
    *fused = true;
    return FC_OK;
}

/* ---- packing ---- */

/* protobuf-c calls back piece by piece and cannot be stopped: the first failure is kept. */
typedef struct sink {
    ProtobufCBuffer base;
    fc_buffer *out;
    fc_error *err;
    fc_status status;
} sink;

static void take(ProtobufCBuffer *base, size_t size, const uint8_t *data)
{
    sink *to = (sink *)(void *)base;
    if (to->status == FC_OK) {
        to->status = fc_buffer_append(to->out, data, size, to->err);
    }
}

fc_status fc_onnx_pack(fc_onnx_writer *writer, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(writer != NULL);
    FC_ASSERT(out != NULL);

    Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
    graph.name = "network";
    graph.n_node = writer->nodes.count;
    graph.node = (Onnx__NodeProto **)writer->nodes.items;
    graph.n_initializer = writer->constants.count;
    graph.initializer = (Onnx__TensorProto **)writer->constants.items;
    graph.n_input = writer->inputs.count;
    graph.input = (Onnx__ValueInfoProto **)writer->inputs.items;
    graph.n_output = writer->outputs.count;
    graph.output = (Onnx__ValueInfoProto **)writer->outputs.items;

    Onnx__OperatorSetIdProto set = ONNX__OPERATOR_SET_ID_PROTO__INIT;
    set.domain = "";
    set.has_version = 1;
    set.version = OPERATOR_SET;
    Onnx__OperatorSetIdProto own = set;
    own.domain = (char *)OWN_DOMAIN;
    own.version = 1;
    Onnx__OperatorSetIdProto blocks = own;
    blocks.domain = (char *)FC_ONNX_BLOCKS;
    Onnx__OperatorSetIdProto *sets[3] = { &set };
    size_t set_count = 1;
    if (writer->uses_own) {
        sets[set_count++] = &own;
    }
    if (writer->uses_blocks) {
        sets[set_count++] = &blocks;
    }

    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    model.has_ir_version = 1;
    model.ir_version = IR_VERSION;
    model.producer_name = "facecraft";
    model.n_opset_import = set_count;
    model.opset_import = sets;
    model.graph = &graph;
    model.n_metadata_props = writer->remarks.count;
    model.metadata_props = (Onnx__StringStringEntryProto **)writer->remarks.items;

    FC_TRY(fc_buffer_reserve(out, onnx__model_proto__get_packed_size(&model), err));
    sink to = { .base = { .append = take }, .out = out, .err = err };
    (void)onnx__model_proto__pack_to_buffer(&model, &to.base);
    return to.status;
}
