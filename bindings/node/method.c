#include "method.h"

#include "async.h"
#include "error.h"
#include "value.h"

#include <stdlib.h>

// Room for what the arguments, or the result, of a usual synchronous call take; eight bytes are enough alignment.
typedef struct scratch {
    uint64_t few[32];
    void *many;
} scratch;

static void *scratch_get(scratch *room, size_t size)
{
    room->many = NULL;
    if (size <= sizeof room->few) {
        memset(room->few, 0, size);
        return room->few;
    }
    room->many = calloc(1, size);
    return room->many;
}

// The arguments of a call: those that were read, or, where they had no room, all of them, in *many, which the caller
// frees.
static HRESULT arguments_read(napi_env env, napi_callback_info info, const node_call *call,
                              const napi_value **argv, napi_value **many)
{
    *argv = call->argv;
    *many = NULL;
    if (call->argc <= NODE_MAX_ARGS) {
        return TRI_S_OK;
    }
    size_t argc = call->argc;
    *many = malloc(argc * sizeof **many);
    if (!*many) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for %zu arguments", argc);
    }
    *argv = *many;
    NODE_TRY(env, napi_get_cb_info(env, info, &argc, *many, NULL, NULL));
    return TRI_S_OK;
}

static HRESULT argument_count(const tri_method *method, size_t given)
{
    if (given >= method->required_count && given <= method->param_count) {
        return TRI_S_OK;
    }
    return tri_method_check_count(method, TRI_NAME_CAMEL, given);
}

// Fills a block of arguments. undefined for an optional one means its default, as everywhere in JavaScript.
static HRESULT arguments_set(napi_env env, const tri_method *method, void *block, size_t argc,
                             const napi_value *argv)
{
    napi_valuetype kind;
    while (argc > method->param_count || argc > method->required_count) {
        NODE_TRY(env, napi_typeof(env, argv[argc - 1], &kind));
        if (kind != napi_undefined) {
            break;
        }
        argc--;
    }
    HRESULT hr = argument_count(method, argc);
    for (uint32_t i = 0; TRI_SUCCEEDED(hr) && i < argc; i++) {
        const tri_param *param = &method->params[i];
        if (param->optional) {
            NODE_TRY(env, napi_typeof(env, argv[i], &kind));
            if (kind == napi_undefined) {
                continue;
            }
        }
        hr = node_value_set(env, param->type, (char *)block + param->offset, argv[i]);
        if (TRI_FAILED(hr)) {
            (void)tri_method_blame(method, TRI_NAME_CAMEL, i);
        }
    }
    return hr;
}

static napi_value method_call(napi_env env, napi_callback_info info)
{
    node_call call;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    const node_method *self = call.data;
    const tri_method *method = self->method;
    scratch args_room;
    scratch result_room;
    napi_value value = NULL;
    const napi_value *argv;
    napi_value *many;
    void *args = scratch_get(&args_room, method->args_size);
    void *result = scratch_get(&result_room, method->result->size);
    HRESULT hr = arguments_read(env, info, &call, &argv, &many);
    if (TRI_SUCCEEDED(hr)) {
        hr = args && result ? tri_method_args_init(method, args) : TRI_E_OUTOFMEMORY;
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = arguments_set(env, method, args, call.argc, argv);
        if (TRI_SUCCEEDED(hr)) {
            hr = tri_method_call(method, args, result);
        }
        if (TRI_SUCCEEDED(hr)) {
            hr = node_value_get(env, method->result, result, self->bigint, &value);
            tri_value_clear(method->result, result);
        }
        tri_method_args_clear(method, args);
    }
    if (TRI_FAILED(hr)) {
        value = node_error_throw(env, hr);
    }
    free(many);
    free(args_room.many);
    free(result_room.many);
    return value;
}

static napi_value method_start(napi_env env, napi_callback_info info)
{
    node_call call;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    const node_method *self = call.data;
    uint32_t at = 0;
    tri_async *op = NULL;
    void *args = NULL;
    napi_value place = NULL;
    const napi_value *argv;
    napi_value *many;
    HRESULT hr = arguments_read(env, info, &call, &argv, &many);
    if (TRI_SUCCEEDED(hr) && napi_get_value_uint32(env, argv[0], &at) != napi_ok) {
        hr = TRI_E_INVALIDARG;
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = tri_method_prepare(self->method, &op, &args);
    }
    if (TRI_SUCCEEDED(hr)) {
        hr = arguments_set(env, self->method, args, call.argc - 1, argv + 1);
    }
    free(many);
    if (TRI_SUCCEEDED(hr)) {
        hr = tri_async_start(op);
    }
    if (TRI_FAILED(hr)) {
        tri_async_release(op);
        return node_error_throw(env, hr);
    }
    hr = node_async_adopt(self->self, op, at, self->plain, self->bigint, &place);
    return TRI_FAILED(hr) ? node_error_throw(env, hr) : place;
}

HRESULT node_method_new(node_env *self, const tri_method *method, bool bigint, napi_value *out,
                        bool *plain)
{
    node_method *made = calloc(1, sizeof *made);
    if (!made) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for method %s", method->name);
    }
    made->self = self;
    made->method = method;
    made->bigint = bigint;
    made->plain = method->result->plain && method->progress->plain;
    for (uint32_t i = 0; i < method->param_count; i++) {
        made->plain = made->plain && method->params[i].type->plain;
    }
    made->next = self->methods;
    self->methods = made;
    *plain = made->plain;
    NODE_TRY(self->env, napi_create_function(
                            self->env, method->short_name, NAPI_AUTO_LENGTH,
                            method->face == TRI_FACE_SYNC ? method_call : method_start, made, out));
    return TRI_S_OK;
}
