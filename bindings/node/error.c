#include "error.h"

HRESULT node_error_napi(napi_env env, napi_status status, const char *expression)
{
    if (status == napi_pending_exception) {
        return TRI_E_UNEXPECTED; // node_error_new finds the exception itself
    }
    const napi_extended_error_info *info = NULL;
    const char *text = NULL;
    if (napi_get_last_error_info(env, &info) == napi_ok && info) {
        text = info->error_message;
    }
    int length = 0;
    while (expression[length] && expression[length] != '(') {
        length++;
    }
    return tri_error_set(TRI_E_UNEXPECTED, "%.*s: %s (napi_status %d)", length, expression,
                         text ? text : "failed", (int)status);
}

static bool error_decorate(napi_env env, napi_value error, HRESULT hr)
{
    // Unsigned, as HRESULTs are written: 0x80070002.
    napi_value number;
    return napi_create_uint32(env, (uint32_t)hr, &number) == napi_ok &&
           napi_set_named_property(env, error, "hresult", number) == napi_ok;
}

napi_value node_error_new(napi_env env, HRESULT hr)
{
    napi_value error = NULL;
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
        napi_get_and_clear_last_exception(env, &error) == napi_ok) {
        return error;
    }
    const tri_status status = tri_status_find(hr);
    napi_value code;
    napi_value message;
    if (napi_create_string_utf8(env, status.code, NAPI_AUTO_LENGTH, &code) == napi_ok &&
        napi_create_string_utf8(env, tri_error_message(hr), NAPI_AUTO_LENGTH, &message) ==
            napi_ok) {
        napi_status made;
        if (strcmp(status.js, "TypeError") == 0) {
            made = napi_create_type_error(env, code, message, &error);
        } else if (strcmp(status.js, "RangeError") == 0) {
            made = napi_create_range_error(env, code, message, &error);
        } else {
            made = napi_create_error(env, code, message, &error);
        }
        if (made == napi_ok && error_decorate(env, error, hr)) {
            return error;
        }
    }
    // Only an environment that is going away gets here; there is nobody to tell.
    if (napi_get_undefined(env, &error) != napi_ok) {
        return NULL;
    }
    return error;
}

napi_value node_error_throw(napi_env env, HRESULT hr)
{
    napi_value error = node_error_new(env, hr);
    if (error) {
        (void)napi_throw(env, error); // fails only where nothing can be thrown any more
    }
    return NULL;
}
