#include "image/remote.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "image/codecs.h"
#include "image/local.h"
#include "image/raster.h"
#include "sandbox/sandbox.h"
#include "support/fc_photo.h"
#include "support/misdeeds.h"
#include "support/processes.h"

/*
 * A decoder with planted faults. It stands for GIF in this program alone: the table of codecs below
 * takes the place of image/codecs.c, which is then not linked. A file of it is "GIF89a", the letter
 * of what it does (support/misdeeds.h), and when: 'h' at the header, 'p' at the pixels.
 */
#define SIDE FC_MISDEED_SIDE
#define FILE_TEXT_SIZE 9

static pid_t service; /* this program, as its decoders know it */

/* ---- as a codec ---------------------------------------------------------------------------- */

typedef struct bad_source {
    fc_source source;
    fc_rows rows;
    char deed; /* at the pixels; '-': none */
    uint8_t row[3 * SIDE];
} bad_source;

static bad_source the_source;

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    (void)rows;
    if (y == SIDE / 2) {
        FC_TRY(fc_misdeed(the_source.deed, service, err));
    }
    memset(the_source.row, y, sizeof the_source.row);
    *pixels = the_source.row;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    (void)rows;
}

static fc_status make_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                           fc_error *err)
{
    (void)source;
    (void)shrink;
    (void)err;
    the_source.rows = (fc_rows){ .size = { part.width, part.height },
                                 .channels = 3,
                                 .bits = 8,
                                 .read = read_row,
                                 .free = free_rows };
    *out = &the_source.rows;
    return FC_OK;
}

static void free_source(fc_source *source)
{
    (void)source;
}

static fc_status open_bad(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                          fc_error *err)
{
    (void)limits;
    if (file.data[7] == 'h') {
        FC_TRY(fc_misdeed((char)file.data[6], service, err));
    }
    the_source = (bad_source){ .source = { .size = { SIDE, SIDE },
                                           .orientation = 1,
                                           .space = { .model = FC_COLOUR_RGB },
                                           .bits = 8,
                                           .rows = make_rows,
                                           .free = free_source } };
    the_source.deed = file.data[7] == 'p' ? (char)file.data[6] : '-';
    *out = &the_source.source;
    return FC_OK;
}

static const char *no_version(void)
{
    return "";
}

const fc_codec *fc_codec_lookup(fc_format format)
{
    static const fc_codec FAULTS = { FC_FORMAT_GIF, "faults", no_version, open_bad };
    const fc_codec *const codecs[] = { &FAULTS,        &fc_jpeg_codec, &fc_png_codec,
                                       &fc_heic_codec, &fc_avif_codec, &fc_webp_codec,
                                       &fc_tiff_codec, &fc_bmp_codec };
    for (size_t i = 0; i < sizeof codecs / sizeof codecs[0]; i++) {
        if (codecs[i]->format == format) {
            return codecs[i];
        }
    }
    return NULL;
}

/* ---- tests --------------------------------------------------------------------------------- */

static fc_sandbox_obituary last_end;
static int ends;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these two */

static void note_end(const fc_sandbox_obituary *obituary)
{
    (void)pthread_mutex_lock(&lock);
    last_end = *obituary;
    ends++;
    (void)pthread_mutex_unlock(&lock);
}

static fc_status decode(fc_bytes file, fc_raster **out, fc_error *err)
{
    FC_AUTO(fc_decoder) decoder = NULL;
    FC_TRY(fc_decoder_open(file, &fc_photo_limits, &decoder, err));
    return fc_decoder_decode(decoder, &(fc_decode_request){ .shrink = 1 }, out, err);
}

static fc_status misdeed(char letter, char when, fc_error *err)
{
    char text[FILE_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "GIF89a%c%c", letter, when);
    FC_AUTO(fc_raster) raster = NULL;
    return decode((fc_bytes){ (const uint8_t *)text, strlen(text) }, &raster, err);
}

static void assert_next_photo_works(void)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    FC_AUTO(fc_raster) raster = NULL;
    ASSERT_OK(decode(file->bytes, &raster, &err), err);
    fc_photo_assert_quadrants(raster->pixels, 4);
}

/* At the header and at the pixels: refused like this, one line of text, and the next photo works.
 */
static void assert_ends(char letter, fc_status expected, fc_sandbox_end end)
{
    for (const char *when = "hp"; *when != '\0'; when++) {
        fc_error err = { 0 };
        const int before = ends;
        const fc_status status = misdeed(letter, *when, &err);
        if (status != expected || ends != before + 1 || last_end.end != end) {
            fail_msg("'%c' at '%c': %s, %s, ends %d, by %s", letter, *when,
                     fc_status_lookup(status)->slug, err.text, ends - before,
                     fc_sandbox_end_name(last_end.end));
        }
        assert_true(err.text[0] != '\0');
        assert_null(strchr(err.text, '\n'));
        assert_next_photo_works();
    }
}

static void what_crashes_is_a_damaged_file(void **state)
{
    (void)state;
    for (const char *letter = "woaAeM"; *letter != '\0'; letter++) {
        assert_ends(*letter, FC_CORRUPT_IMAGE, FC_SANDBOX_CRASHED);
    }
}

static void what_calls_the_system_is_ended(void **state)
{
    (void)state;
    for (const char *letter = "SXfnkEKGpvr"; *letter != '\0'; letter++) {
        assert_ends(*letter, FC_CORRUPT_IMAGE, FC_SANDBOX_FORBIDDEN);
    }
}

static void what_loops_or_hangs_is_too_large(void **state)
{
    (void)state;
    assert_ends('l', FC_LIMIT_EXCEEDED, FC_SANDBOX_SLOW);
    assert_ends('h', FC_LIMIT_EXCEEDED, FC_SANDBOX_SLOW);
}

static void what_takes_too_much_memory_is_too_large(void **state)
{
    (void)state;
    for (const char *letter = "md"; *letter != '\0'; letter++) {
        for (const char *when = "hp"; *when != '\0'; when++) {
            fc_error err = { 0 };
            ASSERT_FAILS(FC_LIMIT_EXCEEDED, misdeed(*letter, *when, &err), err);
            assert_next_photo_works();
        }
    }
}

static void what_lies_is_ended(void **state)
{
    (void)state;
    for (const char *letter = "123456789"; *letter != '\0'; letter++) {
        assert_ends(*letter, FC_CORRUPT_IMAGE, FC_SANDBOX_LIED);
    }
    assert_ends('0', FC_CORRUPT_IMAGE, FC_SANDBOX_CRASHED); /* its own word for its end */
}

static void text_of_a_decoder_is_one_line(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, misdeed('t', 'h', &err), err);
    assert_ptr_equal(strstr(err.text, "two?lines?[31m and ??xxx"), err.text);
    assert_next_photo_works();
}

/* As fc_decoder_decode does without a sandbox. */
static fc_status decode_here(fc_bytes file, int32_t shrink, fc_box region, fc_image **out,
                             fc_error *err)
{
    fc_photo_facts facts;
    bool shrinks = false;
    FC_TRY(fc_local_probe(file, &fc_photo_limits, &facts, &shrinks, err));
    const fc_decode_request request = { .shrink = shrink, .region = region };
    const fc_area area = fc_area_of(&facts, shrinks, &request);
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_local_open(file, &facts, &source, err));
    bool invisible = false;
    const uint8_t *background = request.background;
    for (;;) {
        FC_AUTO(fc_rows) rows = NULL;
        FC_AUTO(fc_image) image = NULL;
        FC_TRY(fc_local_rows(source, &area, &rows, err));
        FC_TRY(
            fc_raster_fill(rows, area.box, area.orientation, background, &invisible, &image, err));
        if (!invisible || background == NULL) {
            *out = FC_STEAL(image);
            return FC_OK;
        }
        background = NULL;
    }
}

static void assert_same_pixels(const char *name, const fc_image *one, const fc_image *other)
{
    const size_t row = (size_t)one->size.width * 3;
    if (one->size.width != other->size.width || one->size.height != other->size.height) {
        fail_msg("%s: %d x %d and %d x %d px", name, one->size.width, one->size.height,
                 other->size.width, other->size.height);
    }
    for (int32_t y = 0; y < one->size.height; y++) {
        if (memcmp(fc_image_row(one, y), fc_image_row(other, y), row) != 0) {
            fail_msg("%s: row %d", name, y);
        }
    }
}

/* The whole, then a part of it at another scale from the same decoder, in both ways. */
static int compare(const char *name, fc_bytes file)
{
    static const struct {
        int32_t shrink;
        fc_box region;
    } REQUESTS[] = { { 2, { 0, 0, 0, 0 } }, { 1, { 5.5, 3, 9, 7.25 } }, { 8, { 0, 0, 0, 0 } } };
    fc_error err = { 0 };
    FC_AUTO(fc_decoder) decoder = NULL;
    fc_status open = fc_decoder_open(file, &fc_photo_limits, &decoder, &err);
    for (size_t i = 0; i < sizeof REQUESTS / sizeof REQUESTS[0]; i++) {
        fc_error why = { 0 };
        FC_AUTO(fc_image) here = NULL;
        FC_AUTO(fc_raster) there = NULL;
        const fc_decode_request request = { .shrink = REQUESTS[i].shrink,
                                            .region = REQUESTS[i].region };
        const fc_status expected = decode_here(file, request.shrink, request.region, &here, &why);
        const fc_status got =
            open != FC_OK ? open : fc_decoder_decode(decoder, &request, &there, &err);
        if (got != expected || (got != FC_OK && strcmp(err.text, why.text) != 0)) {
            fail_msg("%s: %s, %s; in this process %s, %s", name, fc_status_lookup(got)->slug,
                     err.text, fc_status_lookup(expected)->slug, why.text);
        }
        if (got == FC_OK) {
            assert_same_pixels(name, here, there->pixels);
        }
    }
    return open == FC_OK;
}

/* Pictures of the folder and what was made to harm; GIF is another format here. */
static int compare_folder(const char *folder_name)
{
    DIR *folder = opendir(folder_name);
    int compared = 0;
    for (const struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL;
         entry = readdir(folder)) {
        char path[512];
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        (void)snprintf(path, sizeof path, "%s/%s", folder_name, entry->d_name);
        if (fc_mapping_new(path, 64 << 20, &file, &err) == FC_OK &&
            fc_format_sniff(file->bytes) != FC_FORMAT_GIF) {
            compared += compare(path, file->bytes);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return compared;
}

static void pixels_and_refusals_are_those_of_this_process(void **state)
{
    (void)state;
    assert_true(compare_folder("tests/data/image") > 60);
    const char *faults = fc_test_shared_file("faults");
    if (faults != NULL) {
        (void)compare_folder(faults);
    }
}

/* The first decoder has ended: the facts it told are the limits of the next one. */
static void a_photo_is_decoded_again_by_what_was_found_before(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "rgb.png", "cropped.heic", "orientation_6.jpg" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        fc_photo_facts facts;
        fc_photo_facts here;
        bool shrinks = false;
        ASSERT_OK(fc_decode_probe(file->bytes, &fc_photo_limits, &facts, &err), err);
        ASSERT_OK(fc_local_probe(file->bytes, &fc_photo_limits, &here, &shrinks, &err), err);
        assert_int_equal(facts.stored, here.stored);
        FC_AUTO(fc_raster) raster = NULL;
        const fc_decode_request request = { .shrink = 1 };
        ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
        assert_int_equal(raster->pixels->size.width, facts.size.width);
    }
}

static void what_cannot_be_seen_is_shown_as_here(void **state)
{
    (void)state;
    static const uint8_t WHITE[3] = { 255, 255, 255 };
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("alpha.png");
    FC_AUTO(fc_raster) raster = NULL;
    FC_AUTO(fc_decoder) decoder = NULL;
    ASSERT_OK(fc_decoder_open(file->bytes, &fc_photo_limits, &decoder, &err), err);
    const fc_decode_request request = { .shrink = 1, .background = { 255, 255, 255 } };
    ASSERT_OK(fc_decoder_decode(decoder, &request, &raster, &err), err);
    fc_photo_assert_colour(raster->pixels, 28, 12, WHITE, 0);
}

/* `kill -9` between the header and the pixels: another process does it. */
static void a_killed_decoder_is_replaced(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    FC_AUTO(fc_decoder) decoder = NULL;
    ASSERT_OK(fc_decoder_open(file->bytes, &fc_photo_limits, &decoder, &err), err);
    for (int i = 0; i < 3; i++) {
        for (pid_t pid = fc_processes_find("fc-decoder"); pid > 0;
             pid = fc_processes_find("fc-decoder")) {
            (void)kill(pid, SIGKILL);
        }
        FC_AUTO(fc_raster) raster = NULL;
        const fc_decode_request request = { .shrink = 1 };
        ASSERT_OK(fc_decoder_decode(decoder, &request, &raster, &err), err);
        fc_photo_assert_quadrants(raster->pixels, 4);
        assert_int_equal(err.status, FC_OK); /* what was made good is no failure */
    }
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    assert_next_photo_works();
    const int descriptors = fc_processes_descriptors();
    fc_error err = { 0 };
    for (int i = 0; i < 20; i++) {
        assert_int_equal(misdeed("wfa1t"[i % 5], 'p', &err), FC_CORRUPT_IMAGE);
    }
    assert_int_equal(fc_processes_descriptors(), descriptors);
    fc_processes_await("fc-decoder", 1); /* the one that is kept ready; no zombies */
}

/* Their answers are one by one those that each gets alone. */
typedef struct at_once {
    pthread_t thread;
    int failed;
} at_once;

static void *decode_many(void *context)
{
    at_once *self = context;
    for (int i = 0; i < 12; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_raster) raster = NULL;
        FC_AUTO(fc_mapping) file = fc_photo_open("orientation_5.jpg");
        self->failed += decode(file->bytes, &raster, &err) != FC_OK;
        self->failed += misdeed("wf"[i % 2], 'p', &err) != FC_CORRUPT_IMAGE;
    }
    return NULL;
}

static void several_threads_have_decoders_of_their_own(void **state)
{
    (void)state;
    at_once all[6] = { { 0 } };
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(pthread_create(&all[i].thread, NULL, decode_many, &all[i]), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        (void)pthread_join(all[i].thread, NULL);
        assert_int_equal(all[i].failed, 0);
    }
    fc_processes_await("fc-decoder", 1);
}

int main(int argc, char **argv)
{
    (void)argc;
    service = getpid();
    fc_error err = { 0 };
    const fc_sandbox_settings settings = { .idle = 1, .cpu_s = 1, .ended = note_end };
    fc_sandbox_prepare(argv, fc_decode_serve);
    if (fc_sandbox_start(&settings, &err) != FC_OK) {
        (void)fprintf(stderr, "skipped: %s\n", err.text);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_crashes_is_a_damaged_file),
        cmocka_unit_test(what_calls_the_system_is_ended),
        cmocka_unit_test(what_loops_or_hangs_is_too_large),
        cmocka_unit_test(what_takes_too_much_memory_is_too_large),
        cmocka_unit_test(what_lies_is_ended),
        cmocka_unit_test(text_of_a_decoder_is_one_line),
        cmocka_unit_test(pixels_and_refusals_are_those_of_this_process),
        cmocka_unit_test(a_photo_is_decoded_again_by_what_was_found_before),
        cmocka_unit_test(what_cannot_be_seen_is_shown_as_here),
        cmocka_unit_test(a_killed_decoder_is_replaced),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(several_threads_have_decoders_of_their_own),
    };
    const int failed = cmocka_run_group_tests_name("image/remote", tests, NULL, NULL);
    fc_sandbox_stop();
    return failed;
}
