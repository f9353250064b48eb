#include "models/face_detector.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/crew.h"
#include "base/memory.h"
#include "models/blazeface.h"
#include "models/face_look.h"
#include "models/face_tiles.h"
#include "models/mediapipe.h"

#define SIDE FC_BLAZEFACE_SIDE

#define SCORE_MIN 0.5
#define SCORE_MIN_LOWER 0.4

/* Faces lying on their side score 0.4 to 0.8, with keypoints that mean nothing, upright ones 0.8
 * to 0.97: below SURE the picture is turned, and a turn must win clearly. On 12 photos in all
 * 4 positions (and the two of tests/data) this is right each time, and cups and clocks (0.77, 0.66
 * when turned) stay out. */
#define SCORE_SURE 0.8
#define SCORE_MIN_TURNED 0.8
#define TURNED_GAIN_MIN 0.1

/* No lying face reaches this: what does so in one turn need not be looked at in others. */
#define SCORE_CLEAR 0.85

/* Smaller finds, px of the network's input, are not seen well: the box overlaps the true one by
 * 0.5 to 0.75, the eye line is off by up to 25 degrees, and folds of cloth pass for faces. */
#define SMALL_PX 16.0

/* A find in a tile that takes so many px and is sure, upright and whole, with as much around it as
 * a third of its side, is as good as one that was looked at alone. */
#define WELL_PX 28.0
#define WELL_AROUND 0.3

/* A weak or small find is looked at alone, with this many of its sides around it. Real faces then
 * score 0.8 to 0.97, craters of the moon, galaxies and blurred noise at most 0.6. */
#define SCORE_MIN_CLOSE 0.7
#define CLOSE_SIDES 4.0

/* A large find below SCORE_MIN_CLOSE keeps its box, but has to reach this in the mean of both
 * looks. Faces lose it when they are blurred by a tenth of their size; discs with dots do not reach
 * it. */
#define SCORE_MIN_MEAN 0.56

/* What a close look shows is the same find where its middle lies within so many sides of it, and
 * its side is at most so many times larger or smaller. */
#define SAME_SIDES 0.8
#define SAME_TIMES 2.5

/* What a person has marked is a face; the network only has to say where its points are. */
#define SCORE_MIN_MARKED 0.1

/* Leaning faces are looked at again, upright; beyond about 50 degrees the eyes tell too little of
 * the lean, so this is done until they lie level. */
#define LEAN_MIN (25 * M_PI / 180)
#define LEAN_LEFT (12 * M_PI / 180)
#define LEAN_LOOKS_MAX 3

/* Beyond this lean people lie. */
#define LYING_MIN (70 * M_PI / 180)

/* Nothing is told of a face of fewer px. */
#define CLOSE_PX_MIN 8.0

/* A face that fills the picture scores 0.5 and less, and 0.85 to 0.9 in a picture half as large. */
#define FILLING_SHARE 0.5
#define FILLING_SIDE (SIDE / 2)

/* A doubtful face scores 0.85 to 0.97 in a picture of two thirds of the size where it is upright,
 * at most 0.76 where it lies. */
#define DOUBT_SIDE (SIDE * 2 / 3)

/* All that tiles of one size show, and what was known. */
#define GATHERED_MAX ((FC_FACE_TILES_MAX + 1) * FC_FACES_MAX)

struct fc_face_detector {
    fc_session *session;
};

/* What stays the same during one search. */
typedef struct finder {
    fc_session *session;
    const fc_image *picture;
    fc_face_looker *looker; /* one thread's */
    atomic_int *looks;
    fc_box whole;
    double px; /* of the network's input a px of the picture, where it sees all of it */
    fc_face *gathered;
    fc_face *doubtful;
    fc_faces *seen; /* in each tile */
} finder;

static void free_faces(fc_face *faces)
{
    fc_memory_free(faces);
}

FC_DEFINE_CLEANUP(fc_face, free_faces)
FC_DEFINE_CLEANUP(fc_faces, fc_memory_free)

fc_status fc_face_detector_new(fc_runtime *runtime, fc_bytes tflite, fc_face_detector **out,
                               fc_error *err)
{
    FC_ASSERT(runtime != NULL);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_face_detector) detector = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_face_detector), (void **)&detector, err));
    FC_TRY(fc_mediapipe_open(runtime, "face_detection_full_range", tflite, (fc_size){ 0, 0 },
                             &detector->session, err));
    *out = FC_STEAL(detector);
    return FC_OK;
}

void fc_face_detector_free(fc_face_detector *detector)
{
    if (detector != NULL) {
        fc_session_free(detector->session);
        fc_memory_free(detector);
    }
}

const char *fc_face_detector_device(const fc_face_detector *detector)
{
    FC_ASSERT(detector != NULL);
    return fc_session_device(detector->session);
}

static double best_score(const fc_faces *faces)
{
    return faces->count > 0 ? faces->items[0].score : 0.0;
}

static bool is_small(const finder *search, const fc_face *face)
{
    return face->box.width * search->px < SMALL_PX;
}

static bool all_are_small(const finder *search, const fc_faces *faces)
{
    for (int32_t i = 0; i < faces->count; i++) {
        if (!is_small(search, &faces->items[i])) {
            return false;
        }
    }
    return true;
}

static bool is_same(const fc_face *find, const fc_face *seen)
{
    const fc_point a = fc_box_centre(find->box);
    const fc_point b = fc_box_centre(seen->box);
    const double times = seen->box.width / find->box.width;
    return fc_point_distance(a, b) < SAME_SIDES * fmax(find->box.width, seen->box.width) &&
           times < SAME_TIMES && times > 1 / SAME_TIMES;
}

/* The strongest that can be the find; NULL: there is none. */
static const fc_face *same_in(const fc_face *find, const fc_faces *seen)
{
    for (int32_t i = 0; i < seen->count; i++) {
        if (is_same(find, &seen->items[i])) {
            return &seen->items[i];
        }
    }
    return NULL;
}

/* How upright faces lie in a picture that has to be turned clockwise. */
static double upright_roll(int32_t quarter_turns)
{
    return -quarter_turns * M_PI / 2;
}

static fc_status look(const finder *search, const fc_face_view *view, double score_min,
                      fc_faces *out, fc_error *err)
{
    (void)atomic_fetch_add(search->looks, 1);
    return fc_face_look(search->looker, view, score_min, out, err);
}

/* A square around a find, as the picture lies or, leaning, upright. */
static fc_status look_around(const finder *search, const fc_face *find, double roll, fc_faces *out,
                             fc_error *err)
{
    const double side = CLOSE_SIDES * find->box.width;
    const fc_point centre = fc_box_centre(find->box);
    if (roll != 0) {
        const double side_max = 2 * fmax(search->whole.width, search->whole.height);
        (void)atomic_fetch_add(search->looks, 1);
        return fc_face_look_askew(search->looker, centre, fmin(side, side_max), roll,
                                  SCORE_MIN_LOWER, out, err);
    }
    const fc_box around = { centre.x - side / 2, centre.y - side / 2, side, side };
    const fc_face_view view = { fc_box_intersect(around, search->whole), SIDE, 0 };
    return look(search, &view, SCORE_MIN_LOWER, out, err);
}

/* Bring a leaning face upright. `face` is replaced by what is seen better. */
static fc_status look_upright(const finder *search, double roll, fc_face *face, fc_error *err)
{
    double lean = remainder(fc_face_roll(face) - roll, 2 * M_PI);
    for (int32_t look = 0; look < LEAN_LOOKS_MAX && fabs(lean) > LEAN_LEFT; look++) {
        roll = remainder(roll + lean, 2 * M_PI);
        fc_faces seen;
        FC_TRY(look_around(search, face, roll, &seen, err));
        const fc_face *same = same_in(face, &seen);
        if (same == NULL || same->score < fmin(face->score, SCORE_MIN_CLOSE)) {
            return FC_OK;
        }
        *face = *same;
        lean = remainder(fc_face_roll(face) - roll, 2 * M_PI);
    }
    return FC_OK;
}

/* A close look at one find: replaces it, or leaves a score of 0 where it is no face. */
static fc_status look_closely(const finder *search, double roll, fc_face *find, fc_error *err)
{
    fc_faces seen = { .count = 0 };
    if (find->box.width >= CLOSE_PX_MIN) {
        FC_TRY(look_around(search, find, roll, &seen, err));
    }
    const fc_face *same = same_in(find, &seen);
    if (same == NULL) {
        find->score = 0;
        return FC_OK;
    }
    *find = *same;
    if (fabs(remainder(fc_face_roll(find) - roll, 2 * M_PI)) > LEAN_MIN) {
        FC_TRY(look_upright(search, roll, find, err));
    }
    find->score = find->score < SCORE_MIN_CLOSE ? 0 : find->score;
    return FC_OK;
}

/* The same for one that is large enough to be seen well: its box stays. So does all of it where a
 * close look would show the same again. */
static fc_status look_again(const finder *search, double roll, fc_face *find, fc_error *err)
{
    const double longer = fmax(search->whole.width, search->whole.height);
    if (CLOSE_SIDES * find->box.width >= longer) {
        return FC_OK;
    }
    fc_faces seen;
    FC_TRY(look_around(search, find, roll, &seen, err));
    const fc_face *same = same_in(find, &seen);
    if (same == NULL || (find->score + same->score) / 2 < SCORE_MIN_MEAN) {
        find->score = 0;
    }
    return FC_OK;
}

/* Finds to be confirmed. `roll` is how upright faces lie in the picture. */
typedef struct confirmation {
    const finder *search;
    const fc_faces *faces;
    bool all;
    double roll;
} confirmation;

static fc_status confirm_some(void *context, int32_t first, int32_t end, fc_error *err)
{
    const confirmation *the = context;
    FC_AUTO(fc_face_looker) looker = NULL;
    FC_TRY(fc_face_looker_new(the->search->session, the->search->picture, &looker, err));
    finder search = *the->search;
    search.looker = looker;
    for (int32_t i = first; i < end; i++) {
        fc_face *find = &search.gathered[i];
        *find = the->faces->items[i];
        if (the->all || is_small(&search, find)) {
            FC_TRY(look_closely(&search, the->roll, find, err));
        } else if (find->score < SCORE_MIN_CLOSE) {
            FC_TRY(look_again(&search, the->roll, find, err));
        }
    }
    return FC_OK;
}

/* Look closely at finds that are small, or at all, and again at weak ones; what is no face is
 * dropped. */
static fc_status confirm(const finder *search, bool all, double roll, fc_faces *faces,
                         fc_error *err)
{
    if (faces->count == 0) {
        return FC_OK;
    }
    confirmation the = { search, faces, all, roll };
    FC_TRY(fc_crew_rows(faces->count, 1, confirm_some, &the, err));
    fc_faces_merge(search->gathered, faces->count, faces);
    return FC_OK;
}

static void add_all(const fc_faces *more, fc_face *items, int32_t *count)
{
    for (int32_t i = 0; i < more->count; i++) {
        items[(*count)++] = more->items[i];
    }
}

/* Both together, each face once. */
static void merge_into(const finder *search, const fc_faces *more, fc_faces *faces)
{
    int32_t count = 0;
    add_all(faces, search->gathered, &count);
    add_all(more, search->gathered, &count);
    fc_faces_merge(search->gathered, count, faces);
}

static int32_t find_largest(const fc_faces *faces)
{
    int32_t largest = 0;
    for (int32_t i = 1; i < faces->count; i++) {
        largest = faces->items[i].box.width > faces->items[largest].box.width ? i : largest;
    }
    return largest;
}

static double largest_px(const fc_faces *faces)
{
    return faces->count > 0 ? faces->items[find_largest(faces)].box.width : 0;
}

/* Small finds, the largest first, until one is a sure face: that tells which way is up and how
 * small others may be. `rest` is the others. */
static fc_status confirm_one(const finder *search, fc_faces *faces, fc_faces *rest, fc_error *err)
{
    *rest = *faces;
    faces->count = 0;
    double score = 0;
    while (rest->count > 0 && score < SCORE_SURE) {
        const int32_t largest = find_largest(rest);
        fc_faces one = { { rest->items[largest] }, 1 };
        rest->items[largest] = rest->items[--rest->count];
        FC_TRY(confirm(search, true, 0, &one, err));
        score = fmax(score, best_score(&one));
        merge_into(search, &one, faces);
    }
    return FC_OK;
}

/* The picture made a little smaller, for a large face that is not sure and seems to stand: is it
 * upright? */
static fc_status look_twice(const finder *search, const fc_faces *faces, bool *upright,
                            fc_error *err)
{
    if (faces->count == 0 || is_small(search, &faces->items[0]) ||
        fabs(fc_face_roll(&faces->items[0])) > LEAN_MIN) {
        return FC_OK;
    }
    const fc_face_view view = { search->whole, DOUBT_SIDE, 0 };
    fc_faces seen;
    FC_TRY(look(search, &view, SCORE_SURE, &seen, err));
    const fc_face *same = same_in(&faces->items[0], &seen);
    *upright = same != NULL && fabs(fc_face_roll(same)) < LEAN_MIN;
    return FC_OK;
}

/* The picture made smaller, with room around it: for a face that fills it. */
static fc_status look_smaller(const finder *search, fc_detection *found, fc_error *err)
{
    const fc_face_view view = { search->whole, FILLING_SIDE, 0 };
    fc_faces seen;
    FC_TRY(look(search, &view, SCORE_MIN_CLOSE, &seen, err));
    const double longer = fmax(search->whole.width, search->whole.height);
    if (best_score(&seen) > best_score(&found->faces) &&
        seen.items[0].box.width >= FILLING_SHARE * longer) {
        *found = (fc_detection){ .faces = { { seen.items[0] }, 1 }, .way = "made smaller" };
    }
    return FC_OK;
}

/* The other three quarter turns, the likeliest first: replaces what was found where one of them is
 * clearly better. */
static fc_status look_turned(const finder *search, fc_detection *found, fc_error *err)
{
    const double upright = best_score(&found->faces);
    const bool leans_right = upright > 0 && fc_face_roll(&found->faces.items[0]) > 0;
    const int32_t first = leans_right ? 3 : 1;
    const int32_t order[] = { first, 4 - first, 2 };
    for (int32_t i = 0; i < 3 && best_score(&found->faces) < SCORE_CLEAR; i++) {
        const int32_t turns = order[i];
        const fc_face_view view = { search->whole, SIDE, turns };
        fc_detection other = { .quarter_turns = turns, .way = "quarter turns" };
        FC_TRY(look(search, &view, SCORE_MIN_TURNED, &other.faces, err));
        FC_TRY(confirm(search, false, upright_roll(turns), &other.faces, err));
        const double score = best_score(&other.faces);
        if (score >= upright + TURNED_GAIN_MIN && score > best_score(&found->faces)) {
            *found = other;
        }
    }
    return FC_OK;
}

/* Whether a face that a view shows needs no look of its own. */
static bool is_seen_well(const finder *search, const fc_face_view *view, const fc_face *face)
{
    const fc_box region = view->region;
    const double scale = view->side / fmax(region.width, region.height);
    const double room = WELL_AROUND * face->box.width;
    const fc_box around =
        fc_box_intersect((fc_box){ face->box.x - room, face->box.y - room,
                                   face->box.width + 2 * room, face->box.height + 2 * room },
                         search->whole);
    const fc_box inside = fc_box_intersect(around, region);
    const double lean = fc_face_roll(face) - upright_roll(view->quarter_turns);
    return face->score >= SCORE_SURE && face->box.width * scale >= WELL_PX &&
           inside.width == around.width && inside.height == around.height &&
           fabs(remainder(lean, 2 * M_PI)) <= LEAN_MIN;
}

/* Those that are none of the known. */
static void leave_out(const fc_faces *known, fc_faces *faces)
{
    int32_t count = 0;
    for (int32_t i = 0; i < faces->count; i++) {
        if (same_in(&faces->items[i], known) == NULL) {
            faces->items[count++] = faces->items[i];
        }
    }
    faces->count = count;
}

/* Tiles to look at. */
typedef struct tiling {
    const finder *search;
    fc_box tiles[FC_FACE_TILES_MAX];
    int32_t quarter_turns;
} tiling;

static fc_face_view view_of(const tiling *the, int32_t tile)
{
    return (fc_face_view){ the->tiles[tile], SIDE, the->quarter_turns };
}

static fc_status look_at_some(void *context, int32_t first, int32_t end, fc_error *err)
{
    const tiling *the = context;
    FC_AUTO(fc_face_looker) looker = NULL;
    FC_TRY(fc_face_looker_new(the->search->session, the->search->picture, &looker, err));
    finder search = *the->search;
    search.looker = looker;
    for (int32_t tile = first; tile < end; tile++) {
        const fc_face_view view = view_of(the, tile);
        FC_TRY(look(&search, &view, SCORE_MIN_LOWER, &search.seen[tile], err));
    }
    return FC_OK;
}

/* Each tile on its own, which shows its faces larger. What is seen well becomes known, the rest
 * doubtful. */
static fc_status look_at_tiles(const finder *search, double side, fc_detection *known,
                               fc_faces *doubtful, fc_error *err)
{
    tiling the = { .search = search, .quarter_turns = known->quarter_turns };
    const int32_t tiles = fc_face_tiles(search->picture->size, side, the.tiles);
    FC_TRY(fc_crew_rows(tiles, 1, look_at_some, &the, err));
    int32_t well = 0;
    int32_t others = 0;
    add_all(doubtful, search->doubtful, &others);
    for (int32_t tile = 0; tile < tiles; tile++) {
        const fc_face_view view = view_of(&the, tile);
        fc_faces *seen = &search->seen[tile];
        leave_out(&known->faces, seen);
        for (int32_t i = 0; i < seen->count; i++) {
            if (is_seen_well(search, &view, &seen->items[i])) {
                search->gathered[well++] = seen->items[i];
            } else {
                search->doubtful[others++] = seen->items[i];
            }
        }
    }
    add_all(&known->faces, search->gathered, &well);
    fc_faces_merge(search->gathered, well, &known->faces);
    fc_faces_merge(search->doubtful, others, doubtful);
    leave_out(&known->faces, doubtful);
    return FC_OK;
}

/* Small faces are found however they lean: where they lie on their side together, so does the
 * photo. */
static int32_t turns_by_lean(const fc_faces *faces)
{
    double across = 0;
    double down = 0;
    for (int32_t i = 0; i < faces->count; i++) {
        across += faces->items[i].score * cos(fc_face_roll(&faces->items[i]));
        down += faces->items[i].score * sin(fc_face_roll(&faces->items[i]));
    }
    const double roll = atan2(down, across);
    return fabs(roll) > LYING_MIN ? (int32_t)lround(-roll / (M_PI / 2)) & 3 : 0;
}

/* For small faces, beside which there may be more. `rest` is finds that wait to be confirmed. */
static fc_status search_tiles(const finder *search, const fc_faces *rest, fc_detection *found,
                              fc_error *err)
{
    const fc_size size = search->picture->size;
    const int32_t before = found->faces.count;
    fc_faces doubtful = *rest;
    double side = fc_face_tiles_side(size, largest_px(&found->faces), 0);
    while (side > 0) {
        FC_TRY(look_at_tiles(search, side, found, &doubtful, err));
        side = fc_face_tiles_side(size, largest_px(&found->faces), side);
    }
    FC_TRY(confirm(search, true, upright_roll(found->quarter_turns), &doubtful, err));
    merge_into(search, &doubtful, &found->faces);
    if (found->faces.count > before) {
        found->way = found->quarter_turns == 0 ? "tiles" : "quarter turns, tiles";
    }
    return FC_OK;
}

static fc_status look_at_whole(const finder *search, fc_detection *found, fc_faces *rest,
                               fc_error *err)
{
    const fc_face_view view = { search->whole, SIDE, 0 };
    FC_TRY(look(search, &view, SCORE_MIN, &found->faces, err));
    found->way = "plain";
    if (found->faces.count == 0) {
        found->way = "lower threshold";
        FC_TRY(look(search, &view, SCORE_MIN_LOWER, &found->faces, err));
        return confirm(search, true, 0, &found->faces, err);
    }
    return all_are_small(search, &found->faces) ? confirm_one(search, &found->faces, rest, err)
                                                : confirm(search, false, 0, &found->faces, err);
}

static fc_status search_all(const finder *search, fc_detection *found, fc_error *err)
{
    fc_faces rest = { .count = 0 };
    FC_TRY(look_at_whole(search, found, &rest, err));
    bool upright = best_score(&found->faces) >= SCORE_SURE;
    if (!upright) {
        FC_TRY(look_twice(search, &found->faces, &upright, err));
    }
    if (!upright) {
        FC_TRY(look_smaller(search, found, err));
        upright = best_score(&found->faces) >= SCORE_SURE;
    }
    if (!upright) {
        FC_TRY(look_turned(search, found, err));
    }
    if (all_are_small(search, &found->faces)) {
        FC_TRY(search_tiles(search, &rest, found, err));
    } else {
        FC_TRY(confirm(search, true, 0, &rest, err));
        merge_into(search, &rest, &found->faces);
    }
    if (found->quarter_turns == 0 && all_are_small(search, &found->faces)) {
        found->quarter_turns = turns_by_lean(&found->faces);
        rest.count = 0;
        return found->quarter_turns != 0 ? search_tiles(search, &rest, found, err) : FC_OK;
    }
    return FC_OK;
}

fc_status fc_face_detector_find(const fc_face_detector *detector, const fc_image *picture,
                                fc_detection *out, fc_error *err)
{
    FC_ASSERT(detector != NULL);
    FC_ASSERT(picture != NULL);
    FC_ASSERT(picture->channels == 3);
    FC_ASSERT(out != NULL);

    const double longer = fmax(picture->size.width, picture->size.height);
    FC_AUTO(fc_face_looker) looker = NULL;
    FC_AUTO(fc_face) gathered = NULL;
    FC_AUTO(fc_faces) seen = NULL;
    atomic_int looks = 0;
    FC_TRY(fc_face_looker_new(detector->session, picture, &looker, err));
    FC_TRY(fc_memory_new((size_t)2 * GATHERED_MAX, sizeof(fc_face), (void **)&gathered, err));
    FC_TRY(fc_memory_new(FC_FACE_TILES_MAX, sizeof(fc_faces), (void **)&seen, err));
    const finder search = {
        .session = detector->session,
        .picture = picture,
        .looker = looker,
        .looks = &looks,
        .whole = { 0, 0, picture->size.width, picture->size.height },
        .px = SIDE / longer,
        .gathered = gathered,
        .doubtful = gathered + GATHERED_MAX,
        .seen = seen,
    };
    fc_detection found = { 0 };
    FC_TRY(search_all(&search, &found, err));
    found.looks = atomic_load(&looks);
    *out = found;
    return FC_OK;
}

/* Of what is seen near a box, what overlaps it most; NULL: nothing does. */
static const fc_face *nearest_to(fc_box box, const fc_faces *seen)
{
    const fc_face *best = NULL;
    double most = FC_FACE_OVERLAP_MAX;
    for (int32_t i = 0; i < seen->count; i++) {
        const double overlap = fc_box_iou(seen->items[i].dlib_box, box);
        if (overlap >= most) {
            most = overlap;
            best = &seen->items[i];
        }
    }
    return best;
}

fc_status fc_face_detector_find_in(const fc_face_detector *detector, const fc_image *picture,
                                   fc_box box, fc_face *out, bool *found, fc_error *err)
{
    FC_ASSERT(detector != NULL);
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(out != NULL && found != NULL);

    *found = false;
    FC_AUTO(fc_face_looker) looker = NULL;
    FC_TRY(fc_face_looker_new(detector->session, picture, &looker, err));
    atomic_int looks = 0;
    const finder search = {
        .session = detector->session,
        .picture = picture,
        .looker = looker,
        .looks = &looks,
        .whole = { 0, 0, picture->size.width, picture->size.height },
        .px = SIDE / fmax(picture->size.width, picture->size.height),
    };
    const double side = CLOSE_SIDES * box.width;
    const fc_point centre = fc_box_centre(box);
    const fc_box around = fc_box_intersect(
        (fc_box){ centre.x - side / 2, centre.y - side / 2, side, side }, search.whole);
    if (around.width < CLOSE_PX_MIN || around.height < CLOSE_PX_MIN) {
        return FC_OK;
    }
    fc_faces seen;
    const fc_face_view view = { around, SIDE, 0 };
    FC_TRY(look(&search, &view, SCORE_MIN_MARKED, &seen, err));
    const fc_face *nearest = nearest_to(box, &seen);
    if (nearest != NULL) {
        fc_face face = *nearest;
        if (fabs(fc_face_roll(&face)) > LEAN_MIN) {
            FC_TRY(look_upright(&search, 0, &face, err));
        }
        *out = face;
        *found = true;
    }
    return FC_OK;
}
