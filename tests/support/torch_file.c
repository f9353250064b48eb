#include "support/torch_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/crc32.h"
#include "base/memory.h"
#include "support/fc_test.h"

enum { ALIGNMENT = 64, PARTS_MAX = 1024, NAME_SIZE = 96 };

static fc_error err;

static void put(fc_buffer *out, const void *data, size_t size)
{
    ASSERT_OK(fc_buffer_append(out, data, size, &err), err);
}

static void put_text(fc_buffer *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_number(fc_buffer *out, uint64_t value, size_t size)
{
    uint8_t bytes[16] = { 0 };
    assert_true(size <= sizeof bytes);
    for (size_t i = 0; i < size && i < sizeof value; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    put(out, bytes, size);
}

/* ---- the zip ---- */

/* A local header: its size fields are empty, what they should say comes behind the data. */
static void put_entry(const fc_torch_part *part, const fc_torch_style *style, fc_buffer *out)
{
    const size_t name_size = strlen(part->name);
    const size_t head = out->size + 30 + name_size + 4;
    const size_t padding = (ALIGNMENT - head % ALIGNMENT) % ALIGNMENT;
    put_number(out, 0x04034b50, 4);
    put_number(out, 0, 2);
    put_number(out, 0x0808U | style->flags, 2);
    put_number(out, style->method, 2);
    put_number(out, 0, 4 + 4 + 8);
    put_number(out, name_size, 2);
    put_number(out, 4 + padding, 2);
    put_text(out, part->name);
    put_text(out, "FB");
    put_number(out, padding, 2);
    for (size_t i = 0; i < padding; i++) {
        put_text(out, "Z");
    }
    put(out, part->data.data, part->data.size);
    put_number(out, 0x08074b50, 4);
    put_number(out, fc_crc32(0, part->data), 4);
    put_number(out, part->data.size, 4);
    put_number(out, part->data.size, 4);
}

static void put_record(const fc_torch_part *part, const fc_torch_style *style, size_t place,
                       size_t more, const char *name, fc_buffer *out)
{
    const size_t size = part->data.size + more;
    put_number(out, 0x02014b50, 4);
    put_number(out, 0, 4);
    put_number(out, 0x0808U | style->flags, 2);
    put_number(out, style->method, 2);
    put_number(out, 0, 4);
    put_number(out, fc_crc32(0, part->data), 4);
    put_number(out, style->wide ? UINT32_MAX : size, 4);
    put_number(out, style->wide ? UINT32_MAX : size, 4);
    put_number(out, strlen(name), 2);
    put_number(out, style->wide ? 28 : 0, 2);
    put_number(out, 0, 2 + 2 + 2);
    put_number(out, 0, 4);
    put_number(out, style->wide ? UINT32_MAX : place, 4);
    put_text(out, name);
    if (style->wide) {
        put_number(out, 1, 2);
        put_number(out, 24, 2);
        put_number(out, size, 8);
        put_number(out, size, 8);
        put_number(out, place, 8);
    }
}

static void put_end64(size_t count, size_t start, size_t end, fc_buffer *out)
{
    put_number(out, 0x06064b50, 4);
    put_number(out, 44, 8);
    put_number(out, 45 << 16 | 45, 4);
    put_number(out, 0, 8);
    put_number(out, count, 8);
    put_number(out, count, 8);
    put_number(out, end - start, 8);
    put_number(out, start, 8);
    put_number(out, 0x07064b50, 4);
    put_number(out, 0, 4);
    put_number(out, end, 8);
    put_number(out, 1, 4);
}

void fc_torch_zip_write(const fc_torch_part *parts, size_t count, const fc_torch_style *style,
                        fc_buffer *out)
{
    size_t places[PARTS_MAX];
    assert_true(count <= PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        places[i] = out->size;
        put_entry(&parts[i], style, out);
    }
    const size_t start = out->size;
    for (size_t i = 0; i < count; i++) {
        const bool first = i == 0;
        const char *name = first && style->renamed != NULL ? style->renamed : parts[i].name;
        const size_t place = i == 1 && style->same_place != 0 ? places[0] : places[i];
        put_record(&parts[i], style, place, first ? style->more : 0, name, out);
    }
    const size_t end = out->size;
    if (!style->no_zip64) {
        put_end64(count, start, end, out);
    }
    put_number(out, 0x06054b50, 4);
    put_number(out, 0, 4);
    put_number(out, count, 2);
    put_number(out, count, 2);
    put_number(out, end - start, 4);
    put_number(out, start, 4);
    const char *comment = style->comment != NULL ? style->comment : "";
    put_number(out, strlen(comment), 2);
    put_text(out, comment);
}

void fc_torch_pickle_write(const void *code, size_t size, fc_buffer *out)
{
    static const float NUMBERS[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    const fc_torch_part parts[] = {
        { "archive/data.pkl", { code, size } },
        { "archive/data/0", { (const uint8_t *)NUMBERS, sizeof NUMBERS } },
    };
    fc_torch_zip_write(parts, 2, &(fc_torch_style){ 0 }, out);
}

/* ---- the network ---- */

enum { CHANNELS = 32, WIDTH = 16, LAYERS = 2, ENTRIES = 16, TOKENS = 256, TENSORS_MAX = 600 };

typedef struct network {
    const fc_torch_fault *fault;
    fc_torch_part parts[TENSORS_MAX];
    char names[TENSORS_MAX][NAME_SIZE];
    size_t count;
    fc_buffer pickle;
    uint32_t random;
} network;

/* -1..1 */
static float draw(network *net)
{
    net->random = net->random * 1664525U + 1013904223U;
    return (float)(net->random >> 8) * 0x1p-23F - 1.0F;
}

/* Scales of norms lie about 1, shifts and biases about 0, weights so that values keep their size.
 */
static void fill(network *net, const char *name, const int *shape, int rank, float *data,
                 size_t count)
{
    const char *last = strrchr(name, '.');
    const bool is_scale = rank == 1 && last != NULL && strcmp(last, ".weight") == 0;
    float fan = 1.0F;
    for (int axis = 1; axis < rank; axis++) {
        fan *= (float)shape[axis];
    }
    const float spread = rank == 1 ? 0.1F : 1.2F / sqrtf(fan);
    for (size_t i = 0; i < count; i++) {
        data[i] = spread * draw(net) + (is_scale ? 1.0F : 0.0F);
    }
}

static void pickle_integer(fc_buffer *out, uint64_t value)
{
    put_text(out, "J");
    put_number(out, value, 4);
}

static void pickle_text(fc_buffer *out, const char *text)
{
    put_text(out, "X");
    put_number(out, strlen(text), 4);
    put_text(out, text);
}

static void pickle_tensor(fc_buffer *out, const char *name, size_t key, const int *shape, int rank,
                          size_t count)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%zu", key);
    pickle_text(out, name);
    put_text(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
    pickle_text(out, "storage");
    put_text(out, "ctorch\nFloatStorage\n");
    pickle_text(out, digits);
    pickle_text(out, "cpu");
    pickle_integer(out, count);
    put_text(out, "tQ");
    pickle_integer(out, 0);
    put_text(out, "(");
    for (int axis = 0; axis < rank; axis++) {
        pickle_integer(out, (uint64_t)shape[axis]);
    }
    put_text(out, "t(");
    for (int axis = 0; axis < rank; axis++) {
        uint64_t stride = 1;
        for (int later = axis + 1; later < rank; later++) {
            stride *= (uint64_t)shape[later];
        }
        pickle_integer(out, stride);
    }
    put_text(out, "t\x89"
                  "ccollections\nOrderedDict\n)RtR");
}

static void add(network *net, const int *shape, int rank, const char *name)
{
    if (net->fault->missing != NULL && strcmp(net->fault->missing, name) == 0) {
        return;
    }
    int count = 1;
    for (int axis = 0; axis < rank; axis++) {
        count *= shape[axis];
    }
    const bool is_flat = net->fault->flat != NULL && strcmp(net->fault->flat, name) == 0;
    float *data = NULL;
    ASSERT_OK(fc_memory_new((size_t)count, sizeof *data, (void **)&data, &err), err);
    fill(net, name, shape, rank, data, (size_t)count);
    assert_true(net->count < TENSORS_MAX);
    (void)snprintf(net->names[net->count], NAME_SIZE, "archive/data/%zu", net->count);
    net->parts[net->count] =
        (fc_torch_part){ net->names[net->count],
                         { (const uint8_t *)data, (size_t)count * sizeof *data } };
    pickle_tensor(&net->pickle, name, net->count, is_flat ? &count : shape, is_flat ? 1 : rank,
                  (size_t)count);
    net->count++;
}

/* A weight and its bias. */
static void add_pair(network *net, const char *prefix, const char *suffix, const int *shape,
                     int rank)
{
    char name[NAME_SIZE];
    assert_in_range(snprintf(name, sizeof name, "%s%s.weight", prefix, suffix), 1, NAME_SIZE - 1);
    add(net, shape, rank, name);
    assert_in_range(snprintf(name, sizeof name, "%s%s.bias", prefix, suffix), 1, NAME_SIZE - 1);
    add(net, shape, 1, name);
}

static void add_conv(network *net, const char *prefix, const char *suffix, int out, int in,
                     int side)
{
    add_pair(net, prefix, suffix, (const int[]){ out, in, side, side }, 4);
}

static void add_norm(network *net, const char *prefix, const char *suffix, int width)
{
    add_pair(net, prefix, suffix, (const int[]){ width }, 1);
}

static void add_residual(network *net, const char *prefix, int in)
{
    add_norm(net, prefix, ".norm1", in);
    add_conv(net, prefix, ".conv1", CHANNELS, in, 3);
    add_norm(net, prefix, ".norm2", CHANNELS);
    add_conv(net, prefix, ".conv2", CHANNELS, CHANNELS, 3);
    if (in != CHANNELS) {
        add_conv(net, prefix, ".conv_out", CHANNELS, in, 1);
    }
}

static void add_blocks(network *net, const char *room, const char *kinds)
{
    for (int i = 0; kinds[i] != '\0'; i++) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "%s.blocks.%d", room, i);
        const bool is_last = kinds[i + 1] == '\0';
        const bool is_encoder = room[0] == 'e';
        if (kinds[i] == 'C') {
            add_conv(net, prefix, "", is_last && !is_encoder ? 3 : CHANNELS,
                     i == 0 && is_encoder ? 3 : CHANNELS, 3);
        } else if (kinds[i] == 'R') {
            add_residual(net, prefix, CHANNELS);
        } else if (kinds[i] == 'N') {
            add_norm(net, prefix, "", CHANNELS);
        } else if (kinds[i] == 'A') {
            add_norm(net, prefix, ".norm", CHANNELS);
            add_conv(net, prefix, ".q", CHANNELS, CHANNELS, 1);
            add_conv(net, prefix, ".k", CHANNELS, CHANNELS, 1);
            add_conv(net, prefix, ".v", CHANNELS, CHANNELS, 1);
            add_conv(net, prefix, ".proj_out", CHANNELS, CHANNELS, 1);
        } else {
            add_conv(net, prefix, ".conv", CHANNELS, CHANNELS, 3);
        }
    }
}

static void add_layer(network *net, int layer)
{
    char prefix[NAME_SIZE];
    char name[NAME_SIZE + 32];
    (void)snprintf(prefix, sizeof prefix, "ft_layers.%d", layer);
    (void)snprintf(name, sizeof name, "%s.self_attn.in_proj_weight", prefix);
    add(net, (const int[]){ 3 * WIDTH, WIDTH }, 2, name);
    (void)snprintf(name, sizeof name, "%s.self_attn.in_proj_bias", prefix);
    add(net, (const int[]){ 3 * WIDTH }, 1, name);
    add_pair(net, prefix, ".self_attn.out_proj", (const int[]){ WIDTH, WIDTH }, 2);
    add_pair(net, prefix, ".linear1", (const int[]){ 2 * WIDTH, WIDTH }, 2);
    add_pair(net, prefix, ".linear2", (const int[]){ WIDTH, 2 * WIDTH }, 2);
    add_norm(net, prefix, ".norm1", WIDTH);
    add_norm(net, prefix, ".norm2", WIDTH);
}

static void add_all(network *net)
{
    add(net, (const int[]){ TOKENS, WIDTH }, 2, "position_emb");
    add_blocks(net, "encoder", "CRRDRRDRRDRRDRRDRARARARNC");
    add(net, (const int[]){ ENTRIES, CHANNELS }, 2, "quantize.embedding.weight");
    add_blocks(net, "generator", "CRARRARAURRURRURRURRURRNC");
    add_pair(net, "feat_emb", "", (const int[]){ WIDTH, CHANNELS }, 2);
    for (int layer = 0; layer < LAYERS; layer++) {
        add_layer(net, layer);
    }
    add_norm(net, "idx_pred_layer.0", "", WIDTH);
    add(net, (const int[]){ ENTRIES, WIDTH }, 2, "idx_pred_layer.1.weight");
    for (int size = 32; size <= 256; size *= 2) {
        char prefix[NAME_SIZE];
        (void)snprintf(prefix, sizeof prefix, "fuse_convs_dict.%d", size);
        add_norm(net, prefix, ".encode_enc.norm1", 2 * CHANNELS);
        add_conv(net, prefix, ".encode_enc.conv1", CHANNELS, 2 * CHANNELS, 3);
        add_norm(net, prefix, ".encode_enc.norm2", CHANNELS);
        add_conv(net, prefix, ".encode_enc.conv2", CHANNELS, CHANNELS, 3);
        add_conv(net, prefix, ".encode_enc.conv_out", CHANNELS, 2 * CHANNELS, 1);
        add_conv(net, prefix, ".scale.0", CHANNELS, CHANNELS, 3);
        add_conv(net, prefix, ".scale.2", CHANNELS, CHANNELS, 3);
        add_conv(net, prefix, ".shift.0", CHANNELS, CHANNELS, 3);
        add_conv(net, prefix, ".shift.2", CHANNELS, CHANNELS, 3);
    }
}

void fc_torch_codeformer_write(const fc_torch_fault *fault, fc_buffer *out)
{
    network *net = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *net, (void **)&net, &err), err);
    net->fault = fault;
    net->pickle = FC_BUFFER((size_t)1 << 20);
    put_text(&net->pickle, "\x80\x02}");
    pickle_text(&net->pickle, "params_ema");
    put_text(&net->pickle, "ccollections\nOrderedDict\n)R(");
    add_all(net);
    put_text(&net->pickle, "us.");
    const size_t tensors = net->count;
    net->parts[net->count++] = (fc_torch_part){ "archive/data.pkl", fc_buffer_bytes(&net->pickle) };
    fc_torch_zip_write(net->parts, net->count, &(fc_torch_style){ 0 }, out);
    for (size_t i = 0; i < tensors; i++) {
        fc_memory_free((void *)(uintptr_t)net->parts[i].data.data);
    }
    fc_buffer_clear(&net->pickle);
    fc_memory_free(net);
}
