/**
 * Symmetric 3 x 3 matrices: covariances of colours, for the guided filter and closed-form matting.
 *
 * Pure functions, any thread.
 */
#pragma once

/** Row by row, without the part below the diagonal. */
typedef struct fc_symmetric3 {
    double rr, rg, rb, gg, gb, bb;
} fc_symmetric3;

/**
 * Inverse of m + epsilon I. `m` is a covariance (positive semidefinite), epsilon above 0, so that
 * the inverse exists; in double, because a picture's channels are nearly proportional.
 */
static inline fc_symmetric3 fc_symmetric3_invert(fc_symmetric3 m, double epsilon)
{
    const double rr = m.rr + epsilon;
    const double gg = m.gg + epsilon;
    const double bb = m.bb + epsilon;
    const double c_rr = gg * bb - m.gb * m.gb;
    const double c_rg = m.gb * m.rb - m.rg * bb;
    const double c_rb = m.rg * m.gb - gg * m.rb;
    const double scale = 1.0 / (rr * c_rr + m.rg * c_rg + m.rb * c_rb);
    return (fc_symmetric3){
        .rr = c_rr * scale,
        .rg = c_rg * scale,
        .rb = c_rb * scale,
        .gg = (rr * bb - m.rb * m.rb) * scale,
        .gb = (m.rg * m.rb - rr * m.gb) * scale,
        .bb = (rr * gg - m.rg * m.rg) * scale,
    };
}
