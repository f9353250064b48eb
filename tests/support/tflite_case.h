/** What the tests of the TFLite converter share: the small networks of tests/data/tflite. */
#pragma once

#include "support/fc_test.h"

#include "base/bytes.h"
#include "image/geometry.h"

/** The whole file; clear the buffer afterwards. Fails the test. */
fc_buffer fc_test_file(const char *path);

/** Convert NAME.tflite, run it on the ramp that make.py describes and compare with NAME.npy: plain,
 *  and in the blocks of channels that this processor has. */
void fc_test_tflite_case(const char *name);

/** The file as ONNX with blocks of so many channels; clear the buffer afterwards. Fails the test.
 */
fc_buffer fc_test_convert(const char *path, int32_t block);

/** Where a converted file first has a word, or NULL; nodes follow each other as they run. */
const char *fc_test_find(const fc_buffer *onnx, const char *word);

/** odd_NAME.tflite must be refused as FC_MODEL_UNAVAILABLE, in a text that contains `hint`. */
void fc_test_tflite_odd(const char *name, const char *hint);

/** Turn interleaved colours of `count` px into planes. */
void fc_test_split_planes(float *picture, size_t count);
