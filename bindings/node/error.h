// Failures as JavaScript sees them: an Error, TypeError or RangeError with `code` and `hresult`.
#ifndef NODE_ERROR_H
#define NODE_ERROR_H

#include "module.h"

// The error object of a failure: the pending exception if there is one, which is taken, else a new object with
// the message that core has for `hr`. Never fails: at worst *out is undefined.
napi_value node_error_new(napi_env env, HRESULT hr);

// Throws it. Returns NULL, so that a callback can end with it.
napi_value node_error_throw(napi_env env, HRESULT hr);

// What a failed Node-API call is: TRI_E_OUTOFMEMORY if it says nothing else, with a message that names the call.
HRESULT node_error_napi(napi_env env, napi_status status, const char *expression);

#endif
