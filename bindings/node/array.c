// T[] and Buffer. Bytes are a Buffer in JavaScript, everything else an Array; typed arrays are taken too.
#include "error.h"
#include "value.h"

// The layout that all the arrays of component.h share.
typedef struct any_array {
    size_t length;
    void *data;
} any_array;

// Finds the bytes of whatever JavaScript has for them. TRI_S_FALSE: it is none of those.
static HRESULT bytes_of(napi_env env, napi_value from, void **data, size_t *length)
{
    bool yes = false;
    NODE_TRY(env, napi_is_typedarray(env, from, &yes));
    if (yes) {
        napi_typedarray_type type;
        NODE_TRY(env,
                 napi_get_typedarray_info(env, from, &type, length, data, NULL, NULL));
        return type == napi_uint8_array || type == napi_uint8_clamped_array ? TRI_S_OK
                                                                            : TRI_S_FALSE;
    }
    NODE_TRY(env, napi_is_dataview(env, from, &yes));
    if (yes) {
        NODE_TRY(env, napi_get_dataview_info(env, from, length, data, NULL, NULL));
        return TRI_S_OK;
    }
    NODE_TRY(env, napi_is_arraybuffer(env, from, &yes));
    if (yes) {
        NODE_TRY(env, napi_get_arraybuffer_info(env, from, data, length));
        return TRI_S_OK;
    }
    return TRI_S_FALSE;
}

HRESULT node_buffer_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    void *data = NULL;
    size_t length = 0;
    HRESULT hr = bytes_of(env, from, &data, &length);
    if (hr == TRI_S_FALSE) {
        return node_value_mismatch(env, type, from);
    }
    return TRI_FAILED(hr) ? hr : tri_value_set_bytes(type, to, data, length);
}

static void buffer_finalize(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)data;
    tri_buffer_release(hint);
}

HRESULT node_buffer_get(napi_env env, const tri_buffer *from, napi_value *out)
{
    // Below this size a copy is cheaper than what the garbage collector does for memory of others.
    enum { COPIED = 4096 };
    if (!from || from->length < COPIED) {
        NODE_TRY(env, napi_create_buffer_copy(env, from ? from->length : 0,
                                              from ? from->data : NULL, NULL, out));
        return TRI_S_OK;
    }
    tri_buffer *shared = tri_buffer_retain((tri_buffer *)(uintptr_t)from);
    napi_status status = napi_create_external_buffer(env, shared->length, shared->data,
                                                     buffer_finalize, shared, out);
    if (status != napi_ok) {
        // napi_no_external_buffers_allowed, in Electron for one.
        tri_buffer_release(shared);
        NODE_TRY(env, napi_create_buffer_copy(env, from->length, from->data, NULL, out));
    }
    return TRI_S_OK;
}

// Is a typed array laid out as this type?
static bool same_layout(napi_typedarray_type array, tri_kind kind)
{
    switch (array) {
    case napi_int8_array:
        return kind == TRI_KIND_INT8;
    case napi_uint8_array:
    case napi_uint8_clamped_array:
        return kind == TRI_KIND_UINT8;
    case napi_int16_array:
        return kind == TRI_KIND_INT16;
    case napi_uint16_array:
        return kind == TRI_KIND_UINT16;
    case napi_int32_array:
        return kind == TRI_KIND_INT32;
    case napi_uint32_array:
        return kind == TRI_KIND_UINT32;
    case napi_float32_array:
        return kind == TRI_KIND_SINGLE;
    case napi_float64_array:
        return kind == TRI_KIND_DOUBLE;
    case napi_bigint64_array:
        return kind == TRI_KIND_INT64;
    case napi_biguint64_array:
        return kind == TRI_KIND_UINT64;
    default:
        return false;
    }
}

static HRESULT elements_set(napi_env env, const tri_type *type, void *to, napi_value from,
                            size_t length)
{
    void *elements = NULL;
    HRESULT hr = tri_value_set_array(type, to, length, &elements);
    for (size_t i = 0; TRI_SUCCEEDED(hr) && i < length; i++) {
        napi_handle_scope scope;
        NODE_TRY(env, napi_open_handle_scope(env, &scope));
        napi_value value;
        napi_status status = napi_get_element(env, from, (uint32_t)i, &value);
        if (status != napi_ok) {
            hr = node_error_napi(env, status, "napi_get_element");
        } else {
            hr = node_value_set(env, type->element, (char *)elements + i * type->element->size,
                                value);
            if (TRI_FAILED(hr)) {
                hr = tri_error_prefix("element %zu: ", i);
            }
        }
        NODE_TRY(env, napi_close_handle_scope(env, scope));
    }
    return hr;
}

HRESULT node_array_set(napi_env env, const tri_type *type, void *to, napi_value from)
{
    if (type->element->kind == TRI_KIND_UINT8) {
        void *data = NULL;
        size_t bytes = 0;
        HRESULT hr = bytes_of(env, from, &data, &bytes);
        if (hr != TRI_S_FALSE) {
            return TRI_FAILED(hr) ? hr : tri_value_set_bytes(type, to, data, bytes);
        }
    }
    bool yes = false;
    NODE_TRY(env, napi_is_array(env, from, &yes));
    if (yes) {
        uint32_t length = 0;
        NODE_TRY(env, napi_get_array_length(env, from, &length));
        return elements_set(env, type, to, from, length);
    }
    NODE_TRY(env, napi_is_typedarray(env, from, &yes));
    if (!yes) {
        return node_value_mismatch(env, type, from);
    }
    napi_typedarray_type kind;
    size_t length = 0;
    void *data = NULL;
    NODE_TRY(env, napi_get_typedarray_info(env, from, &kind, &length, &data, NULL, NULL));
    if (!same_layout(kind, type->element->kind)) {
        return elements_set(env, type, to, from, length);
    }
    void *elements = NULL;
    HRESULT hr = tri_value_set_array(type, to, length, &elements);
    if (TRI_SUCCEEDED(hr) && length > 0) {
        memcpy(elements, data, length * type->element->size);
    }
    return hr;
}

HRESULT node_array_get(napi_env env, const tri_type *type, const void *from, bool bigint,
                       napi_value *out)
{
    const any_array *array = from;
    if (type->element->kind == TRI_KIND_UINT8) {
        NODE_TRY(env, napi_create_buffer_copy(env, array->length, array->data, NULL, out));
        return TRI_S_OK;
    }
    NODE_TRY(env, napi_create_array_with_length(env, array->length, out));
    HRESULT hr = TRI_S_OK;
    for (size_t i = 0; TRI_SUCCEEDED(hr) && i < array->length; i++) {
        napi_handle_scope scope;
        NODE_TRY(env, napi_open_handle_scope(env, &scope));
        napi_value value;
        hr = node_value_get(env, type->element,
                            (const char *)array->data + i * type->element->size, bigint, &value);
        if (TRI_SUCCEEDED(hr)) {
            napi_status status = napi_set_element(env, *out, (uint32_t)i, value);
            hr = status == napi_ok ? TRI_S_OK
                                   : node_error_napi(env, status, "napi_set_element");
        }
        NODE_TRY(env, napi_close_handle_scope(env, scope));
    }
    return hr;
}
