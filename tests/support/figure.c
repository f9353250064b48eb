#include "support/figure.h"

#include "support/fc_test.h"

#define PX_A_UNIT 100

/* An ellipse from the crown to the chin, a neck, and all of the width of the body below. */
static bool inside(const fc_test_figure *figure, fc_point at)
{
    const double half = (0.5 - figure->crown) / 2;
    const double y = (at.y - (figure->crown + half)) / half;
    const double x = at.x / figure->hair;
    return x * x + y * y < 1 || (at.y > 0.2 && fabs(at.x) < 0.25) ||
           (at.y > 0.7 && fabs(at.x) < figure->body);
}

fc_levelled_person fc_test_figure_draw(const fc_test_figure *figure)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    const double roll = figure->roll_deg * M_PI / 180;
    const fc_similarity to_photo = { PX_A_UNIT * cos(roll), PX_A_UNIT * sin(roll),
                                     figure->face_at.x, figure->face_at.y };
    const fc_similarity levelled = fc_similarity_invert(to_photo);
    ASSERT_OK(fc_plane_new(figure->photo, &mask, &err), err);
    for (int32_t y = 0; y < mask->size.height; y++) {
        for (int32_t x = 0; x < mask->size.width; x++) {
            const fc_point at = fc_similarity_apply(levelled, (fc_point){ x + 0.5, y + 0.5 });
            fc_plane_row(mask, y)[x] = inside(figure, at) ? 1 : 0;
        }
    }
    return (fc_levelled_person){
        .to_photo = to_photo,
        .photo = figure->photo,
        .mask = mask,
        .covered = { 0, 0, figure->photo.width, figure->photo.height },
        .to_preview = to_photo,
    };
}
