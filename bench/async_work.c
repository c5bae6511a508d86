// What bench_node.mjs compares with: the same trivial work by Node-API's own means, a napi_async_work and a promise
// for each call, as an addon without a library does it.
#include <node_api.h>

#include <stdint.h>
#include <stdlib.h>

typedef struct work {
    napi_async_work handle;
    napi_deferred deferred;
    uint64_t a;
    uint64_t b;
    uint64_t sum;
} work;

static void work_execute(napi_env env, void *data)
{
    (void)env;
    work *self = data;
    self->sum = self->a + self->b;
}

static void work_complete(napi_env env, napi_status status, void *data)
{
    work *self = data;
    napi_value sum;
    bool ok = status == napi_ok && napi_create_double(env, (double)self->sum, &sum) == napi_ok &&
              napi_resolve_deferred(env, self->deferred, sum) == napi_ok;
    if (napi_delete_async_work(env, self->handle) != napi_ok || !ok) {
        napi_fatal_error("work_complete", NAPI_AUTO_LENGTH, "Node-API refused", NAPI_AUTO_LENGTH);
    }
    free(self);
}

static napi_value add(napi_env env, napi_callback_info info)
{
    size_t argc = 2;
    napi_value argv[2];
    double a = 0;
    double b = 0;
    napi_value promise;
    napi_value name;
    work *self = calloc(1, sizeof *self);
    if (!self || napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc < 2 ||
        napi_get_value_double(env, argv[0], &a) != napi_ok ||
        napi_get_value_double(env, argv[1], &b) != napi_ok ||
        napi_create_promise(env, &self->deferred, &promise) != napi_ok ||
        napi_create_string_utf8(env, "add", NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_create_async_work(env, NULL, name, work_execute, work_complete, self,
                               &self->handle) != napi_ok) {
        free(self);
        (void)napi_throw_error(env, NULL, "add: bad arguments, or no memory");
        return NULL;
    }
    self->a = (uint64_t)a;
    self->b = (uint64_t)b;
    if (napi_queue_async_work(env, self->handle) != napi_ok) {
        (void)napi_throw_error(env, NULL, "add: could not be queued");
        return NULL;
    }
    return promise;
}

NAPI_MODULE_INIT()
{
    napi_value function;
    if (napi_create_function(env, "add", NAPI_AUTO_LENGTH, add, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, "add", function) != napi_ok) {
        return NULL;
    }
    return exports;
}
