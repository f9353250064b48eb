/**
 * Analysis: a photo that is decoded and searched for faces once. Any number of portraits can then
 * be rendered from it with other options, without decoding or running networks again.
 *
 * Shared by counting references; with the last one, photo, pixels and masks are overwritten and
 * released. Any thread; several may render from one analysis at the same time.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "engine/engine.h"

typedef struct fc_analysis fc_analysis;

/**
 * Analyse a photo and keep the results.
 *
 * engine   outlives the analysis
 * photo    params filled in; facts, faces, reports and warnings are left for the caller to tell
 * file     copied
 * cancel   may be NULL
 * sink     given one portrait for each face, from the left, with its landmarks and nothing else
 * out      owner: caller, one reference
 *
 * Errors: those of fc_engine_analyse, of the landmarks and of the sink.
 */
FC_MUST_CHECK fc_status fc_analysis_make(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                         const fc_cancel *cancel, fc_portrait_sink sink,
                                         void *context, fc_analysis **out, fc_error *err);

/**
 * Keep a photo that was analysed already.
 *
 * engine   needed only where a photo that is itself see-through is rendered on another background
 * photo    facts, faces and preview filled in; the preview is taken over on success
 * file     copied
 */
FC_MUST_CHECK fc_status fc_analysis_new(const fc_engine *engine, fc_photo *photo, fc_bytes file,
                                        fc_analysis **out, fc_error *err);

fc_analysis *fc_analysis_ref(fc_analysis *analysis);
/** NULL is fine. */
void fc_analysis_unref(fc_analysis *analysis);
FC_DEFINE_CLEANUP(fc_analysis, fc_analysis_unref)

/** Bytes of memory that it keeps; they grow as portraits are rendered. */
size_t fc_analysis_size(fc_analysis *analysis);

/**
 * Release pixels and masks, which the next render makes again from the file. Does nothing while
 * portraits are rendered from it.
 */
void fc_analysis_shrink(fc_analysis *analysis);

/** Longest side of what fc_analysis_original gives, px, and its bytes. */
#define FC_ORIGINAL_SIDE_MAX 1600
#define FC_ORIGINAL_BYTES_MAX ((size_t)512 << 10)

/**
 * The photo itself, upright and reduced, for a caller that cannot show its format: a JPEG.
 *
 * out   empty, its limit FC_ORIGINAL_BYTES_MAX or more
 *
 * Errors: those of fc_decode; FC_OUT_OF_MEMORY. Cost: the photo is decoded once more.
 */
FC_MUST_CHECK fc_status fc_analysis_original(fc_analysis *analysis, fc_buffer *out, fc_error *err);

/** What a portrait by these params and outputs will take at its peak, bytes
 *  (pipeline/estimate.h). The photo's facts are filled in. */
int64_t fc_analysis_estimate(const fc_analysis *analysis, fc_photo *photo);

/**
 * Render the first portrait that params.face asks for: the same pixels that fc_engine_process
 * gives for the same params. The first portrait of a face finds its mask and, where the preview is
 * too coarse, decodes the face once more; both are kept.
 *
 * photo   params and outputs filled in; facts, faces, reports and warnings are left for the caller
 *
 * A photo that is see-through shows the background it was decoded onto. For another one, and for
 * another marked face (params.face_box), the file is processed from the beginning.
 *
 * Errors: those of the stages and of the sink; FC_INVALID_ARGUMENT (there is no such face).
 */
FC_MUST_CHECK fc_status fc_analysis_render(fc_analysis *analysis, fc_photo *photo,
                                           const fc_cancel *cancel, fc_portrait_sink sink,
                                           void *context, fc_error *err);
