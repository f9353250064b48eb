/* Every preset keeps its word: the portrait that is made for it is looked at again as if it were a
 * photo, and head and eyes are where the rule wants them, or the first one has said that they
 * cannot be. The two public photos take turns; with paths as arguments each of those photos is
 * measured for every preset, and a table is printed. Skips where the model files are not fetched.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "config/presets.h"
#include "engine/engine.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

#define FILE_BYTES_MAX ((size_t)32 << 20)

static const char *const PUBLIC[] = { "tests/data/official_portrait.jpg",
                                      "tests/data/astronaut.png" };
static const char *const *photos = PUBLIC;
static int32_t photos_count = 2;

/* What the stage said of it, the file, and what lies where in the picture that it was made from. */
typedef struct made {
    fc_document_reasons reasons;
    fc_document document;
    fc_size canvas;
    fc_buffer file;
    double eyes; /* rows of the picture that was read */
    double chin;
    double hair;
} made;

static double mean_row(const fc_point *points, int first, int count)
{
    double sum = 0;
    for (int i = first; i < first + count; i++) {
        sum += points[i].y;
    }
    return sum / count;
}

/* The first row of the fine matte that has the person in the middle third of the face. */
static double find_hair(const fc_portrait *portrait)
{
    const fc_plane *matte = portrait->matte;
    const fc_similarity map = portrait->frame.to_photo;
    const double width = portrait->landmarks[16].x - portrait->landmarks[0].x;
    const double middle = (portrait->landmarks[16].x + portrait->landmarks[0].x) / 2;
    for (int32_t y = 0; y < matte->size.height; y++) {
        for (int32_t x = 0; x < matte->size.width; x++) {
            const fc_point at = fc_similarity_apply(map, (fc_point){ x + 0.5, y + 0.5 });
            if (fabs(at.x - middle) < width / 6 && fc_plane_row(matte, y)[x] > 0.5F) {
                return at.y;
            }
        }
    }
    return 0;
}

static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    made *out = context;
    out->canvas = portrait->frame.canvas;
    out->document = portrait->frame.document;
    out->eyes = mean_row(portrait->landmarks, 36, 12);
    out->chin = portrait->landmarks[8].y;
    out->hair = portrait->matte != NULL ? find_hair(portrait) : 0;
    const fc_preset *preset = fc_preset_at(portrait->photo->params.preset);
    if (preset != NULL) {
        out->reasons = fc_document_judge(preset, &out->document, out->canvas, portrait->jpeg.size);
    }
    out->file = portrait->jpeg;
    portrait->jpeg = FC_BUFFER(0);
    return FC_OK;
}

static fc_status run(fc_bytes file, int32_t preset, uint32_t outputs, made *out, fc_error *err)
{
    fc_photo photo = { .params = fc_params_default(), .outputs = outputs };
    fc_params_select_preset(&photo.params, preset);
    photo.params.face_margin = 1; /* without a preset: with all of the hair */
    const fc_status status = fc_engine_process(fc_test_engine, &photo, file, NULL, keep, out, err);
    fc_photo_clear(&photo);
    return status;
}

/* Of a picture, in the preset's unit. */
typedef struct measured {
    double head;
    double eye_line;
} measured;

/* The finished picture is looked at as a photo, with its person cut out. */
static measured measure(const made *first, int32_t number)
{
    fc_error err = { 0 };
    const fc_preset *preset = fc_preset_at(number);
    made again = { 0 };
    ASSERT_OK(run(fc_buffer_bytes(&first->file), 0, FC_OUTPUT_PNG, &again, &err), err);
    const double unit = first->canvas.height / (preset->height_mm > 0 ? preset->height_mm : 100);
    const double half = again.chin - again.eyes;
    const double crown = preset->crown == FC_CROWN_HAIR    ? again.hair
                         : preset->crown == FC_CROWN_SKULL ? again.eyes - half
                                                           : again.eyes - 0.62 * half;
    return (measured){ (again.chin - crown) / unit, (first->canvas.height - again.eyes) / unit };
}

/* 0.5 % of the head's height is for what other processors round otherwise; here nothing needs it.
 */
static bool is_met(fc_range range, double value, double head)
{
    const double tolerance = 0.005 * head;
    return (range.min <= 0 || value >= range.min - tolerance) &&
           (range.max <= 0 || value <= range.max + tolerance);
}

static void print_row(const fc_preset *preset, const char *path, const made *first, measured found)
{
    const char *name = strrchr(path, '/');
    print_message("%-20s %-22s head %5.1f seen %5.1f of %g..%g  eyes %5.1f seen %5.1f of %g..%g "
                  " %s\n",
                  preset->name, name != NULL ? name + 1 : path, first->document.head, found.head,
                  preset->head.min, preset->head.max, first->document.eye_line, found.eye_line,
                  preset->eye_line.min, preset->eye_line.max,
                  first->reasons.count > 0 ? first->reasons.items[0] : "met");
}

/* How many rules are met, and how many said not to be. */
typedef struct tally {
    int32_t met;
    int32_t told;
} tally;

static void check_preset(const char *path, fc_bytes file, int32_t number, tally *count)
{
    fc_error err = { 0 };
    const fc_preset *preset = fc_preset_at(number);
    made first = { 0 };
    ASSERT_OK(run(file, number, FC_OUTPUT_JPEG, &first, &err), err);
    const measured found = measure(&first, number);
    print_row(preset, path, &first, found);
    assert_int_equal(first.canvas.width, preset->width);
    assert_int_equal(first.canvas.height, preset->height);
    if (first.reasons.count > 0) {
        count->told++;
    } else {
        assert_true(is_met(preset->head, found.head, found.head));
        assert_true(is_met(preset->eye_line, found.eye_line, found.head));
        count->met++;
    }
    fc_buffer_clear(&first.file);
}

static void every_preset_keeps_its_rule_or_says_why_not(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    tally count = { 0 };
    for (int32_t k = 0; k < photos_count; k++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
        ASSERT_OK(fc_file_read(photos[k], FILE_BYTES_MAX, &file, &err), err);
        for (int32_t i = 1 + (photos == PUBLIC ? k : 0); i <= fc_presets_count();
             i += photos == PUBLIC ? 2 : 1) {
            check_preset(photos[k], fc_buffer_bytes(&file), i, &count);
        }
    }
    print_message("%d rules met, %d said not to be\n", count.met, count.told);
    assert_true(count.met > 0);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        photos = (const char *const *)argv + 1;
        photos_count = argc - 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_keeps_its_rule_or_says_why_not),
    };
    return cmocka_run_group_tests_name("engine/presets", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
