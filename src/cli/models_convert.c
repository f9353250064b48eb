#include "base/file.h"
#include "base/limits.h"
#include "cli/models.h"
#include "convert/tflite.h"

fc_status fc_models_convert(const fc_models_call *call, fc_error *err)
{
    const char *output = call->flags->output;
    if (output[0] == '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "models convert needs -o FILE for its result");
    }
    FC_AUTO_BUFFER(tflite, 0);
    FC_TRY(fc_file_read(call->names[0], FC_MODEL_BYTES_MAX, &tflite, err));
    FC_AUTO_BUFFER(onnx, FC_MODEL_BYTES_MAX);
    FC_TRY(fc_tflite_to_onnx(fc_buffer_bytes(&tflite), (fc_size){ 0, 0 }, &onnx, err));
    return fc_file_write(output, fc_buffer_bytes(&onnx), err);
}
