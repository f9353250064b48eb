/**
 * CodeFormer: repaints a face. It reduces the face to 256 entries of a codebook of face parts,
 * chosen by a transformer, and draws a new one from them.
 *
 * Source: Zhou and others, "Towards Robust Blind Face Restoration with Codebook Lookup
 * Transformer", 2022. The graph is made from the published file by models/codeformer_graph.
 */
#pragma once

#include "image/image.h"
#include "infer/session.h"

/** Side of the face, px. The network knows no other size. */
#define FC_CODEFORMER_SIDE 512

typedef struct fc_codeformer fc_codeformer;

/**
 * Load both halves of the network. The first one chooses codes and runs in float32, since another
 * choice is another face; the second one draws, and may run in the device's fast type.
 *
 * codes_path, generator_path   as convert/codeformer_graph wrote them, the weights next to them
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. The runtime must outlive the model.
 */
FC_MUST_CHECK fc_status fc_codeformer_new(fc_runtime *runtime, const char *codes_path,
                                          const char *generator_path, fc_codeformer **out,
                                          fc_error *err);
void fc_codeformer_free(fc_codeformer *model);
FC_DEFINE_CLEANUP(fc_codeformer, fc_codeformer_free)

/** Where the second half runs, which does two thirds of the work, such as "cpu". */
const char *fc_codeformer_device(const fc_codeformer *model);

/**
 * Repaint a face.
 *
 * face       RGB, FC_CODEFORMER_SIDE square, eyes level, eyes and mouth where the published
 *            template has them
 * fidelity   0 (the codebook alone: clean, perhaps another face) .. 1 (close to the given face)
 * out        owner: caller. RGB, FC_CODEFORMER_SIDE square
 *
 * Errors: FC_INVALID_ARGUMENT (fidelity), FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Cost: 810 thousand million operations: seconds on a processor. Any thread.
 */
FC_MUST_CHECK fc_status fc_codeformer_run(const fc_codeformer *model, const fc_image *face,
                                          double fidelity, fc_image **out, fc_error *err);
