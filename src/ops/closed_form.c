#include "ops/closed_form.h"

#include "base/assert.h"
#include "base/memory.h"
#include "ops/matting_laplacian.h"

/* Square of what the equation of a px is off by that no longer matters to 8-bit pictures. */
static const float SOLVED = 1e-9F;

/* State of the solver. */
typedef struct fc_solver {
    fc_laplacian *equations;
    float *mask;         /* padded plane, improved step by step */
    float *step;         /* padded plane: where the next step goes, 0 where known */
    fc_float8 *residual; /* of each block: what its equations are still off by */
    fc_float8 *product;  /* of each block: the Laplacian times `step` */
} fc_solver;

/* How far off the equations are: the sum of the squares. */
FC_WIDE static float remainder_of(const fc_solver *solver)
{
    const fc_places *places = &solver->equations->px_at;
    fc_float8 sum = { 0 };
    for (int32_t n = 0; n < places->count; n++) {
        sum += solver->residual[n] * solver->residual[n];
    }
    return fc_float8_sum(&sum);
}

FC_WIDE static float curvature_of(const fc_solver *solver)
{
    const fc_places *places = &solver->equations->px_at;
    fc_float8 sum = { 0 };
    for (int32_t n = 0; n < places->count; n++) {
        sum += *fc_float8_at(solver->step + places->items[n]) * solver->product[n];
    }
    return fc_float8_sum(&sum);
}

/* Where the next step goes: along the residual, and a share of the last step. */
FC_WIDE static void turn_step(const fc_solver *solver, float keep)
{
    const fc_places *places = &solver->equations->px_at;
    for (int32_t n = 0; n < places->count; n++) {
        fc_float8_anywhere *step = fc_float8_at(solver->step + places->items[n]);
        *step = solver->residual[n] + keep * *step;
    }
}

/* Returns how far off the equations are then. */
FC_WIDE static float take_step(const fc_solver *solver, float length)
{
    const fc_places *places = &solver->equations->px_at;
    fc_float8 sum = { 0 };
    for (int32_t n = 0; n < places->count; n++) {
        const int32_t place = places->items[n];
        *fc_float8_at(solver->mask + place) += length * *fc_float8_at(solver->step + place);
        solver->residual[n] -= length * solver->product[n];
        sum += solver->residual[n] * solver->residual[n];
    }
    return fc_float8_sum(&sum);
}

/*
 * What the equations are off by at the start, and the pull of the starting values, which is 0 at
 * the start and from there on a part of the weight. 0.5 says nothing, so it does not pull.
 */
FC_WIDE static void start(const fc_solver *solver, float trust)
{
    const fc_places *places = &solver->equations->px_at;
    fc_laplacian_multiply(solver->equations, solver->mask, solver->residual);
    for (int32_t n = 0; n < places->count; n++) {
        const fc_float8 decided = 2.0F * *fc_float8_at(solver->mask + places->items[n]) - 1.0F;
        solver->residual[n] = -solver->residual[n];
        solver->equations->px[n].weight += trust * decided * decided;
    }
}

/* Conjugate gradients. The weights are much alike, so a preconditioner would not pay. */
static void solve(const fc_solver *solver, int32_t steps)
{
    const fc_places *places = &solver->equations->px_at;
    float left = remainder_of(solver);
    turn_step(solver, 0.0F);
    for (int32_t n = 0; n < steps; n++) {
        fc_laplacian_multiply(solver->equations, solver->step, solver->product);
        const float curvature = curvature_of(solver);
        if (!(curvature > 0.0F) || !(left > SOLVED * (float)(FC_FLOAT8_LANES * places->count))) {
            return; /* solved; the rounding errors that are left lead anywhere */
        }
        const float still_left = take_step(solver, left / curvature);
        turn_step(solver, still_left / left);
        left = still_left;
    }
}

fc_status fc_closed_form_in_place(const fc_image *guide, const fc_image *unknown, double trust,
                                  int32_t steps, fc_plane *alpha, fc_error *err)
{
    FC_ASSERT(guide != NULL);
    FC_ASSERT(guide->channels == 3);
    FC_ASSERT(unknown != NULL);
    FC_ASSERT(unknown->channels == 1);
    FC_ASSERT(trust >= 0.0);
    FC_ASSERT(steps >= 0);
    FC_ASSERT(alpha != NULL);

    const fc_size size = guide->size;
    FC_ASSERT(unknown->size.width == size.width && unknown->size.height == size.height);
    FC_ASSERT(alpha->size.width == size.width && alpha->size.height == size.height);
    if (size.width < 3 || size.height < 3) {
        return FC_OK;
    }
    __attribute__((cleanup(fc_laplacian_clear))) fc_laplacian equations = { 0 };
    FC_TRY(fc_laplacian_init(guide, unknown, &equations, err));
    FC_AUTO(fc_floats) planes = NULL;
    FC_AUTO(fc_floats) blocks = NULL;
    const size_t count = (size_t)equations.px_at.count;
    FC_TRY(fc_memory_new_zeroed(2 * equations.padded, sizeof(float), (void **)&planes, err));
    FC_TRY(fc_memory_new(2 * count, sizeof(fc_float8), (void **)&blocks, err));
    const fc_solver solver = {
        .equations = &equations,
        .mask = planes,
        .step = planes + equations.padded,
        .residual = (fc_float8 *)(void *)blocks,
        .product = (fc_float8 *)(void *)blocks + count,
    };
    fc_laplacian_pad(&equations, alpha, solver.mask);
    start(&solver, (float)trust);
    solve(&solver, steps);
    fc_laplacian_unpad(&equations, solver.mask, alpha);
    return FC_OK;
}
