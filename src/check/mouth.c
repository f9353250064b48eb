/* Mouth: open or not, and how far its corners are from those of a neutral face. */
#include "check/measure_functions.h"

/* Inner lips, above and below; corners; the middle of the lips. */
static const uint16_t GAPS[][2] = { { 13, 14 }, { 82, 87 }, { 312, 317 } };
enum { LEFT_CORNER = 61, RIGHT_CORNER = 291, LIP_ABOVE = 13, LIP_BELOW = 14 };

/* Of the closed mouths among 25 faces: median and spread of the width, in distances of the eyes,
 * and of how far the corners lie above the middle of the lips, in heights from eyes to chin. */
#define WIDTH_MEDIAN 0.80
#define WIDTH_SIGMA 0.08
#define LIFT_MEDIAN 0.03
#define LIFT_SIGMA 0.03

void fc_measure_mouth(const fc_face_crop *crop, fc_check_values *out)
{
    double gap = 0;
    for (size_t i = 0; i < sizeof GAPS / sizeof GAPS[0]; i++) {
        gap = fmax(gap, fc_point_distance(fc_face_crop_point(crop, GAPS[i][0]),
                                          fc_face_crop_point(crop, GAPS[i][1])));
    }
    fc_measured(out, FC_MEASURE_mouth_closed, gap / crop->chin_down);

    const fc_point left = fc_face_crop_point(crop, LEFT_CORNER);
    const fc_point right = fc_face_crop_point(crop, RIGHT_CORNER);
    const double width = fc_point_distance(left, right) / crop->apart;
    const double lips =
        (fc_face_crop_point(crop, LIP_ABOVE).y + fc_face_crop_point(crop, LIP_BELOW).y) / 2;
    const double lift = (lips - (left.y + right.y) / 2) / crop->chin_down;
    const double smile =
        fmax((width - WIDTH_MEDIAN) / WIDTH_SIGMA, (lift - LIFT_MEDIAN) / LIFT_SIGMA);
    fc_measured(out, FC_MEASURE_neutral, fmax(smile, 0));
}
