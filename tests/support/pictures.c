#include "support/pictures.h"

#include <math.h>
#include <stdlib.h>

#include "ops/grey.h"
#include "support/fc_test.h"

fc_image *fc_test_flat(fc_size size, uint8_t red, uint8_t green, uint8_t blue)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new(size, 3, &image, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < size.width; x++, pixel += 3) {
            pixel[0] = red;
            pixel[1] = green;
            pixel[2] = blue;
        }
    }
    return image;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

fc_image *fc_test_random(fc_size size, uint32_t seed)
{
    fc_image *image = fc_test_flat(size, 0, 0, 0);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t i = 0; i < 3 * size.width; i++) {
            fc_image_row(image, y)[i] = (uint8_t)(next_random(&seed) & 255u);
        }
    }
    return image;
}

fc_image *fc_test_grey(const fc_image *colour)
{
    fc_error err = { 0 };
    fc_image *grey = NULL;
    ASSERT_OK(fc_image_new(colour->size, 1, &grey, &err), err);
    for (int32_t y = 0; y < colour->size.height; y++) {
        for (int32_t x = 0; x < colour->size.width; x++) {
            fc_image_row(grey, y)[x] =
                fc_grey_of(fc_image_row(colour, y) + (ptrdiff_t)x * colour->channels);
        }
    }
    return grey;
}

fc_plane *fc_test_linear_plane(const fc_image *colour, const float shares[3], float constant)
{
    fc_error err = { 0 };
    fc_plane *plane = NULL;
    ASSERT_OK(fc_plane_new(colour->size, &plane, &err), err);
    for (int32_t y = 0; y < colour->size.height; y++) {
        const uint8_t *pixel = fc_image_row(colour, y);
        for (int32_t x = 0; x < colour->size.width; x++, pixel += 3) {
            const float sum = shares[0] * (float)pixel[0] + shares[1] * (float)pixel[1] +
                              shares[2] * (float)pixel[2];
            fc_plane_row(plane, y)[x] = constant + sum / 255.0F;
        }
    }
    return plane;
}

fc_plane *fc_test_matte(fc_size size, float value)
{
    fc_error err = { 0 };
    fc_plane *matte = NULL;
    ASSERT_OK(fc_plane_new(size, &matte, &err), err);
    for (int64_t i = 0; i < (int64_t)size.width * size.height; i++) {
        matte->data[i] = value;
    }
    return matte;
}

/* Twelve evenly distributed numbers make a nearly normal one of deviation 1. */
static double next_normal(uint32_t *state)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) {
        sum += (double)next_random(state) / (double)(1u << 24);
    }
    return sum;
}

static uint8_t to_level(double value)
{
    return (uint8_t)lround(fmin(fmax(value, 0.0), 255.0));
}

void fc_test_add_noise(fc_image *image, double sigma, uint32_t seed)
{
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *row = fc_image_row(image, y);
        for (int32_t i = 0; i < image->channels * image->size.width; i++) {
            row[i] = to_level(row[i] + sigma * next_normal(&seed));
        }
    }
}

double fc_test_deviation(const fc_image *image, int32_t channel, int32_t from, int32_t to)
{
    double sum = 0.0;
    double squares = 0.0;
    for (int32_t y = from; y < to; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            const double v = fc_image_row(image, y)[image->channels * x + channel];
            sum += v;
            squares += v * v;
        }
    }
    const double count = (double)(to - from) * image->size.width;
    return sqrt(squares / count - sum / count * (sum / count));
}

int32_t fc_test_largest_difference(const fc_image *a, const fc_image *b)
{
    int32_t largest = 0;
    for (int32_t y = 0; y < a->size.height; y++) {
        for (int32_t i = 0; i < a->channels * a->size.width; i++) {
            const int32_t difference = abs(fc_image_row(a, y)[i] - fc_image_row(b, y)[i]);
            largest = difference > largest ? difference : largest;
        }
    }
    return largest;
}

double fc_test_burnt(const fc_image *image)
{
    int64_t burnt = 0;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < image->channels * image->size.width; i++) {
            burnt += fc_image_row(image, y)[i] == 255;
        }
    }
    return (double)burnt / (image->channels * (double)image->size.width * image->size.height);
}

static void paint(fc_image *image, fc_box box, uint8_t level)
{
    for (int32_t y = (int32_t)box.y; y < (int32_t)(box.y + box.height); y++) {
        for (int32_t x = (int32_t)box.x; x < (int32_t)(box.x + box.width); x++) {
            uint8_t *pixel = fc_image_row(image, y) + 3 * (ptrdiff_t)x;
            pixel[0] = level;
            pixel[1] = level;
            pixel[2] = level;
        }
    }
}

fc_image *fc_test_face(uint8_t red, uint8_t green, uint8_t blue)
{
    fc_image *image = fc_test_flat((fc_size){ 160, 160 }, red, green, blue);
    for (int32_t y = 0; y < 160; y++) {
        for (int32_t x = 0; x < 160; x++) {
            uint8_t *pixel = fc_image_row(image, y) + 3 * (ptrdiff_t)x;
            const double shade = 1.05 - 0.002 * abs(x - 80) - 0.001 * abs(y - 80);
            for (int c = 0; c < 3; c++) {
                pixel[c] = to_level(shade * pixel[c]);
            }
        }
    }
    paint(image, (fc_box){ 20.0, 4.0, 120.0, 14.0 }, 20);
    paint(image, (fc_box){ 45.0, 45.0, 25.0, 4.0 }, 25);
    paint(image, (fc_box){ 90.0, 45.0, 25.0, 4.0 }, 25);
    paint(image, (fc_box){ 50.0, 56.0, 15.0, 6.0 }, 205);
    paint(image, (fc_box){ 95.0, 56.0, 15.0, 6.0 }, 205);
    paint(image, (fc_box){ 65.0, 108.0, 30.0, 6.0 }, 215);
    paint(image, (fc_box){ 20.0, 146.0, 120.0, 14.0 }, 210);
    return image;
}
