#include "image/heif_coded.h"

#include <inttypes.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"

enum {
    BOX_ISPE = FC_HEIF_TYPE('i', 's', 'p', 'e'),
    BOX_A1OP = FC_HEIF_TYPE('a', '1', 'o', 'p'),
    BOX_A1LX = FC_HEIF_TYPE('a', '1', 'l', 'x'),
};

/* Layers of an AV1 picture that 'a1lx' announces. */
#define LAYERS_MAX 4

/* Operating points of an AV1 sequence. */
#define OPERATING_POINTS_MAX 32

/* Types of items that are coded pictures. */
static const struct {
    uint32_t item;
    const fc_heif_codec *codec;
} CODECS[] = {
    { FC_HEIF_TYPE('h', 'v', 'c', '1'), &fc_heif_hevc },
    { FC_HEIF_TYPE('h', 'e', 'v', '1'), &fc_heif_hevc },
    { FC_HEIF_TYPE('a', 'v', '0', '1'), &fc_heif_av1 },
};

static const fc_heif_codec *lookup(uint32_t item_type)
{
    for (size_t i = 0; i < sizeof CODECS / sizeof CODECS[0]; i++) {
        if (CODECS[i].item == item_type) {
            return CODECS[i].codec;
        }
    }
    return NULL;
}

bool fc_heif_is_coded(uint32_t item_type)
{
    return lookup(item_type) != NULL;
}

static fc_status check_size(uint64_t width, uint64_t height, fc_error *err)
{
    if (width == 0 || height == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged HEIF file: a picture without a size");
    }
    if (width > FC_IMAGE_SIDE_MAX || height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRIu64 " x %" PRIu64 " px, at most %d a side are accepted",
                       width, height, FC_IMAGE_SIDE_MAX);
    }
    return FC_OK;
}

/* Of each property the first counts. */
static fc_status read_properties(const fc_heif_file *file, fc_size otherwise, fc_heif_coded *coded,
                                 fc_error *err)
{
    uint64_t width = (uint64_t)otherwise.width;
    uint64_t height = (uint64_t)otherwise.height;
    bool is_said = false;
    fc_heif_properties properties = fc_heif_item_properties(file, coded->item);
    fc_heif_box box = { 0 };
    while (fc_heif_next_property(&properties, &box)) {
        fc_heif_reader from = { .rest = box.body };
        if (box.type == BOX_ISPE && !is_said) {
            is_said = true;
            (void)fc_heif_read(&from, 4); /* version and flags */
            width = fc_heif_read(&from, 4);
            height = fc_heif_read(&from, 4);
        } else if (box.type == coded->codec->config && coded->config.size == 0) {
            coded->config = box.body;
        } else if (box.type == BOX_A1OP) {
            const int32_t point = (int32_t)fc_heif_read(&from, 1);
            coded->operating_point = point < OPERATING_POINTS_MAX ? point : 0;
            coded->layers = LAYERS_MAX;
        } else if (box.type == BOX_A1LX) {
            coded->layers = LAYERS_MAX;
        }
    }
    FC_TRY(check_size(width, height, err));
    coded->size = (fc_size){ (int32_t)width, (int32_t)height };
    return FC_OK;
}

/* The stream of a coded picture; what lies in several places is put together in `copy`. */
static fc_status open_stream(const fc_heif_file *file, const fc_heif_coded *coded, uint8_t **copy,
                             fc_heif_stream *out, fc_error *err)
{
    *out = (fc_heif_stream){ .config = coded->config,
                             .data = coded->extents.first,
                             .size = coded->size,
                             .layers = coded->layers,
                             .operating_point = coded->operating_point };
    if (coded->extents.count > 1) {
        fc_heif_extents extents = { 0 };
        FC_TRY(fc_memory_new(coded->extents.size, 1, (void **)copy, err));
        FC_TRY(fc_heif_item_extents(file, coded->item, *copy, &extents, err));
        out->data = (fc_bytes){ *copy, extents.size };
    }
    return FC_OK;
}

fc_status fc_heif_coded_read(const fc_heif_file *file, uint32_t item, fc_size otherwise,
                             fc_heif_coded *out, fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(out != NULL);

    fc_heif_coded coded = { .codec = lookup(fc_heif_item_type(file, item)),
                            .item = item,
                            .layers = 1 };
    FC_ASSERT(coded.codec != NULL);
    FC_TRY(read_properties(file, otherwise, &coded, err));
    FC_TRY(fc_heif_item_extents(file, item, NULL, &coded.extents, err));
    FC_AUTO(fc_octets) copy = NULL;
    fc_heif_stream stream = { 0 };
    FC_TRY(open_stream(file, &coded, &copy, &stream, err));
    FC_TRY(coded.codec->probe(&stream, &coded.facts, err));
    *out = coded;
    return FC_OK;
}

int64_t fc_heif_coded_peak_bytes(const fc_heif_coded *coded)
{
    FC_ASSERT(coded != NULL);

    return coded->facts.frames * fc_heif_frame_bytes(coded->size, coded->facts.sampling) +
           coded->facts.work_bytes + (int64_t)(coded->extents.count > 1 ? coded->extents.size : 0);
}

fc_status fc_heif_coded_decode(const fc_heif_file *file, const fc_heif_coded *coded,
                               fc_heif_picture **out, fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(coded != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_octets) copy = NULL;
    fc_heif_stream stream = { 0 };
    FC_TRY(open_stream(file, coded, &copy, &stream, err));
    return coded->codec->decode(&stream, &coded->facts, out, err);
}
