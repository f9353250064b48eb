#include "image/jpeg_quantisation.h"

#include <math.h>

#include "image/jpeg_scan.h"

enum { DQT = 0xdb, STEPS = 64 };

/* Sum of the luminance table of ISO/IEC 10918-1 K.1: quality 50. */
#define STANDARD_SUM 3691.0

/* Sum of the first table in a segment; 0 where it is cut short. */
static double sum_of_table(fc_bytes body)
{
    const size_t bytes_each = body.size > 0 && body.data[0] >> 4 != 0 ? 2 : 1;
    if (body.size < 1 + STEPS * bytes_each) {
        return 0;
    }
    double sum = 0;
    for (size_t i = 0; i < STEPS; i++) {
        const uint8_t *step = body.data + 1 + i * bytes_each;
        sum += bytes_each == 2 ? step[0] * 256 + step[1] : step[0];
    }
    return sum;
}

/* libjpeg multiplies by 50 / quality below 50, above by 2 - quality / 50. */
static double quality_of(double times)
{
    const double quality = times > 1 ? 50 / times : 100 - 50 * times;
    return fmin(fmax(quality, 1), 100);
}

double fc_jpeg_quality(fc_bytes file)
{
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    fc_error why = { 0 };
    while (fc_jpeg_next_segment(file, &offset, &segment, &why) == FC_OK && segment.marker != 0 &&
           segment.marker != FC_JPEG_SOS && segment.marker != FC_JPEG_EOI) {
        if (segment.marker == DQT) {
            const double sum = sum_of_table(segment.body);
            return sum > 0 ? quality_of(sum / STANDARD_SUM) : 0;
        }
    }
    return 0;
}
