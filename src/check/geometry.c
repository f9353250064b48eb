/* Geometry: how many people, how large, and where in the picture. */
#include "check/measure_functions.h"

#define SECOND_SCORE_MIN 0.5

/* The person reaches the picture's edge where its matte does, within so many px of the crop. */
#define EDGE_PX 1.5

enum { LEFT_SIDE = 234, RIGHT_SIDE = 454, CHIN = 152 };

static double area(const fc_face *face)
{
    return face->dlib_box.width * face->dlib_box.height;
}

static double second_face(const fc_check_input *input)
{
    double largest = 0;
    for (int32_t i = 0; i < input->faces->count; i++) {
        const fc_face *other = &input->faces->items[i];
        if (i != input->face && other->score >= SECOND_SCORE_MIN) {
            largest = fmax(largest, area(other));
        }
    }
    return largest / area(&input->faces->items[input->face]);
}

static fc_point in_photo(const fc_face_crop *crop, fc_point point)
{
    return fc_similarity_apply(crop->input->to_photo, point);
}

/* The first row in which the person fills much of the middle of the head: hair is part of it. */
static bool find_crown(const fc_face_crop *crop, double *y)
{
    const fc_plane *matte = crop->input->matte;
    const double left = fc_face_crop_point(crop, LEFT_SIDE).x;
    const double third = (fc_face_crop_point(crop, RIGHT_SIDE).x - left) / 3;
    const int32_t from = (int32_t)fmax(left + third, 0);
    const int32_t to = (int32_t)fmin(left + 2 * third, FC_CHECK_WIDTH - 1);
    for (int32_t row = 0; matte != NULL && row < FC_CHECK_EYES_DOWN; row++) {
        const float *alpha = fc_plane_row(matte, row);
        int32_t person = 0;
        for (int32_t x = from; x <= to; x++) {
            person += alpha[x] > 0.5F;
        }
        if (2 * person > to - from) {
            *y = row;
            return row > 0;
        }
    }
    return false;
}

static void measure_heights(const fc_face_crop *crop, fc_check_values *out)
{
    const double height = crop->input->facts.size.height;
    const double x = crop->middle.x;
    const fc_point chin = in_photo(crop, (fc_point){ x, fc_face_crop_point(crop, CHIN).y });
    out->eyes_to_chin = fc_point_distance(in_photo(crop, crop->middle), chin) / height;
    double crown_y = 0;
    if (find_crown(crop, &crown_y)) {
        const fc_point crown = in_photo(crop, (fc_point){ x, crown_y });
        fc_measured(out, FC_MEASURE_head_height, fc_point_distance(crown, chin) / height);
    }
    fc_measured(out, FC_MEASURE_eye_line, 1 - in_photo(crop, crop->middle).y / height);
}

/* Px of the crop above the chin at which the person is cut by the picture's edge. */
static int32_t count_cut(const fc_face_crop *crop)
{
    const fc_check_input *input = crop->input;
    const fc_size photo = input->facts.size;
    const double near = EDGE_PX * fc_similarity_scale(input->to_photo);
    const int32_t rows = (int32_t)fmin(fc_face_crop_point(crop, CHIN).y, FC_CHECK_HEIGHT);
    int32_t cut = 0;
    for (int32_t y = 0; input->matte != NULL && y < rows; y++) {
        const float *alpha = fc_plane_row(input->matte, y);
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++) {
            if (alpha[x] > 0.5F) {
                const fc_point at = in_photo(crop, (fc_point){ x + 0.5, y + 0.5 });
                const bool inside = at.x >= 0 && at.y >= 0 && at.x <= photo.width;
                cut += inside && (at.x < near || at.y < near || photo.width - at.x < near);
            }
        }
    }
    return cut;
}

static double framing(const fc_face_crop *crop, double apart)
{
    const double width = crop->input->facts.size.width;
    const fc_point left = in_photo(crop, crop->eyes[0]);
    const fc_point right = in_photo(crop, crop->eyes[1]);
    const double room = fmin(fmin(left.x, right.x), width - fmax(left.x, right.x)) / apart;
    const int32_t cut = count_cut(crop);
    const double limit = fc_measure_lookup(FC_MEASURE_framing)->limits.pass_from;
    return cut == 0 ? room : fmin(room, limit) - cut / (2.0 * FC_CHECK_EYES);
}

void fc_measure_geometry(const fc_face_crop *crop, fc_check_values *out)
{
    const fc_check_input *input = crop->input;
    const double apart = crop->apart * fc_similarity_scale(input->to_photo);
    const double width = input->facts.size.width;
    const fc_point left = in_photo(crop, fc_face_crop_point(crop, LEFT_SIDE));
    const fc_point right = in_photo(crop, fc_face_crop_point(crop, RIGHT_SIDE));
    out->size = input->facts.size;
    fc_measured(out, FC_MEASURE_single_face, second_face(input));
    fc_measured(out, FC_MEASURE_eye_distance, apart / cos(out->items[FC_MEASURE_yaw] * M_PI / 180));
    fc_measured(out, FC_MEASURE_centring, fabs((left.x + right.x) / 2 - width / 2) / width);
    fc_measured(out, FC_MEASURE_framing, framing(crop, apart));
    measure_heights(crop, out);
}
