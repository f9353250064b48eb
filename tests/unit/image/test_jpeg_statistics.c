#include "image/jpeg_statistics.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "image/image.h"
#include "support/fc_test.h"

typedef struct jpeg {
    unsigned char *data;
    unsigned long size;
} jpeg;

/* How a picture is written; libjpeg's default error manager ends the program. */
typedef struct way {
    int quality;
    int sampling; /* of the first component, both ways */
    bool counts;  /* by fc_jpeg_count_symbols */
} way;

static jpeg write_jpeg(const fc_image *image, way how)
{
    jpeg file = { 0 };
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr manager;
    codec.err = jpeg_std_error(&manager);
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &file.data, &file.size);
    codec.image_width = (JDIMENSION)image->size.width;
    codec.image_height = (JDIMENSION)image->size.height;
    codec.input_components = image->channels;
    codec.in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, how.quality, TRUE);
    codec.optimize_coding = TRUE;
    codec.comp_info[0].h_samp_factor = codec.comp_info[0].v_samp_factor = how.sampling;
    jpeg_start_compress(&codec, TRUE);
    if (how.counts) {
        fc_jpeg_count_symbols(&codec);
    }
    while (codec.next_scanline < codec.image_height) {
        JSAMPROW row = fc_image_row(image, (int32_t)codec.next_scanline);
        (void)jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    jpeg_destroy_compress(&codec);
    return file;
}

static void expect_same(const fc_image *image)
{
    static const int QUALITIES[] = { 1, 30, 75, 95, 100 };
    for (size_t i = 0; i < sizeof QUALITIES / sizeof QUALITIES[0]; i++) {
        for (int sampling = 1; sampling <= 2; sampling++) {
            const jpeg theirs = write_jpeg(image, (way){ QUALITIES[i], sampling, false });
            const jpeg ours = write_jpeg(image, (way){ QUALITIES[i], sampling, true });
            assert_int_equal(ours.size, theirs.size);
            assert_memory_equal(ours.data, theirs.data, theirs.size);
            free(theirs.data);
            free(ours.data);
        }
    }
}

/* Each value by its place: `kind` chooses how. */
static uint8_t level(int kind, int32_t x, int32_t y)
{
    const uint32_t drawn = ((uint32_t)x * 2654435761u) ^ ((uint32_t)y * 2246822519u);
    switch (kind) {
    case 0:
        return 255; /* no coefficient at all */
    case 1:
        return (uint8_t)(x / 3 + y / 2); /* soft: a few coefficients */
    case 2:
        return (uint8_t)(drawn >> 24 ^ drawn >> 9); /* noise: all of them */
    case 3:
        return (x + y) % 2 == 0 ? 0 : 255; /* the last coefficient, behind long runs of zeros */
    default:
        return x / 24 % 2 == 0 ? 0 : 255; /* the largest differences of two blocks */
    }
}

static void bytes_are_those_of_libjpegs_own_counts(void **state)
{
    (void)state;
    static const fc_size SIZES[] = { { 1, 1 }, { 8, 8 }, { 17, 33 }, { 131, 64 } };
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        for (int kind = 0; kind < 5; kind++) {
            for (int32_t channels = 1; channels <= 3; channels += 2) {
                fc_error err = { 0 };
                FC_AUTO(fc_image) image = NULL;
                ASSERT_OK(fc_image_new(SIZES[i], channels, &image, &err), err);
                for (int32_t y = 0; y < SIZES[i].height; y++) {
                    for (int32_t x = 0; x < SIZES[i].width * channels; x++) {
                        fc_image_row(image, y)[x] = level(kind, x, y);
                    }
                }
                expect_same(image);
            }
        }
    }
}

static void what_is_not_counted_is_our_own_mistake(void **state)
{
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct jpeg_compress_struct codec = { .optimize_coding = FALSE };
        (void)close(STDERR_FILENO);
        fc_jpeg_count_symbols(&codec);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_libjpegs_own_counts),
        cmocka_unit_test(what_is_not_counted_is_our_own_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
