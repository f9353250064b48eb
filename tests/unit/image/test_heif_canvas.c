#include "image/heif_canvas.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"

static const fc_size UNKNOWN = { 0, 0 };

/* A file and the canvas of its picture; end with fc_heif_canvas_clear. */
typedef struct opened {
    fc_heif_file file;
    fc_heif_canvas canvas;
    fc_heif_view view;
} opened;

static fc_status read_canvas(fc_bytes bytes, opened *out, fc_error *err)
{
    *out = (opened){ 0 };
    FC_TRY(fc_heif_file_read(bytes, &out->file, err));
    return fc_heif_canvas_read(&out->file, out->file.primary, UNKNOWN, &out->canvas, &out->view,
                               err);
}

static size_t count_decoded(const fc_heif_canvas *canvas)
{
    size_t count = 0;
    for (size_t i = 0; i < canvas->count; i++) {
        count += canvas->tiles[i].picture != NULL;
    }
    return count;
}

static void a_coded_picture_is_a_canvas_of_one_tile(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.avif");
    static opened at;
    ASSERT_OK(read_canvas(file->bytes, &at, &err), err);
    assert_int_equal(at.canvas.count, 1);
    assert_false(at.canvas.is_overlay);
    assert_int_equal(at.canvas.size.width, 128);
    assert_int_equal(at.canvas.size.height, 64);
    assert_int_equal(at.view.part.width, 128);
    fc_heif_canvas_clear(&at.canvas);
}

static void only_the_tiles_that_are_asked_for_are_decoded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("grid.heic");
    static opened at;
    ASSERT_OK(read_canvas(file->bytes, &at, &err), err);
    assert_int_equal(at.canvas.count, 2);
    assert_int_equal(at.canvas.size.width, 120);
    assert_int_equal(at.canvas.tiles[1].place.x, 64);
    assert_true(fc_heif_canvas_bytes(&at.canvas) >= INT64_C(2) * 64 * 64 * 3 / 2);
    assert_true(fc_heif_canvas_work_bytes(&at.canvas) > 0);
    assert_int_equal(count_decoded(&at.canvas), 0);
    ASSERT_OK(fc_heif_canvas_decode(&at.file, &at.canvas, (fc_rect){ 70, 0, 1, 1 }, &err), err);
    assert_null(at.canvas.tiles[0].picture);
    const fc_heif_picture *kept = at.canvas.tiles[1].picture;
    assert_non_null(kept);
    ASSERT_OK(fc_heif_canvas_decode(&at.file, &at.canvas, (fc_rect){ 0, 0, 120, 63 }, &err), err);
    assert_int_equal(count_decoded(&at.canvas), 2);
    assert_ptr_equal(at.canvas.tiles[1].picture, kept);
    fc_heif_canvas_clear(&at.canvas);
}

static void an_overlay_has_a_background(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("overlay.heic");
    static opened at;
    ASSERT_OK(read_canvas(file->bytes, &at, &err), err);
    assert_true(at.canvas.is_overlay);
    assert_int_equal(at.canvas.background[0], 65535);
    assert_int_equal(at.canvas.background[2], 0);
    fc_heif_canvas_clear(&at.canvas);
}

static void crop_and_turn_are_the_view(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("cropped.heic");
    static opened at;
    ASSERT_OK(read_canvas(file->bytes, &at, &err), err);
    assert_int_equal(at.canvas.size.width, 128);
    assert_int_equal(at.view.part.width, 65);
    assert_int_equal(at.view.part.height, 33);
    assert_true(at.view.orientation.transpose);
    fc_heif_canvas_clear(&at.canvas);
}

static void alpha_is_of_the_whole_or_of_each_part(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
        bool by_parts;
        bool is_premultiplied;
    } FILES[] = {
        { "quadrants.heic", 0, false, false },
        { "alpha.heic", 1, false, false },
        { "part_alpha.avif", 2, true, false },
        { "premultiplied.avif", 1, false, true },
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        static opened at;
        ASSERT_OK(read_canvas(file->bytes, &at, &err), err);
        fc_heif_canvas alpha = { 0 };
        bool by_parts = false;
        bool is_premultiplied = false;
        ASSERT_OK(fc_heif_canvas_read_alpha(&at.file, at.file.primary, &at.canvas, &alpha,
                                            &by_parts, &is_premultiplied, &err),
                  err);
        assert_int_equal(alpha.count, FILES[i].count);
        assert_int_equal(by_parts && alpha.count > 0, FILES[i].by_parts);
        assert_int_equal(is_premultiplied, FILES[i].is_premultiplied);
        fc_heif_canvas_clear(&alpha);
        fc_heif_canvas_clear(&at.canvas);
    }
}

static void a_kind_of_item_that_is_not_known_is_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("grid.heic");
    static uint8_t copy[8192];
    assert_true(file->bytes.size <= sizeof copy);
    memcpy(copy, file->bytes.data, file->bytes.size);
    for (size_t i = 0; i + 4 < file->bytes.size; i++) {
        if (memcmp(copy + i, "grid", 4) == 0) {
            memcpy(copy + i, "grim", 4);
        }
    }
    static opened at;
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 read_canvas((fc_bytes){ copy, file->bytes.size }, &at, &err), err);
    assert_non_null(strstr(err.text, "'grim'"));
    fc_heif_canvas_clear(&at.canvas);
}

static fc_status read_and_clear(fc_bytes bytes, fc_error *err)
{
    static opened at;
    fc_status status = read_canvas(bytes, &at, err);
    if (status == FC_OK) {
        status = fc_heif_canvas_decode(&at.file, &at.canvas, (fc_rect){ 0, 0, 120, 63 }, err);
    }
    fc_heif_canvas_clear(&at.canvas);
    return status;
}

static void tiles_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("grid.heic");
    SWEEP_ALLOCATIONS(read_and_clear(file->bytes, &err), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coded_picture_is_a_canvas_of_one_tile),
        cmocka_unit_test(only_the_tiles_that_are_asked_for_are_decoded),
        cmocka_unit_test(an_overlay_has_a_background),
        cmocka_unit_test(crop_and_turn_are_the_view),
        cmocka_unit_test(alpha_is_of_the_whole_or_of_each_part),
        cmocka_unit_test(a_kind_of_item_that_is_not_known_is_named),
        cmocka_unit_test(tiles_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/heif_canvas", tests, NULL, NULL);
}
