/**
 * CodeFormer blocks: the building blocks of its encoder and generator.
 *
 * Source: Esser and others, "Taming Transformers for High-Resolution Image Synthesis", 2021 (the
 * VQGAN whose blocks these are). `prefix` is the name of the block in the checkpoint. Errors: those
 * of models/torch_net. One thread at a time.
 */
#pragma once

#include "convert/torch_net.h"

/** 3 x 3, the size stays. */
FC_MUST_CHECK fc_status fc_block_conv(fc_net *net, const char *prefix, fc_net_map in,
                                      fc_net_map *out, fc_error *err);

/** Normalised in 32 groups. */
FC_MUST_CHECK fc_status fc_block_norm(fc_net *net, const char *prefix, fc_net_map in,
                                      fc_net_map *out, fc_error *err);

/** Residual block: two convolutions and a shortcut. */
FC_MUST_CHECK fc_status fc_block_residual(fc_net *net, const char *prefix, fc_net_map in,
                                          fc_net_map *out, fc_error *err);

/** Each pixel looks at all others, and adds what it finds. */
FC_MUST_CHECK fc_status fc_block_attention(fc_net *net, const char *prefix, fc_net_map in,
                                           fc_net_map *out, fc_error *err);

/** Half the side. */
FC_MUST_CHECK fc_status fc_block_down(fc_net *net, const char *prefix, fc_net_map in,
                                      fc_net_map *out, fc_error *err);

/** Twice the side. */
FC_MUST_CHECK fc_status fc_block_up(fc_net *net, const char *prefix, fc_net_map in, fc_net_map *out,
                                    fc_error *err);

/**
 * Scale and shift a map of the generator as the encoder's map of the same size suggests.
 *
 * fidelity   how much of that, 0..1; a value of the network
 */
FC_MUST_CHECK fc_status fc_block_fuse(fc_net *net, const char *prefix, fc_onnx_value fidelity,
                                      fc_net_map encoded, fc_net_map in, fc_net_map *out,
                                      fc_error *err);
