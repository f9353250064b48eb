#include "infer/io_info.h"

#include "base/assert.h"

static void free_type(OrtTypeInfo *type)
{
    if (type != NULL) {
        fc_ort()->ReleaseTypeInfo(type);
    }
}
FC_DEFINE_CLEANUP(OrtTypeInfo, free_type)

static fc_status read_shape(const char *name, const OrtTypeInfo *type, fc_io_tensor *out,
                            fc_error *err)
{
    const OrtApi *ort = fc_ort();
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    FC_TRY(fc_ort_check(name, ort->CastTypeInfoToTensorInfo(type, &tensor), err));
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    size_t rank = 0;
    if (tensor != NULL) {
        FC_TRY(fc_ort_check(name, ort->GetTensorElementType(tensor, &element), err));
        FC_TRY(fc_ort_check(name, ort->GetDimensionsCount(tensor, &rank), err));
    }
    if (element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: '%s' is not a float32 tensor, only those are known", name, out->name);
    }
    if (rank > FC_TENSOR_RANK_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s: '%s' has %zu axes, at most %d are known",
                       name, out->name, rank, FC_TENSOR_RANK_MAX);
    }
    out->rank = (int32_t)rank;
    return fc_ort_check(name, ort->GetDimensions(tensor, out->shape, rank), err);
}

static fc_status read_input(const char *name, const OrtSession *network, size_t index,
                            OrtAllocator *allocator, fc_io_tensor *out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    FC_AUTO(OrtTypeInfo) type = NULL;
    FC_TRY(
        fc_ort_check(name, ort->SessionGetInputName(network, index, allocator, &out->name), err));
    FC_TRY(fc_ort_there(name, out->name, err));
    FC_TRY(fc_ort_check(name, ort->SessionGetInputTypeInfo(network, index, &type), err));
    FC_TRY(fc_ort_there(name, type, err));
    return read_shape(name, type, out, err);
}

static fc_status read_output(const char *name, const OrtSession *network, size_t index,
                             OrtAllocator *allocator, fc_io_tensor *out, fc_error *err)
{
    const OrtApi *ort = fc_ort();
    FC_AUTO(OrtTypeInfo) type = NULL;
    FC_TRY(
        fc_ort_check(name, ort->SessionGetOutputName(network, index, allocator, &out->name), err));
    FC_TRY(fc_ort_there(name, out->name, err));
    FC_TRY(fc_ort_check(name, ort->SessionGetOutputTypeInfo(network, index, &type), err));
    FC_TRY(fc_ort_there(name, type, err));
    return read_shape(name, type, out, err);
}

fc_status fc_io_info_read(const char *name, const OrtSession *network, fc_io_info *out,
                          fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_TRY(fc_ort_there(name, network, err));

    const OrtApi *ort = fc_ort();
    OrtAllocator *allocator = NULL;
    size_t inputs = 0;
    size_t outputs = 0;
    FC_TRY(fc_ort_check(name, ort->GetAllocatorWithDefaultOptions(&allocator), err));
    FC_TRY(fc_ort_there(name, allocator, err));
    FC_TRY(fc_ort_check(name, ort->SessionGetInputCount(network, &inputs), err));
    FC_TRY(fc_ort_check(name, ort->SessionGetOutputCount(network, &outputs), err));
    if (inputs > FC_IO_TENSORS_MAX || outputs > FC_IO_TENSORS_MAX) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: %zu inputs and %zu outputs, at most %d of each are known", name, inputs,
                       outputs, FC_IO_TENSORS_MAX);
    }
    for (size_t i = 0; i < inputs; i++) {
        FC_TRY(read_input(name, network, i, allocator, &out->inputs[i], err));
    }
    for (size_t i = 0; i < outputs; i++) {
        FC_TRY(read_output(name, network, i, allocator, &out->outputs[i], err));
    }
    out->input_count = inputs;
    out->output_count = outputs;
    return FC_OK;
}

static void free_names(fc_io_tensor *ports, OrtAllocator *allocator)
{
    for (size_t i = 0; i < FC_IO_TENSORS_MAX; i++) {
        if (ports[i].name != NULL) {
            allocator->Free(allocator, ports[i].name);
        }
    }
}

void fc_io_info_clear(fc_io_info *ports)
{
    FC_ASSERT(ports != NULL);
    OrtAllocator *allocator = NULL;
    const fc_status status =
        fc_ort_check("names", fc_ort()->GetAllocatorWithDefaultOptions(&allocator), NULL);
    if (status == FC_OK && allocator != NULL) { /* else the names stay: some bytes, once */
        free_names(ports->inputs, allocator);
        free_names(ports->outputs, allocator);
    }
    *ports = (fc_io_info){ 0 };
}
