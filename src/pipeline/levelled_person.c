#include "pipeline/levelled_person.h"

#include "base/assert.h"

fc_levelled_person fc_levelled_person_of(const fc_portrait *portrait, const fc_face_pose *pose,
                                         double roll_rad)
{
    FC_ASSERT(portrait != NULL && portrait->photo->preview != NULL);

    const fc_rough_mask *rough = fc_portrait_rough_mask(portrait);
    const fc_similarity to_photo = fc_face_pose_to_photo(pose, roll_rad);
    return (fc_levelled_person){
        .to_photo = to_photo,
        .photo = portrait->photo->facts.size,
        .mask = portrait->uncut ? NULL : rough->mask,
        .covered = rough->covered,
        .to_preview = fc_similarity_compose(
            fc_similarity_invert(portrait->photo->preview->to_photo), to_photo),
    };
}

bool fc_levelled_person_in_photo(const fc_levelled_person *person, fc_point at)
{
    FC_ASSERT(person != NULL);
    const fc_point in = fc_similarity_apply(person->to_photo, at);
    return in.x >= 0 && in.y >= 0 && in.x < person->photo.width && in.y < person->photo.height;
}

double fc_levelled_person_share(const fc_levelled_person *person, fc_point at)
{
    FC_ASSERT(person != NULL && person->mask != NULL);
    const fc_point in = fc_similarity_apply(person->to_preview, at);
    const fc_size size = person->mask->size;
    const double x = (in.x - person->covered.x) * size.width / person->covered.width;
    const double y = (in.y - person->covered.y) * size.height / person->covered.height;
    if (!(x >= 0 && y >= 0 && x < size.width && y < size.height)) {
        return 0;
    }
    return (double)fc_plane_row(person->mask, (int32_t)y)[(int32_t)x];
}
