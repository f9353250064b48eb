#include "pipeline/head_extent.h"

#include <math.h>

#include "base/assert.h"
#include "models/landmark_box.h"

/* Points of the 68. */
enum { CHIN = 8, BROWS_FIRST = 17, BROWS_END = 27 };

/* Chin and brows of the face box, where landmarks do not tell. */
#define BOX_CHIN 0.47
#define BOX_BROWS (-0.42)

/* From brows to chin at least, or the points lie on something else. */
#define FACE_MIN 0.5

/* From the chin to the crown of a usual head, in heights from brows to chin. */
#define USUAL_HEAD 1.6

/* Rows and columns that are looked at, a px of the mask or so. */
#define STEP 0.0125

/* Half of the middle third of the face. */
#define MIDDLE (1.0 / 6)

/* What is half person is person. */
#define PERSON_MIN 0.5

/* Highlights on a forehead and clips in the hair are gaps, but lower ones than this. */
#define GAP_MAX 0.1

/* Nobody's hair is higher or wider. */
#define CROWN_MIN (-2.0)
#define SIDE_MAX 1.2

static void find_face(fc_head_extent *head, const fc_levelled_person *person, const fc_face *face,
                      const fc_point *landmarks)
{
    head->chin = BOX_CHIN;
    head->brows = BOX_BROWS;
    if (!fc_landmarks_fit(landmarks, face->dlib_box)) {
        return;
    }
    const fc_similarity levelled = fc_similarity_invert(person->to_photo);
    const double chin = fc_similarity_apply(levelled, landmarks[CHIN]).y;
    double brows = chin;
    for (int i = BROWS_FIRST; i < BROWS_END; i++) {
        brows = fmin(brows, fc_similarity_apply(levelled, landmarks[i]).y);
    }
    if (chin - brows >= FACE_MIN) {
        head->chin = chin;
        head->brows = brows;
    }
}

/* The middle third of a row, as far as it lies in the photo. */
typedef struct row {
    bool in_photo;
    double mean; /* share of the person */
    double most;
} row;

static row look_at_row(const fc_levelled_person *person, double y)
{
    double sum = 0;
    double most = 0;
    int count = 0;
    for (double x = -MIDDLE; x <= MIDDLE; x += STEP) {
        if (fc_levelled_person_in_photo(person, (fc_point){ x, y })) {
            const double share = fc_levelled_person_share(person, (fc_point){ x, y });
            sum += share;
            most = fmax(most, share);
            count++;
        }
    }
    return (row){ count > 0, count > 0 ? sum / count : 0, most };
}

/* From the brows upwards, so that nobody who stands above is taken for the hair. */
static void find_crown(fc_head_extent *head, const fc_levelled_person *person)
{
    head->crown = head->brows;
    head->top = head->brows;
    for (double y = head->brows; y > CROWN_MIN && y > head->top - GAP_MAX; y -= STEP) {
        const row seen = look_at_row(person, y);
        if (!seen.in_photo) {
            head->top_cut = y > head->top - 2 * STEP;
            return;
        }
        if (seen.most >= PERSON_MIN) {
            head->top = y;
            head->top_seen = true;
        }
        if (seen.mean >= PERSON_MIN && y > head->crown - GAP_MAX) {
            head->crown = y;
        }
    }
}

/* How far the person reaches from the middle of a row towards one side, without a gap. */
static double reach(const fc_levelled_person *person, double y, double side)
{
    double far = 0;
    for (double x = 0; x < SIDE_MAX && x <= far + GAP_MAX; x += STEP) {
        if (fc_levelled_person_share(person, (fc_point){ side * x, y }) >= PERSON_MIN) {
            far = x;
        }
    }
    return far;
}

fc_head_extent fc_head_extent_find(const fc_levelled_person *person, const fc_face *face,
                                   const fc_point *landmarks)
{
    FC_ASSERT(person != NULL && face != NULL && landmarks != NULL);

    fc_head_extent head = { .left = -0.5, .right = 0.5 };
    find_face(&head, person, face, landmarks);
    if (person->mask == NULL) {
        head.crown = head.chin - USUAL_HEAD * (head.chin - head.brows);
        head.top = head.crown;
        return head;
    }
    find_crown(&head, person);
    for (double y = head.crown; y < head.chin; y += 2 * STEP) {
        head.left = fmin(head.left, -reach(person, y, -1));
        head.right = fmax(head.right, reach(person, y, 1));
    }
    return head;
}
