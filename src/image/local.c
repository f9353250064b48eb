#include "image/local.h"

#include <inttypes.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/codecs.h"
#include "image/icc.h"
#include "image/orientation.h"
#include "image/source.h"
#include "image/to_srgb.h"

/* For strips, tables and the like, which fc_photo_facts.decoded_bytes leaves out. */
#define TABLES_BYTES_MAX (INT64_C(16) << 20)

/* Zeros at the end of a file that are told: so many, and one part in so many of all. */
#define ZEROS_MIN 4096
#define ZEROS_PART 50

/* Bytes of the result for each pixel. */
#define RGB_BYTES 3

fc_status fc_local_check_format(fc_format format, uint32_t accepted, fc_error *err)
{
    if (format != FC_FORMAT_UNKNOWN && (accepted & FC_FORMAT_BIT(format)) != 0) {
        return FC_OK;
    }
    char list[FC_FORMATS_TEXT_SIZE];
    fc_formats_print(accepted, list);
    if (format == FC_FORMAT_UNKNOWN) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "not a picture of a known type; accepted are %s",
                       list);
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a %s picture; accepted are %s",
                   fc_format_name(format), list);
}

static fc_status check_size(fc_size size, const fc_decode_limits *limits, fc_error *err)
{
    if (size.width > FC_IMAGE_SIDE_MAX || size.height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " px, at most %d a side are accepted",
                       size.width, size.height, FC_IMAGE_SIDE_MAX);
    }
    return fc_source_check_pixels(size, limits->pixels_max, err);
}

static bool is_profile_lost(const fc_colour_space *space)
{
    const fc_bytes profile = space->profile;
    return space->lost_profile || (profile.size > 0 && !(fc_icc_is_usable(profile) &&
                                                         fc_icc_suits(profile, space->model)));
}

/* A few zeros are a dark or plain edge, and cut away so little that no portrait reaches there. */
static int64_t count_lost_zeros(fc_bytes coded)
{
    size_t zeros = 0;
    while (zeros < coded.size && coded.data[coded.size - 1 - zeros] == 0) {
        zeros++;
    }
    return zeros >= ZEROS_MIN && zeros >= coded.size / ZEROS_PART ? (int64_t)zeros : 0;
}

static fc_photo_facts read_facts(fc_format format, const fc_source *source)
{
    const fc_orientation orientation = fc_orientation_lookup(source->orientation);
    const int64_t pixels = (int64_t)source->size.width * source->size.height;
    return (fc_photo_facts){
        .format = format,
        .size = fc_orientation_turn_size(orientation, source->size),
        .stored = pixels + source->cropped,
        .orientation = source->orientation,
        .bits = source->bits,
        .channels = fc_colour_space_channels(&source->space),
        .has_alpha = source->space.has_alpha,
        .has_profile = source->space.profile.size > 0,
        .lost_profile = is_profile_lost(&source->space),
        .zeros = count_lost_zeros(source->coded),
        .decoded_bytes = pixels * RGB_BYTES + source->kept_bytes,
    };
}

fc_status fc_local_probe(fc_bytes file, const fc_decode_limits *limits, fc_photo_facts *out,
                         bool *shrinks, fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL && shrinks != NULL);

    const fc_format format = fc_format_sniff(file);
    FC_TRY(fc_local_check_format(format, limits->formats, err));
    const fc_source_limits within = { .pixels_max = limits->pixels_max,
                                      .bytes_max = limits->decoded_max };
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_codec_lookup(format)->open(file, &within, &source, err));
    const fc_photo_facts facts = read_facts(format, source);
    FC_TRY(check_size(facts.size, limits, err));
    FC_TRY(fc_source_check_bytes(facts.decoded_bytes, fc_format_name(format), limits->decoded_max,
                                 err));
    *out = facts;
    *shrinks = source->shrinks;
    return FC_OK;
}

fc_status fc_local_open(fc_bytes file, const fc_photo_facts *facts, fc_source **out, fc_error *err)
{
    FC_ASSERT(facts != NULL && out != NULL);

    const fc_codec *codec = fc_codec_lookup(facts->format);
    FC_ASSERT(codec != NULL);
    const fc_source_limits limits = { .pixels_max = facts->stored,
                                      .bytes_max = facts->decoded_bytes + TABLES_BYTES_MAX };
    return codec->open(file, &limits, out, err);
}

fc_status fc_local_rows(fc_source *source, const fc_area *area, fc_rows **out, fc_error *err)
{
    FC_ASSERT(source != NULL && area != NULL && out != NULL);

    const fc_size size = source->size;
    if (size.width != area->stored.width || size.height != area->stored.height) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a picture of %d x %d px, which was %d x %d before",
                       size.width, size.height, area->stored.width, area->stored.height);
    }
    FC_AUTO(fc_rows) stored = NULL;
    FC_TRY(source->rows(source, area->shrink, area->part, &stored, err));
    return fc_to_srgb(&stored, &source->space, out, err);
}
