// Values: JavaScript to the ABI layout and back.
#ifndef NODE_VALUE_H
#define NODE_VALUE_H

#include "module.h"

// Stores a JavaScript value in `to`, which holds a valid value of `type` and is dropped.
// Errors: what tri_value_set_* say, TRI_E_UNEXPECTED with an exception pending if the script's own code threw.
HRESULT node_value_set(napi_env env, const tri_type *type, void *to, napi_value from);

// Makes a JavaScript value of `from`, which stays the caller's. `bigint`: 64-bit integers become bigints.
// Errors: TRI_E_BOUNDS for an integer that a number cannot hold exactly, TRI_E_UNEXPECTED.
HRESULT node_value_get(napi_env env, const tri_type *type, const void *from, bool bigint,
                       napi_value *out);

// array.c: the same for T[] and Buffer.
HRESULT node_array_set(napi_env env, const tri_type *type, void *to, napi_value from);
HRESULT node_array_get(napi_env env, const tri_type *type, const void *from, bool bigint,
                       napi_value *out);
HRESULT node_buffer_set(napi_env env, const tri_type *type, void *to, napi_value from);
HRESULT node_buffer_get(napi_env env, const tri_buffer *from, napi_value *out);

// "a number", "an array", "undefined": what a value is, for the message of a mismatch. Sets error info.
HRESULT node_value_mismatch(napi_env env, const tri_type *type, napi_value from);

#endif
