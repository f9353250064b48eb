#include "support/sources.h"

#include <string.h>

#include "base/memory.h"

const fc_source_limits sources_limits = { .pixels_max = 100000000, .bytes_max = 1 << 30 };

static int32_t shrunk(int32_t side, int32_t shrink)
{
    return side >= shrink ? side / shrink : 1;
}

fc_size sources_shrunk(const fc_source *source, int32_t shrink)
{
    return (fc_size){ shrunk(source->size.width, shrink), shrunk(source->size.height, shrink) };
}

fc_status sources_read(fc_source *source, int32_t shrink, fc_rect part, uint8_t **out,
                       fc_error *err)
{
    FC_AUTO(fc_rows) rows = NULL;
    FC_TRY(source->rows(source, shrink, part, &rows, err));
    const size_t line = (size_t)part.width * (size_t)rows->channels * ((size_t)rows->bits / 8);
    assert_int_equal(rows->channels, fc_colour_space_channels(&source->space));
    assert_int_equal(rows->bits, source->bits);
    assert_int_equal(rows->size.width, part.width);
    assert_int_equal(rows->size.height, part.height);
    FC_AUTO(fc_octets) all = NULL;
    FC_TRY(fc_memory_new((size_t)part.height, line, (void **)&all, err));
    for (int32_t y = 0; y < part.height; y++) {
        const void *pixels = NULL;
        FC_TRY(rows->read(rows, y, &pixels, err));
        memcpy(all + (size_t)y * line, pixels, line);
    }
    *out = FC_STEAL(all);
    return FC_OK;
}

uint8_t *sources_read_whole(fc_source *source, int32_t shrink)
{
    fc_error err = { 0 };
    uint8_t *all = NULL;
    const fc_size size = sources_shrunk(source, shrink);
    const fc_rect part = { 0, 0, size.width, size.height };
    ASSERT_OK(sources_read(source, shrink, part, &all, &err), err);
    return all;
}

static void assert_part(fc_source *source, int32_t shrink, const uint8_t *whole, fc_rect part)
{
    fc_error err = { 0 };
    FC_AUTO(fc_octets) cut = NULL;
    ASSERT_OK(sources_read(source, shrink, part, &cut, &err), err);
    const size_t pixel =
        (size_t)fc_colour_space_channels(&source->space) * ((size_t)source->bits / 8);
    const size_t width = (size_t)sources_shrunk(source, shrink).width;
    for (int32_t y = 0; y < part.height; y++) {
        const size_t first = (size_t)(part.y + y) * width + (size_t)part.x;
        assert_memory_equal(cut + (size_t)y * (size_t)part.width * pixel, whole + first * pixel,
                            (size_t)part.width * pixel);
    }
}

void sources_assert_parts(fc_source *source, int32_t shrink)
{
    FC_AUTO(fc_octets) whole = sources_read_whole(source, shrink);
    const fc_size size = sources_shrunk(source, shrink);
    for (int32_t i = 0; i < 24; i++) {
        /* Steps that share no factor with any block's side. */
        const int32_t x = i * 31 % size.width;
        const int32_t y = i * 53 % size.height;
        const int32_t width = 1 + i * i * 7 % (size.width - x);
        const int32_t height = 1 + i * 29 % (size.height - y);
        assert_part(source, shrink, whole, (fc_rect){ x, y, width, height });
    }
    assert_part(source, shrink, whole, (fc_rect){ size.width - 1, size.height - 1, 1, 1 });
}
