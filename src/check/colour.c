/* Colour: whether there is any, and whether skin has the colour of skin. */
#include "check/measure_functions.h"

/* Skin of all tones in good light lies in this box of CIE Lab. */
#define A_FROM 5.0
#define A_TO 25.0
#define B_FROM 5.0
#define B_TO 35.0

#define SQUARE_SIDE 0.3
enum { LEFT_CHEEK = 50, RIGHT_CHEEK = 280 };

static double outside(double value, double from, double to)
{
    return fmax(fmax(from - value, value - to), 0);
}

void fc_measure_colour(const fc_face_crop *crop, fc_check_values *out)
{
    const double side = SQUARE_SIDE * crop->apart;
    const fc_linear_rgb left = fc_face_crop_mean(crop, fc_face_crop_point(crop, LEFT_CHEEK), side);
    const fc_linear_rgb right =
        fc_face_crop_mean(crop, fc_face_crop_point(crop, RIGHT_CHEEK), side);
    const fc_lab skin = fc_lab_from_linear((fc_linear_rgb){
        (left.red + right.red) / 2, (left.green + right.green) / 2, (left.blue + right.blue) / 2 });
    const double a = outside(skin.a, A_FROM, A_TO);
    const double b = outside(skin.b, B_FROM, B_TO);
    fc_measured(out, FC_MEASURE_colour_cast, hypot(a, b));
    fc_measured(out, FC_MEASURE_colour, hypot(skin.a, skin.b));
}
