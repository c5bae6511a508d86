// Calling a method: an operation is made, filled with arguments, and started on the pool or in place.
#include "async.h"
#include "runtime.h"
#include "thread_pool.h"

static void call_run(tri__job *job)
{
    tri__provider_run((tri_async *)((char *)job - offsetof(tri_async, job)));
}

HRESULT tri_method_prepare(const tri_method *method, tri_async **out, void **args)
{
    const tri__method *own = (const tri__method *)method;
    *out = NULL;
    *args = NULL;
    if (method->face == TRI_FACE_SYNC) {
        return tri_error_set(TRI_E_INVALIDARG, "%s is a synchronous method", method->name);
    }
    tri__async_spec spec = {
        .face = method->face,
        .result_type = method->result,
        .progress_type = method->progress,
        .name = method->name,
        .method = own,
        .args_size = method->args_size,
    };
    tri_async *op;
    HRESULT hr = tri__component_state(method->component, &spec.component_state);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    hr = tri__async_new(&spec, &op);
    // A new block is zero, which is all that arguments without defaults need.
    if (hr == TRI_S_OK && method->required_count != method->param_count) {
        hr = tri_method_args_init(method, op->args);
        if (TRI_FAILED(hr)) {
            tri_async_release(op);
            return hr;
        }
    }
    if (hr == TRI_S_OK) {
        *out = op;
        *args = op->args;
    }
    return hr;
}

HRESULT tri_async_start(tri_async *op)
{
    if (!op->method) {
        return tri_error_set(TRI_E_ILLEGAL_STATE_CHANGE, "operation '%s' is started by its provider",
                             op->name);
    }
    bool in_place = op->method->options & TRI_INLINE;
    tri__pool *pool = NULL;
    _Atomic uint32_t *calls = NULL;
    if (in_place) {
        HRESULT closing = tri__runtime_call_begin(&calls);
        if (TRI_FAILED(closing)) {
            return closing;
        }
    } else if (tri__runtime_is_closing()) {
        return tri_error_set(TRI_E_CLOSED, "the process is ending: nothing is started any more");
    } else {
        pool = tri__runtime_pool(op->method->options & TRI_BLOCKING);
        if (!pool) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for the thread pool");
        }
    }
    HRESULT hr = tri__provider_begin(op);
    if (TRI_FAILED(hr)) {
        if (in_place) {
            tri__runtime_call_end(calls);
        }
        return hr;
    }
    if (in_place) {
        tri__provider_run(op);
        tri__runtime_call_end(calls);
        return TRI_S_OK;
    }
    op->job.run = call_run;
    hr = tri__pool_submit(pool, &op->job);
    if (TRI_FAILED(hr)) {
        // Nobody will run it. The caller is told by the return value, others by the operation.
        (void)tri__provider_fail_with(op, hr, NULL);
        tri__provider_release(&op->provider);
    }
    return hr;
}

HRESULT tri_method_call(const tri_method *method, void *args, void *result)
{
    const tri__method *own = (const tri__method *)method;
    if (method->face != TRI_FACE_SYNC) {
        return tri_error_set(TRI_E_INVALIDARG, "%s is an asynchronous method", method->name);
    }
    tri_call call = {tri_core_host(), NULL};
    HRESULT hr = tri__component_state(method->component, &call.state);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    _Atomic uint32_t *calls;
    hr = tri__runtime_call_begin(&calls);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    // The method may wait for a job that was started just now and kept back.
    tri__pool_flush_held();
    tri_error_clear();
    hr = own->shape->call(&call, args, result);
    tri__runtime_call_end(calls);
    return TRI_FAILED(hr) ? hr : TRI_S_OK;
}
