/**
 * CodeFormer codes: from what the encoder saw to entries of the codebook, a transformer of 256
 * tokens with a choice at its end. Errors: those of models/torch_net. One thread at a time.
 *
 * Source: Zhou and others, 2022, section 3.2; adaptive instance normalisation: Huang and Belongie,
 * 2017.
 */
#pragma once

#include "convert/torch_net.h"

/**
 * in      the encoder's result, 16 x 16
 * codes   which entry was chosen for each of the 256 places, as float32
 * out     the entries, with mean and deviation of every channel as the encoder's result has them
 */
FC_MUST_CHECK fc_status fc_codeformer_codes(fc_net *net, fc_net_map in, fc_onnx_value *codes,
                                            fc_net_map *out, fc_error *err);
