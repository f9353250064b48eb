#include "ops/bilinear.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/float4.h"

enum { PLANES = FC_BILINEAR_PLANES };
_Static_assert(PLANES == 4, "a px of all planes is one vector");

/* Where a position of the larger size lies between two of the small one. */
typedef struct fc_between {
    int32_t first;
    int32_t second;
    float share; /* of the second */
} fc_between;

struct fc_bilinear {
    const float *planes;
    fc_size from;
    fc_size to;
    fc_between *columns; /* one for each column of `to` */
    float *line;         /* a row of `from`, planes side by side, between two rows */
    float *row;          /* the answer */
};

static fc_between place_between(int32_t at, int32_t from, int32_t to)
{
    const double place = (at + 0.5) * from / to - 0.5;
    const double inside = fmin(fmax(place, 0.0), from - 1.0);
    const int32_t first = (int32_t)inside;
    const int32_t second = first + 1 < from ? first + 1 : first;
    return (fc_between){ first, second, (float)(inside - first) };
}

fc_status fc_bilinear_new(const float *planes, fc_size from, fc_size to, fc_bilinear **out,
                          fc_error *err)
{
    FC_ASSERT(planes != NULL);
    FC_ASSERT(from.width > 0 && from.height > 0);
    FC_ASSERT(to.width > 0 && to.height > 0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_bilinear) reader = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_bilinear), (void **)&reader, err));
    reader->planes = planes;
    reader->from = from;
    reader->to = to;
    FC_TRY(fc_memory_new((size_t)to.width, sizeof(fc_between), (void **)&reader->columns, err));
    FC_TRY(fc_memory_new((size_t)from.width, PLANES * sizeof(float), (void **)&reader->line, err));
    FC_TRY(fc_memory_new((size_t)to.width, PLANES * sizeof(float), (void **)&reader->row, err));
    for (int32_t x = 0; x < to.width; x++) {
        reader->columns[x] = place_between(x, from.width, to.width);
    }
    *out = FC_STEAL(reader);
    return FC_OK;
}

void fc_bilinear_free(fc_bilinear *reader)
{
    if (reader != NULL) {
        fc_memory_free(reader->columns);
        fc_memory_free(reader->line);
        fc_memory_free(reader->row);
        fc_memory_free(reader);
    }
}

/* Columns first .. last of `from`. */
FC_WIDE static void mix_rows(const fc_bilinear *reader, fc_between rows, int32_t first_column,
                             int32_t last_column)
{
    const size_t width = (size_t)reader->from.width;
    const size_t step = width * (size_t)reader->from.height;
    float *restrict line = reader->line;
    const float *restrict first = reader->planes + (size_t)rows.first * width;
    const float *restrict second = reader->planes + (size_t)rows.second * width;
    for (size_t x = (size_t)first_column; x <= (size_t)last_column; x++) {
        for (size_t i = 0; i < PLANES; i++) {
            const float upper = first[i * step + x];
            line[PLANES * x + i] = upper + rows.share * (second[i * step + x] - upper);
        }
    }
}

FC_WIDE static void mix_columns(const fc_bilinear *reader, int32_t from, int32_t end)
{
    float *restrict row = reader->row + (ptrdiff_t)PLANES * from;
    for (int32_t x = from; x < end; x++) {
        const fc_between between = reader->columns[x];
        const fc_float4 first = fc_float4_load(reader->line + (ptrdiff_t)PLANES * between.first);
        const fc_float4 second = fc_float4_load(reader->line + (ptrdiff_t)PLANES * between.second);
        fc_float4_store(row, first + between.share * (second - first));
        row += PLANES;
    }
}

const float *fc_bilinear_span(fc_bilinear *reader, int32_t y, int32_t first, int32_t end)
{
    FC_ASSERT(reader != NULL);
    FC_ASSERT(y >= 0 && y < reader->to.height);
    FC_ASSERT(first >= 0 && first <= end && end <= reader->to.width);

    if (first < end) {
        mix_rows(reader, place_between(y, reader->from.height, reader->to.height),
                 reader->columns[first].first, reader->columns[end - 1].second);
        mix_columns(reader, first, end);
    }
    return reader->row;
}

const float *fc_bilinear_row(fc_bilinear *reader, int32_t y)
{
    FC_ASSERT(reader != NULL);

    return fc_bilinear_span(reader, y, 0, reader->to.width);
}
