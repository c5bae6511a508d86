// The addon: what it exports to node/native.js, and the life of an environment.
#include "module.h"

#include "async.h"
#include "component.h"
#include "dispatcher.h"
#include "error.h"
#include "method.h"

#include <stdlib.h>

bool node_call_open(napi_env env, napi_callback_info info, node_call *call)
{
    call->env = env;
    call->argc = NODE_MAX_ARGS;
    if (napi_get_cb_info(env, info, &call->argc, call->argv, NULL, &call->data) != napi_ok) {
        (void)napi_throw_error(env, NULL, "trivium: a native call could not be read");
        return false;
    }
    if (napi_get_instance_data(env, (void **)&call->self) != napi_ok || !call->self) {
        (void)napi_throw_error(env, NULL, "trivium: a native call has no environment");
        return false;
    }
    return true;
}

bool node_define(napi_env env, napi_value object, const char *name, napi_callback function)
{
    napi_value value;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok &&
        napi_set_named_property(env, object, name, value) == napi_ok) {
        return true;
    }
    (void)node_error_throw(env, TRI_E_OUTOFMEMORY);
    return false;
}

// () -> { asyncs, waiters, dispatchers, strings, buffers }: how many objects core has, for tests.
static napi_value module_live(napi_env env, napi_callback_info info)
{
    static const char *const names[TRI_LIVE_COUNT] = {
        [TRI_LIVE_ASYNC] = "asyncs",           [TRI_LIVE_WAITER] = "waiters",
        [TRI_LIVE_DISPATCHER] = "dispatchers", [TRI_LIVE_STRING] = "strings",
        [TRI_LIVE_BUFFER] = "buffers",
    };
    (void)info;
    napi_value object;
    if (napi_create_object(env, &object) != napi_ok) {
        return node_error_throw(env, TRI_E_OUTOFMEMORY);
    }
    for (int kind = 0; kind < TRI_LIVE_COUNT; kind++) {
        napi_value count;
        if (napi_create_int64(env, tri_live_count((tri_live)kind), &count) != napi_ok ||
            napi_set_named_property(env, object, names[kind], count) != napi_ok) {
            return node_error_throw(env, TRI_E_OUTOFMEMORY);
        }
    }
    return object;
}

// { INVALID_TYPE: 0x80020005, ... }: all codes that core has a name for.
static HRESULT hresults_define(napi_env env, napi_value exports)
{
    napi_value object;
    napi_value number;
    const tri_status *status;
    NODE_TRY(env, napi_create_object(env, &object));
    for (size_t i = 0; (status = tri_status_at(i)); i++) {
        NODE_TRY(env, napi_create_uint32(env, (uint32_t)status->hr, &number));
        NODE_TRY(env, napi_set_named_property(env, object, status->code, number));
    }
    NODE_TRY(env, napi_set_named_property(env, exports, "hresults", object));
    return TRI_S_OK;
}

// ['Started', ...], by their numbers.
static HRESULT status_names_define(napi_env env, napi_value exports)
{
    napi_value list;
    napi_value name;
    NODE_TRY(env, napi_create_array(env, &list));
    for (int32_t i = TRI_ASYNC_STARTED; i <= TRI_ASYNC_CLOSED; i++) {
        NODE_TRY(env, napi_create_string_utf8(env, tri_async_status_name(i), NAPI_AUTO_LENGTH,
                                              &name));
        NODE_TRY(env, napi_set_element(env, list, (uint32_t)i, name));
    }
    NODE_TRY(env, napi_set_named_property(env, exports, "statusNames", list));
    return TRI_S_OK;
}

// (HRESULT) -> the code string that errors carry.
static napi_value module_code_of(napi_env env, napi_callback_info info)
{
    node_call call;
    uint32_t hr = 0;
    napi_value code = NULL;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    if (napi_get_value_uint32(env, call.argv[0], &hr) != napi_ok ||
        napi_create_string_utf8(env, tri_status_find((HRESULT)hr).code, NAPI_AUTO_LENGTH, &code) !=
            napi_ok) {
        return node_error_throw(
            env, tri_error_set(TRI_E_TYPE_MISMATCH,
                               "codeOf() argument 'hresult': expected a number"));
    }
    return code;
}

// Runs before the environment takes its handles down, on its thread. What it waited for is asked to stop; the work
// itself belongs to the process, touches nothing of this environment, and may go on.
static void env_cleanup(void *data)
{
    node_dispatcher_close(data);
}

// The last thing of an environment: all finalizers have run.
static void env_finalize(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    node_env *self = data;
    node_dispatcher_close(self);
    tri_dispatcher_release(self->dispatcher);
    while (self->methods) {
        node_method *next = self->methods->next;
        free(self->methods);
        self->methods = next;
    }
    free(self);
}

NAPI_MODULE_INIT()
{
    node_env *self = calloc(1, sizeof *self);
    if (!self) {
        return node_error_throw(env, TRI_E_OUTOFMEMORY);
    }
    self->env = env;
    if (napi_set_instance_data(env, self, env_finalize, NULL) != napi_ok) {
        free(self);
        return node_error_throw(env, TRI_E_OUTOFMEMORY);
    }
    HRESULT hr = node_dispatcher_open(self);
    // Hooks run newest first: this one before the threadsafe function's own.
    if (TRI_FAILED(hr) || napi_add_env_cleanup_hook(env, env_cleanup, self) != napi_ok) {
        return node_error_throw(env, TRI_FAILED(hr) ? hr : TRI_E_OUTOFMEMORY);
    }
    napi_value version;
    bool defined = node_define(env, exports, "load", node_component_load) &&
                   node_define(env, exports, "connect", node_dispatcher_connect) &&
                   node_define(env, exports, "flush", node_dispatcher_flush) &&
                   node_define(env, exports, "turn", node_dispatcher_turn) &&
                   node_define(env, exports, "resume", node_dispatcher_resume) &&
                   node_define(env, exports, "live", module_live) &&
                   node_define(env, exports, "codeOf", module_code_of) &&
                   node_async_define(env, exports);
    if (!defined) {
        return NULL;
    }
    hr = hresults_define(env, exports);
    if (TRI_SUCCEEDED(hr)) {
        hr = status_names_define(env, exports);
    }
    if (TRI_FAILED(hr)) {
        return node_error_throw(env, hr);
    }
    if (napi_create_string_utf8(env, tri_version(), NAPI_AUTO_LENGTH, &version) != napi_ok ||
        napi_set_named_property(env, exports, "version", version) != napi_ok) {
        return node_error_throw(env, TRI_E_OUTOFMEMORY);
    }
    return exports;
}
