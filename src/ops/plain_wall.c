#include "ops/plain_wall.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/box_blur.h"
#include "ops/cell_grid.h"
#include "ops/patches.h"

/* Longest side of the grid, cells, and of the one that tells most photos without a plain wall. */
#define GRID_SIDE_MAX 96
#define QUICK_SIDE_MAX 32

/* So much farther off may a wall be at the quick look, whose cells are larger. */
#define QUICK_SLACK 1.1

/* The wall is sure where the mask is below this, so far from its outline (face heights). */
#define WALL_MASK_MAX 0.02F
#define OUTLINE 0.5F
#define WALL_DISTANCE 0.12

/* Off by so much, levels, where there is no wall to measure. */
#define OFF_UNKNOWN 255.0

/* So much of the picture has to be sure wall before anything is said of it. */
#define WALL_SHARE_MIN 0.01

/* Rounds of the robust fit, and after which of them one is given up that is so many times as far
 * off as a plain wall may be. */
#define ROUNDS 6
#define ROUNDS_HOPELESS 2
#define HOPELESS 2.0

/* So much counts what is off by shade alone, of the square. */
#define SHADE_COUNTS 0.16F

/* So many times as far off as otherwise may a wall be that is off by shade. */
#define SHADED_OFF 1.2

/* A plain wall is off by less than this, levels; in the dark, where differences are small, by less
 * than so many levels and this share of its light. */
#define OFF_MAX 12.0
#define OFF_FLOOR 2.0
#define OFF_SHARE 0.08

/* A cell belongs to the wall beyond the sure one when it is this smooth, levels, and as many
 * spreads of the wall; when it differs this little from the cell before; and when it is no lighter
 * than the wall and no darker than a shadow. */
#define GROW_MASK_MAX 0.85F
#define GROW_ROUGH 3.0F
#define GROW_ROUGH_SPREADS 1.5F
#define GROW_STEP 0.2F
#define SHADE_MIN 0.55F
#define SHADE_MAX 1.1F
#define TINT_MAX 14.0F

/* Radii of the local correction, face heights, from far to near; of the person's colours likewise.
 * What is farther counts so much where there is anything nearer. */
enum { SCALES = 4 };
static const double WALL_RADII[SCALES] = { 0.4, 0.15, 0.06, 0.025 };
static const double PERSON_RADII[SCALES] = { 0.6, 0.35, 0.17, 0.08 };
#define FAR_WEIGHT 0.02F

/* The person's own colour: the mask is above this in a cell and its neighbours. */
#define PERSON_MASK_MIN 0.97F

/* Colours decide so far outside and inside of the outline, face heights. */
#define REACH_OUTSIDE 0.35
#define REACH_INSIDE 0.12

/* A gap is no darker than this, and this close to a shade of the wall, levels. */
#define GAP_SHADE_MIN 0.65F
#define GAP_TINT_MAX 9.0F

/* The person looks like the wall within these levels, in smooth cells; a patch of them up to this
 * size, in squares of the face's height, is a gap, unless it goes on below the picture. */
#define ALIKE_FLOOR 20.0
#define ALIKE_SPREADS 6.0
#define ALIKE_ROUGH 3.0
#define GAP_MAX 0.05

/* Skin: this smooth, levels; nearer to the wall than this share of the way to the person's mean,
 * and so far off that way, levels. Cloth in whose folds shade is looked for is so much lighter than
 * the wall, levels; shade takes more than such a share of that. */
#define SKIN_ROUGH 14.0F
#define SKIN_NEARER 0.8F
#define SKIN_ASIDE 9.0F
#define FOLD_LIGHTER 20.0F
#define FOLD_SHADE 0.3F

/* From such a share of them on, colours are doubted, and beyond the next not believed at all.
 * Radius in face heights. */
#define DOUBT_FROM 0.05F
#define DOUBT_OVER 0.15F
#define DOUBT_RADIUS 0.1

enum { TERMS = 10, LEVELS = 256 };

/* What is known of each cell: what is measured (ops/cell_grid.h) and what is found out. */
typedef struct cells {
    fc_cell_grid grid;
    double face;  /* height of the face, cells */
    float *off;   /* levels: distance from the polynomial */
    float *unfit; /* levels: the same, but for shade */
    float *sure;  /* 1: wall for sure */
    float *wall;  /* 1: wall as far as it has grown */
    float *shade; /* how light it is against the polynomial */
    float *means; /* 3 planes: what is blurred */
    float *work;  /* 8 planes */
} cells;

enum { FOUND_PLANES = 5, MEANS_PLANES = 3, WORK_PLANES = 8 };

static fc_status open_cells(const fc_image *picture, const fc_plane *mask, const fc_plane *coverage,
                            double face_px, int32_t side_max, cells *to, fc_error *err)
{
    fc_cell_grid *grid = &to->grid;
    FC_TRY(fc_cell_grid_look(picture, mask, coverage, side_max,
                             FOUND_PLANES + MEANS_PLANES + WORK_PLANES, grid, err));
    to->face = fmin(face_px * grid->scale, GRID_SIDE_MAX);
    float **const found[FOUND_PLANES] = { &to->off, &to->unfit, &to->sure, &to->wall, &to->shade };
    for (size_t i = 0; i < FOUND_PLANES; i++) {
        *found[i] = grid->spare + i * grid->count;
    }
    to->means = grid->spare + FOUND_PLANES * grid->count;
    to->work = to->means + MEANS_PLANES * grid->count;
    return FC_OK;
}

static int32_t to_radius(const cells *of, double share)
{
    return (int32_t)lround(fmin(fmax(share * of->face, 1.0), GRID_SIDE_MAX));
}

/* Mark what lies within a radius of marked cells. */
static fc_status widen(const cells *of, float *marks, int32_t radius, fc_error *err)
{
    FC_TRY(fc_box_blur_in_place(marks, 1, of->grid.size, radius, err));
    for (size_t i = 0; i < of->grid.count; i++) {
        marks[i] = marks[i] > 1e-6F ? 1.0F : 0.0F;
    }
    return FC_OK;
}

/* Where the wall is sure; how many cells. */
static fc_status mark_sure(const cells *of, size_t *count, fc_error *err)
{
    for (size_t i = 0; i < of->grid.count; i++) {
        of->work[i] = of->grid.most[i] > OUTLINE ? 1.0F : 0.0F;
    }
    FC_TRY(widen(of, of->work, to_radius(of, WALL_DISTANCE), err));
    *count = 0;
    for (size_t i = 0; i < of->grid.count; i++) {
        const bool sure =
            of->grid.covered[i] > 0 && of->grid.most[i] < WALL_MASK_MAX && of->work[i] < 0.5F;
        of->sure[i] = sure ? 1.0F : 0.0F;
        *count += sure ? 1 : 0;
    }
    return FC_OK;
}

static void terms_at(const cells *of, size_t cell, float terms[TERMS])
{
    const float x =
        2 * ((float)(cell % (size_t)of->grid.size.width) + 0.5F) / (float)of->grid.size.width - 1;
    const float y =
        2 * ((float)(cell / (size_t)of->grid.size.width) + 0.5F) / (float)of->grid.size.height - 1;
    const float values[TERMS] = { 1,     x,         y,         x * x,     x * y,
                                  y * y, x * x * x, x * x * y, x * y * y, y * y * y };
    memcpy(terms, values, sizeof values);
}

/* Least squares, to be solved for three right-hand sides. */
typedef struct equations {
    double matrix[TERMS][TERMS];
    double right[3][TERMS];
} equations;

static void add_cell(equations *to, const cells *of, size_t cell, float weight)
{
    float terms[TERMS];
    terms_at(of, cell, terms);
    for (int i = 0; i < TERMS; i++) {
        const float weighted = weight * terms[i];
        for (int j = 0; j <= i; j++) {
            to->matrix[i][j] += (double)(weighted * terms[j]);
        }
        for (int c = 0; c < 3; c++) {
            to->right[c][i] += (double)(weighted * of->grid.colour[c][cell]);
        }
    }
}

/* Cholesky; the matrix is positive because each term is held back a little, those of high order
 * more: they decide where there is no wall to fit, behind the person. */
static void solve(equations *all, double cells_count, float wall[3][TERMS])
{
    double(*m)[TERMS] = all->matrix;
    for (int i = 0; i < TERMS; i++) {
        m[i][i] += cells_count * (i == 0 ? 1e-6 : i < 3 ? 1e-4 : i < 6 ? 1e-3 : 3e-3);
        for (int j = 0; j <= i; j++) {
            for (int k = 0; k < j; k++) {
                m[i][j] -= m[i][k] * m[j][k];
            }
            m[i][j] = i == j ? sqrt(fmax(m[i][i], 1e-12)) : m[i][j] / m[j][j];
        }
    }
    for (int c = 0; c < 3; c++) {
        double *right = all->right[c];
        for (int i = 0; i < TERMS; i++) {
            for (int k = 0; k < i; k++) {
                right[i] -= m[i][k] * right[k];
            }
            right[i] /= m[i][i];
        }
        for (int i = TERMS - 1; i >= 0; i--) {
            for (int k = i + 1; k < TERMS; k++) {
                right[i] -= m[k][i] * right[k];
            }
            right[i] /= m[i][i];
            wall[c][i] = (float)right[i];
        }
    }
}

static void wall_at(const cells *of, size_t cell, float wall[3][TERMS], float colour[3])
{
    float terms[TERMS];
    terms_at(of, cell, terms);
    for (int c = 0; c < 3; c++) {
        float sum = 0;
        for (int i = 0; i < TERMS; i++) {
            sum += wall[c][i] * terms[i];
        }
        colour[c] = fminf(fmaxf(sum, 0.0F), 255.0F);
    }
}

static float distance(const float a[3], const float b[3])
{
    const float x = a[0] - b[0];
    const float y = a[1] - b[1];
    const float z = a[2] - b[2];
    return sqrtf(x * x + y * y + z * z);
}

static void colour_of(const cells *of, size_t cell, float colour[3])
{
    for (int c = 0; c < 3; c++) {
        colour[c] = of->grid.colour[c][cell];
    }
}

/* How light a colour is against that of the wall. */
static float shade_of(const float model[3], const float colour[3])
{
    const float square = model[0] * model[0] + model[1] * model[1] + model[2] * model[2] + 1;
    return (model[0] * colour[0] + model[1] * colour[1] + model[2] * colour[2]) / square;
}

/* How far each sure cell is off, what its px differ by included; and how far if shade counts
 * little: what makes a wall unfit is colour and pattern. */
static void measure(const cells *of, float wall[3][TERMS])
{
    for (size_t i = 0; i < of->grid.count; i++) {
        if (of->sure[i] > 0) {
            float model[3];
            float colour[3];
            wall_at(of, i, wall, model);
            colour_of(of, i, colour);
            const float off = distance(model, colour);
            const float shade = shade_of(model, colour);
            const float shaded[3] = { shade * model[0], shade * model[1], shade * model[2] };
            const float aside = distance(shaded, colour);
            const float along = fmaxf(off * off - aside * aside, 0) * SHADE_COUNTS;
            const float pattern = of->grid.rough[i] * of->grid.rough[i];
            of->off[i] = sqrtf(off * off + pattern);
            of->unfit[i] = sqrtf(aside * aside + along + pattern);
        }
    }
}

/* What a share of the marked values stays below, by a histogram of whole levels. */
static float percentile(const float *values, const float *marks, size_t count, double share)
{
    size_t tally[LEVELS] = { 0 };
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        if (marks[i] > 0) {
            tally[(int)fminf(4 * values[i], LEVELS - 1)]++;
            all++;
        }
    }
    size_t below = 0;
    int level = 0;
    while (level < LEVELS && (double)below < share * (double)all) {
        below += tally[level++];
    }
    return (float)level / 4;
}

/* Mean of all channels of the sure wall, levels. */
static double mean_light(const cells *of, size_t sure)
{
    double sum = 0;
    for (size_t i = 0; i < of->grid.count; i++) {
        for (int c = 0; c < 3; c++) {
            sum += (double)(of->sure[i] * of->grid.colour[c][i]);
        }
    }
    return sum / (3 * (double)sure);
}

/* Fit again and again, each time trusting less what was far off before. False: no plain wall. */
static bool fit(const cells *of, size_t sure, double slack, float wall[3][TERMS], double *off)
{
    const double off_max = slack * fmin(OFF_MAX, OFF_FLOOR + OFF_SHARE * mean_light(of, sure));
    float middle = 0;
    for (int round = 0; round < ROUNDS; round++) {
        equations all = { 0 };
        for (size_t i = 0; i < of->grid.count; i++) {
            if (of->sure[i] > 0) {
                const float far = round > 0 ? of->off[i] / (2 * middle) : 0;
                add_cell(&all, of, i, 1 / (1 + far * far * far * far));
            }
        }
        solve(&all, (double)sure, wall);
        measure(of, wall);
        middle = fmaxf(percentile(of->off, of->sure, of->grid.count, 0.5), 0.5F);
        *off = percentile(of->off, of->sure, of->grid.count, 0.8);
        if (round + 1 == ROUNDS_HOPELESS && *off > HOPELESS * off_max) {
            return false;
        }
    }
    return *off < SHADED_OFF * off_max &&
           percentile(of->unfit, of->sure, of->grid.count, 0.8) < off_max;
}

/* Whether a cell may be wall in more or less shade: its colour is the wall's, darker. */
static bool is_shade(const float model[3], const float colour[3], float shade, float tint_max)
{
    const float shaded[3] = { shade * model[0], shade * model[1], shade * model[2] };
    return shade > SHADE_MIN && shade < SHADE_MAX && distance(shaded, colour) < tint_max;
}

typedef struct growth {
    const cells *of;
    float (*wall)[TERMS];
    float rough_max;
    int32_t *queue;
    size_t queued;
} growth;

static void enter(growth *grow, size_t cell)
{
    grow->of->wall[cell] = 1;
    grow->queue[grow->queued++] = (int32_t)cell;
}

/* A neighbour of a wall cell becomes wall, if it looks like it. */
static void try_cell(growth *grow, size_t from, int32_t x, int32_t y)
{
    const cells *of = grow->of;
    if (x < 0 || y < 0 || x >= of->grid.size.width || y >= of->grid.size.height) {
        return;
    }
    const size_t cell = (size_t)y * (size_t)of->grid.size.width + (size_t)x;
    if (of->wall[cell] > 0 || of->grid.covered[cell] <= 0 || of->grid.mask[cell] > GROW_MASK_MAX ||
        of->grid.rough[cell] > grow->rough_max) {
        return;
    }
    float here[3];
    float model[3];
    colour_of(of, cell, here);
    wall_at(of, cell, grow->wall, model);
    const float before = of->shade[from];
    of->shade[cell] = shade_of(model, here);
    if (fabsf(of->shade[cell] - before) < GROW_STEP &&
        is_shade(model, here, of->shade[cell], TINT_MAX)) {
        enter(grow, cell);
    }
}

/* Gaps between locks: small and smooth patches of wall, often in the shade, where the mask has the
 * person. */
static fc_status add_gaps(const cells *of, float wall[3][TERMS], float rough_max, fc_error *err)
{
    float *marks = of->work;
    for (size_t i = 0; i < of->grid.count; i++) {
        float here[3];
        float model[3];
        colour_of(of, i, here);
        wall_at(of, i, wall, model);
        const float shade = shade_of(model, here);
        const bool inside = of->wall[i] <= 0 && of->grid.covered[i] > 0 &&
                            of->grid.mask[i] > OUTLINE && of->grid.rough[i] < rough_max;
        marks[i] = inside && shade > GAP_SHADE_MIN && is_shade(model, here, shade, GAP_TINT_MAX);
    }
    return fc_patches_mark(marks, of->grid.size, GAP_MAX * of->face * of->face, false, of->wall,
                           err);
}

static fc_status grow_wall(const cells *of, float wall[3][TERMS], float spread, double off,
                           fc_error *err)
{
    FC_AUTO(fc_integers) queue = NULL;
    FC_TRY(fc_memory_new(of->grid.count, sizeof(int32_t), (void **)&queue, err));
    growth grow = { of, wall, GROW_ROUGH + GROW_ROUGH_SPREADS * spread, queue, 0 };
    for (size_t i = 0; i < of->grid.count; i++) {
        if (of->sure[i] > 0 && (double)of->off[i] < 2 * off + 1) {
            float here[3];
            float model[3];
            colour_of(of, i, here);
            wall_at(of, i, wall, model);
            of->shade[i] = shade_of(model, here);
            enter(&grow, i);
        }
    }
    for (size_t i = 0; i < grow.queued; i++) {
        const size_t cell = (size_t)grow.queue[i];
        const int32_t x = (int32_t)(cell % (size_t)of->grid.size.width);
        const int32_t y = (int32_t)(cell / (size_t)of->grid.size.width);
        try_cell(&grow, cell, x - 1, y);
        try_cell(&grow, cell, x + 1, y);
        try_cell(&grow, cell, x, y - 1);
        try_cell(&grow, cell, x, y + 1);
    }
    return add_gaps(of, wall, grow.rough_max, err);
}

/* Blur four planes, three values and their weight, at one radius after the other from the largest
 * on, and divide: the values everywhere, from as near as they are known. `values` come weighted;
 * where there is no weight at all they become 0. */
static fc_status spread_values(const cells *of, float *values, const double radii[SCALES],
                               fc_error *err)
{
    float *blurred = values + 4 * of->grid.count;
    float *means = of->means;
    memset(means, 0, 3 * of->grid.count * sizeof(float));
    for (int scale = 0; scale < SCALES; scale++) {
        memcpy(blurred, values, 4 * of->grid.count * sizeof(float));
        FC_TRY(fc_box_blur_in_place(blurred, 4, of->grid.size, to_radius(of, radii[scale]), err));
        const float *weight = blurred + 3 * of->grid.count;
        for (size_t c = 0; c < 3; c++) {
            for (size_t i = 0; i < of->grid.count; i++) {
                float *mean = means + c * of->grid.count + i;
                *mean = (blurred[c * of->grid.count + i] + FAR_WEIGHT * *mean) /
                        (weight[i] + FAR_WEIGHT);
            }
        }
    }
    return FC_OK;
}

/* The polynomial and what it is off by where the wall is seen, blurred. */
static fc_status fill_wall(const cells *of, float wall[3][TERMS], float *planes, fc_error *err)
{
    float *left = of->work;
    for (size_t i = 0; i < of->grid.count; i++) {
        float model[3];
        wall_at(of, i, wall, model);
        for (size_t c = 0; c < 3; c++) {
            planes[c * of->grid.count + i] = model[c];
            left[c * of->grid.count + i] = of->wall[i] * (of->grid.colour[c][i] - model[c]);
        }
        left[3 * of->grid.count + i] = of->wall[i];
    }
    FC_TRY(spread_values(of, left, WALL_RADII, err));
    for (size_t i = 0; i < 3 * of->grid.count; i++) {
        planes[i] = fminf(fmaxf(planes[i] + of->means[i], 0.0F), 255.0F);
    }
    return FC_OK;
}

static fc_status fill_person(const cells *of, float *planes, fc_error *err)
{
    float *values = of->work;
    for (size_t i = 0; i < of->grid.count; i++) {
        values[i] = of->grid.least[i] < PERSON_MASK_MIN ? 1.0F : 0.0F;
    }
    FC_TRY(widen(of, values, 1, err));
    double sums[4] = { 0, 0, 0, 1e-6 };
    for (size_t i = 0; i < of->grid.count; i++) {
        const float weight = of->grid.covered[i] * (1.0F - values[i]);
        values[3 * of->grid.count + i] = weight;
        for (size_t c = 0; c < 3; c++) {
            sums[c] += (double)(weight * of->grid.colour[c][i]);
        }
        sums[3] += (double)weight;
    }
    for (size_t c = 0; c < 3; c++) { /* about their mean, so that nothing known is that mean */
        const float mean = (float)(sums[c] / sums[3]);
        for (size_t i = 0; i < of->grid.count; i++) {
            values[c * of->grid.count + i] =
                values[3 * of->grid.count + i] * (of->grid.colour[c][i] - mean);
        }
    }
    FC_TRY(spread_values(of, values, PERSON_RADII, err));
    for (size_t c = 0; c < 3; c++) {
        const float mean = (float)(sums[c] / sums[3]);
        for (size_t i = 0; i < of->grid.count; i++) {
            planes[c * of->grid.count + i] = of->means[c * of->grid.count + i] + mean;
        }
    }
    return FC_OK;
}

/* Smooth parts of a person that are no wall seen through hair. Skin next to dark hair: nearer to
 * the wall than the hair is, and not on the way from the one to the other. Folds of cloth that is
 * lighter than the wall: shade makes it as dark. `planes` as of a wall. */
static bool is_skin_or_fold(const cells *of, const float *planes, size_t cell)
{
    if (of->grid.mask[cell] < OUTLINE || of->grid.rough[cell] > SKIN_ROUGH) {
        return false;
    }
    float along = 0;
    float length = 0;
    float all = 0;
    float lighter = 0;
    float shade = 0;
    for (size_t c = 0; c < 3; c++) {
        const float back = planes[(FC_PLAIN_WALL_COLOUR + c) * of->grid.count + cell];
        const float apart = planes[(FC_PLAIN_WALL_PERSON + c) * of->grid.count + cell] - back;
        const float off = of->grid.colour[c][cell] - back;
        along += off * apart;
        length += apart * apart;
        all += off * off;
        lighter += apart / 3;
        shade += (apart - off) / 3;
    }
    const float aside = all - along * along / (length + 1);
    const bool skin = all < SKIN_NEARER * SKIN_NEARER * length && aside > SKIN_ASIDE * SKIN_ASIDE;
    return skin || (lighter > FOLD_LIGHTER && shade > FOLD_SHADE * lighter);
}

/* Where the person has about the wall's colour in large patches: pale cloth before a pale wall. */
static fc_status mark_alike(const cells *of, const float *wall, double spread, float *alike,
                            fc_error *err)
{
    float *marks = of->means;
    const float off_max = (float)(ALIKE_FLOOR + ALIKE_SPREADS * spread);
    const float rough_max = (float)(ALIKE_ROUGH * spread);
    for (size_t i = 0; i < of->grid.count; i++) {
        const float model[3] = { wall[i], wall[of->grid.count + i], wall[2 * of->grid.count + i] };
        float colour[3];
        colour_of(of, i, colour);
        const bool person = of->grid.mask[i] > OUTLINE && of->grid.rough[i] < rough_max;
        marks[i] = person && distance(model, colour) < off_max ? 1.0F : 0.0F;
        alike[i] = 0;
    }
    FC_TRY(fc_patches_mark(marks, of->grid.size, GAP_MAX * of->face * of->face, true, alike, err));
    for (size_t i = 0; i < of->grid.count; i++) {
        alike[i] = is_skin_or_fold(of, wall, i) ? 1.0F : alike[i];
    }
    return FC_OK;
}

/* Colours tell nothing where the person near by has the wall's, whatever their mean is. */
static fc_status weigh_doubt(const cells *of, const float *wall, double spread, float *reach,
                             fc_error *err)
{
    float *alike = of->work;
    float *person = of->work + of->grid.count;
    FC_TRY(mark_alike(of, wall, spread, alike, err));
    for (size_t i = 0; i < of->grid.count; i++) {
        person[i] = of->grid.mask[i] > OUTLINE ? 1.0F : 0.0F;
    }
    FC_TRY(fc_box_blur_in_place(alike, 2, of->grid.size, to_radius(of, DOUBT_RADIUS), err));
    for (size_t i = 0; i < of->grid.count; i++) {
        const float share = alike[i] / (person[i] + 1e-6F);
        reach[i] *= 1.0F - fminf(fmaxf((share - DOUBT_FROM) / DOUBT_OVER, 0.0F), 1.0F);
    }
    return FC_OK;
}

static fc_status fill_reach(const cells *of, const float *wall, double spread, float *reach,
                            float *inside, fc_error *err)
{
    float *outer = of->work;
    for (size_t i = 0; i < of->grid.count; i++) {
        outer[i] = of->grid.most[i] > OUTLINE ? 1.0F : 0.0F;
        reach[i] = of->grid.least[i] < OUTLINE ? 1.0F : 0.0F;
    }
    FC_TRY(widen(of, outer, to_radius(of, REACH_OUTSIDE), err));
    FC_TRY(widen(of, reach, to_radius(of, REACH_INSIDE), err));
    for (size_t i = 0; i < of->grid.count; i++) {
        reach[i] *= outer[i];
        inside[i] = of->grid.mask[i];
    }
    FC_TRY(weigh_doubt(of, wall, spread, reach, err));
    FC_TRY(fc_box_blur_in_place(reach, 1, of->grid.size, 1, err));
    return fc_box_blur_in_place(inside, 1, of->grid.size, 1, err);
}

static fc_status fill_planes(const cells *of, float wall[3][TERMS], fc_plain_wall *to,
                             fc_error *err)
{
    FC_TRY(fc_memory_new(FC_PLAIN_WALL_PLANES * of->grid.count, sizeof(float), (void **)&to->planes,
                         err));
    float *planes = to->planes;
    FC_TRY(fill_wall(of, wall, planes + FC_PLAIN_WALL_COLOUR * of->grid.count, err));
    FC_TRY(fill_person(of, planes + FC_PLAIN_WALL_PERSON * of->grid.count, err));
    FC_TRY(fill_reach(of, planes + FC_PLAIN_WALL_COLOUR * of->grid.count, to->spread,
                      planes + FC_PLAIN_WALL_REACH * of->grid.count,
                      planes + FC_PLAIN_WALL_INSIDE * of->grid.count, err));
    return FC_OK;
}

/* A wall as far as it is known. */
typedef struct survey {
    cells of; /* to be cleared, after a failure too */
    float wall[3][TERMS];
    bool plain;
    double off;
} survey;

static fc_status look_for_wall(const fc_image *picture, const fc_plane *mask,
                               const fc_plane *coverage, double face_px, bool quick, survey *found,
                               fc_error *err)
{
    const int32_t side_max = quick ? QUICK_SIDE_MAX : GRID_SIDE_MAX;
    found->off = OFF_UNKNOWN;
    FC_TRY(open_cells(picture, mask, coverage, face_px, side_max, &found->of, err));
    size_t sure = 0;
    FC_TRY(mark_sure(&found->of, &sure, err));
    found->plain = (double)sure >= WALL_SHARE_MIN * (double)found->of.grid.count &&
                   fit(&found->of, sure, quick ? QUICK_SLACK : 1, found->wall, &found->off);
    return FC_OK;
}

fc_status fc_plain_wall_possible(const fc_image *picture, const fc_plane *mask,
                                 const fc_plane *coverage, double face_px, double *off, bool *out,
                                 fc_error *err)
{
    FC_ASSERT(face_px > 0.0);
    FC_ASSERT(off != NULL && out != NULL);
    survey quick = { 0 };
    const fc_status status = look_for_wall(picture, mask, coverage, face_px, true, &quick, err);
    fc_cell_grid_clear(&quick.of.grid);
    FC_TRY(status);
    *out = quick.plain;
    *off = quick.off;
    return FC_OK;
}

/* What is known of a plain wall, for use. */
static fc_status model(survey *from, fc_plain_wall **out, fc_error *err)
{
    FC_AUTO(fc_plain_wall) found = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_plain_wall), (void **)&found, err));
    const cells *of = &from->of;
    const float rough = percentile(of->grid.rough, of->sure, of->grid.count, 0.68);
    found->grid = of->grid.size;
    found->off = from->off;
    found->spread = (double)rough + 1;
    FC_TRY(grow_wall(of, from->wall, rough, from->off, err));
    FC_TRY(fill_planes(of, from->wall, found, err));
    *out = FC_STEAL(found);
    return FC_OK;
}

/* The wall, or NULL. */
static fc_status look_closer(const fc_image *picture, const fc_plane *mask,
                             const fc_plane *coverage, double face_px, fc_plain_wall **out,
                             fc_error *err)
{
    survey close = { 0 };
    fc_status status = look_for_wall(picture, mask, coverage, face_px, false, &close, err);
    if (status == FC_OK && close.plain) {
        status = model(&close, out, err);
    }
    fc_cell_grid_clear(&close.of.grid);
    return status;
}

fc_status fc_plain_wall_find(const fc_image *picture, const fc_plane *mask,
                             const fc_plane *coverage, double face_px, fc_plain_wall **out,
                             fc_error *err)
{
    FC_ASSERT(out != NULL);
    bool possible = false;
    double off = 0;
    FC_AUTO(fc_plain_wall) found = NULL;
    FC_TRY(fc_plain_wall_possible(picture, mask, coverage, face_px, &off, &possible, err));
    if (possible) {
        FC_TRY(look_closer(picture, mask, coverage, face_px, &found, err));
    }
    *out = FC_STEAL(found);
    return FC_OK;
}

void fc_plain_wall_free(fc_plain_wall *wall)
{
    if (wall != NULL) {
        fc_memory_free(wall->planes);
        fc_memory_free(wall);
    }
}
