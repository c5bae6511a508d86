// Operations: leases, waiting, and the functions behind node/async.js and node/operation.js.
//
// Tying a native object to a JavaScript one costs more than the whole rest of a short operation (a weak handle and a
// finalizer). So operations that hold nothing but plain numbers share a lease, which is freed when the last of its
// JavaScript objects is collected; all others have one of their own.
#include "async.h"

#include "dispatcher.h"
#include "error.h"
#include "value.h"

#include <stdlib.h>

enum { LEASE_ROOM = 32 };

struct node_lease {
    uint32_t room;
    uint32_t used;
    node_wait waits[];
};

static void lease_finalize(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    node_lease *lease = data;
    for (uint32_t i = 0; i < lease->used; i++) {
        node_wait *wait = &lease->waits[i];
        // JavaScript holds every operation that is waited for, so a lease with a waiter is only ever collected after
        // the environment's cleanup hook has closed the dispatcher, which has ended the wait.
        tri_async_release(wait->op);
    }
    free(lease);
}

static HRESULT lease_new(napi_env env, uint32_t room, node_lease **out, napi_value *handle)
{
    node_lease *lease = calloc(1, sizeof *lease + room * sizeof lease->waits[0]);
    if (!lease) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for an operation");
    }
    lease->room = room;
    napi_status status = napi_create_external(env, lease, lease_finalize, NULL, handle);
    if (status != napi_ok) {
        free(lease);
        return node_error_napi(env, status, "napi_create_external");
    }
    *out = lease;
    return TRI_S_OK;
}

static void wait_unref(node_wait *wait)
{
    if (wait->role != NODE_WAIT_REPORTS) {
        node_dispatcher_unref(wait->self);
    }
}

// From a drain. Only notes what happened: JavaScript is told when the drain is over, in few calls.
static void async_happened(tri_waiter *waiter, void *ctx, unsigned events)
{
    (void)waiter;
    node_wait *wait = ctx;
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        wait->waiter = NULL;
        wait_unref(wait);
    }
    if (events & TRI_EVENT_CLOSED) {
        node_dispatcher_remove(wait->self, wait);
        wait->events = 0;
        node_async_retire(wait);
        return;
    }
    wait->events |= events;
    node_dispatcher_push(wait->self, wait);
}

// Begins to wait; what is over already goes into the row at once, and TRI_S_FALSE says so.
static HRESULT wait_begin(node_wait *wait, unsigned flags)
{
    node_env *self = wait->self;
    HRESULT hr = tri_async_wait(wait->op, self->dispatcher, flags, async_happened, wait,
                                &wait->waiter);
    if (hr == TRI_S_OK) {
        if (wait->role != NODE_WAIT_REPORTS) {
            node_dispatcher_ref(self);
        }
    } else if (hr == TRI_S_FALSE) {
        wait->events |= TRI_EVENT_DONE;
        node_dispatcher_push(self, wait);
        self->cells[NODE_CELL_READY] = 1;
    }
    return hr;
}

HRESULT node_async_adopt(node_env *self, tri_async *op, uint32_t at, bool plain, bool bigint,
                         napi_value *out)
{
    napi_env env = self->env;
    node_lease *lease = self->lease;
    HRESULT hr = TRI_S_OK;
    if (plain && lease && lease->used < lease->room) {
        napi_status status = napi_create_uint32(env, lease->used, out);
        if (status != napi_ok) {
            hr = node_error_napi(env, status, "napi_create_uint32");
        }
    } else {
        hr = lease_new(env, 1, &lease, out);
    }
    if (TRI_FAILED(hr)) {
        tri_async_release(op);
        return hr;
    }
    node_wait *wait = &lease->waits[lease->used++];
    wait->self = self;
    wait->op = op;
    wait->at = at;
    wait->bigint = bigint;
    hr = wait_begin(wait, 0);
    if (TRI_FAILED(hr) && lease->room > 1) {
        lease->used--;
        tri_async_release(op);
    }
    if (self->lease && self->lease->used == self->lease->room) {
        self->cells[NODE_CELL_FULL] = 1;
    }
    return hr;
}

int32_t node_async_event(napi_env env, node_wait *wait, unsigned event, napi_value *value)
{
    HRESULT hr;
    if (event == TRI_EVENT_PROGRESS) {
        const tri_type *type = tri_async_progress_type(wait->op);
        uint64_t room[16] = {0}; // aligned for every type
        void *latest = type->size <= sizeof room ? (void *)room : calloc(1, type->size);
        hr = latest ? tri_async_latest_progress(wait->op, latest) : TRI_E_OUTOFMEMORY;
        if (TRI_SUCCEEDED(hr)) {
            hr = node_value_get(env, type, latest, wait->bigint, value);
            tri_value_clear(type, latest);
        }
        if (latest != room) {
            free(latest);
        }
        if (TRI_SUCCEEDED(hr)) {
            return NODE_EVENT_PROGRESS;
        }
        *value = node_error_new(env, hr);
        return NODE_EVENT_PROGRESS;
    }
    if (wait->role != NODE_WAIT_OUTCOME) {
        // Written also where the call is refused, because the operation was closed meanwhile.
        int32_t status = 0;
        (void)tri_async_get_status(wait->op, &status);
        (void)napi_create_int32(env, status, value);
        return NODE_EVENT_COMPLETED;
    }
    const void *result = NULL;
    hr = tri_async_outcome(wait->op, &result);
    if (TRI_SUCCEEDED(hr)) {
        hr = node_value_get(env, tri_async_result_type(wait->op), result, wait->bigint, value);
        if (TRI_SUCCEEDED(hr)) {
            return NODE_EVENT_RESULT;
        }
    }
    *value = node_error_new(env, hr); // first: whatever else is asked of core may replace the error info
    // A component may also fail with TRI_E_CANCELED: that is a failure, whatever its code.
    int32_t status = TRI_ASYNC_ERROR;
    (void)tri_async_get_status(wait->op, &status);
    return hr == TRI_E_CANCELED && status != TRI_ASYNC_ERROR ? NODE_EVENT_CANCELED
                                                             : NODE_EVENT_ERROR;
}

void node_async_retire(node_wait *wait)
{
    if (wait->role != NODE_WAIT_OUTCOME) {
        tri_async_release(wait->op);
        free(wait);
    }
}

// ---- what JavaScript calls, with (lease, index)

static node_wait *wait_of(node_call *call, size_t first)
{
    void *lease = NULL;
    uint32_t index = 0;
    if (napi_get_value_external(call->env, call->argv[first], &lease) != napi_ok ||
        napi_get_value_uint32(call->env, call->argv[first + 1], &index) != napi_ok) {
        (void)node_error_throw(call->env, TRI_E_INVALIDARG);
        return NULL;
    }
    return &((node_lease *)lease)->waits[index];
}

static napi_value checked(node_call *call, HRESULT hr, napi_value value)
{
    return TRI_FAILED(hr) ? node_error_throw(call->env, hr) : value;
}

#define ASYNC_OPEN(call, wait)                                                                     \
    node_call call;                                                                                \
    if (!node_call_open(env, info, &call)) {                                                       \
        return NULL;                                                                               \
    }                                                                                              \
    node_wait *wait = wait_of(&call, 0);                                                           \
    if (!wait) {                                                                                   \
        return NULL;                                                                               \
    }

// () -> lease: the one that plain operations go into from now on.
static napi_value async_lease(napi_env env, napi_callback_info info)
{
    node_call call;
    napi_value handle = NULL;
    if (!node_call_open(env, info, &call)) {
        return NULL;
    }
    HRESULT hr = lease_new(env, LEASE_ROOM, &call.self->lease, &handle);
    if (TRI_SUCCEEDED(hr)) {
        call.self->cells[NODE_CELL_FULL] = 0;
    }
    return checked(&call, hr, handle);
}

static napi_value async_status(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    int32_t status = 0;
    napi_value value = NULL;
    HRESULT hr = tri_async_get_status(wait->op, &status);
    (void)napi_create_int32(env, status, &value);
    return checked(&call, hr, value);
}

// (lease, index): is there an outcome?
static napi_value async_is_done(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    napi_value value = NULL;
    (void)napi_get_boolean(env, tri_async_is_done(wait->op), &value);
    return value;
}

static napi_value async_id(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    uint32_t id = 0;
    napi_value value = NULL;
    HRESULT hr = tri_async_get_id(wait->op, &id);
    (void)napi_create_uint32(env, id, &value);
    return checked(&call, hr, value);
}

static napi_value async_error_code(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    HRESULT code = TRI_S_OK;
    napi_value value = NULL;
    HRESULT hr = tri_async_get_error_code(wait->op, &code);
    (void)napi_create_uint32(env, (uint32_t)code, &value);
    return checked(&call, hr, value);
}

static napi_value async_cancel(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return checked(&call, tri_async_cancel(wait->op), NULL);
}

static napi_value async_close(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return checked(&call, tri_async_close(wait->op), NULL);
}

static napi_value async_get_results(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    const void *result = NULL;
    napi_value value = NULL;
    HRESULT hr = tri_async_get_results(wait->op, &result);
    if (TRI_SUCCEEDED(hr)) {
        hr = node_value_get(env, tri_async_result_type(wait->op), result, wait->bigint, &value);
    }
    return checked(&call, hr, value);
}

static napi_value async_name(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    napi_value value = NULL;
    (void)napi_create_string_utf8(env, tri_async_name(wait->op), NAPI_AUTO_LENGTH, &value);
    return value;
}

// (lease, index): from now on its progress is told too.
static napi_value async_watch(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    if (!wait->waiter) {
        return NULL; // over: progress never comes after the end
    }
    // The new wait first: if there is no memory for it, the old one goes on.
    tri_waiter *old = wait->waiter;
    HRESULT hr = wait_begin(wait, TRI_WAIT_PROGRESS);
    if (TRI_SUCCEEDED(hr)) {
        tri_waiter_cancel(old);
        wait_unref(wait);
    } else {
        wait->waiter = old;
    }
    return checked(&call, hr, NULL);
}

// Begins a wait of the raw face, whose events go to the place `at`.
static napi_value raw_wait(node_call *call, node_wait *wait, node_wait_role role, unsigned flags)
{
    uint32_t at = 0;
    node_wait *made = calloc(1, sizeof *made);
    if (!made || napi_get_value_uint32(call->env, call->argv[2], &at) != napi_ok) {
        free(made);
        return node_error_throw(call->env, made ? TRI_E_INVALIDARG : TRI_E_OUTOFMEMORY);
    }
    made->self = call->self;
    made->op = tri_async_retain(wait->op);
    made->at = at;
    made->role = role;
    made->bigint = wait->bigint;
    HRESULT hr = wait_begin(made, flags);
    if (TRI_FAILED(hr)) {
        node_async_retire(made);
    }
    return checked(call, hr, NULL);
}

// (lease, index, at): takes the Completed slot.
static napi_value async_put_completed(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return raw_wait(&call, wait, NODE_WAIT_COMPLETED, TRI_WAIT_SLOT);
}

// (lease, index, at): every report goes there, until the work has stopped.
static napi_value async_put_progress(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return raw_wait(&call, wait, NODE_WAIT_REPORTS, TRI_WAIT_PROGRESS | TRI_WAIT_STOPPED);
}

// (lease, index): sets Completed to nothing, which takes the slot too.
static napi_value async_clear_completed(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return checked(&call, tri_async_clear_completed(wait->op), NULL);
}

// (lease, index): may Progress be set or read now?
static napi_value async_check_progress(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    return checked(&call, tri_async_check_progress(wait->op), NULL);
}

// (lease, index, at, milliseconds, plain) -> as node_async_adopt: the operation with a deadline.
static napi_value async_timeout(napi_env env, napi_callback_info info)
{
    ASYNC_OPEN(call, wait)
    uint32_t at = 0;
    bool plain = false;
    int64_t ticks = 0;
    if (napi_get_value_uint32(env, call.argv[2], &at) != napi_ok ||
        napi_get_value_bool(env, call.argv[4], &plain) != napi_ok) {
        return node_error_throw(env, TRI_E_INVALIDARG);
    }
    HRESULT hr =
        node_value_set(env, tri_type_builtin(TRI_KIND_TIMESPAN), &ticks, call.argv[3]);
    if (TRI_FAILED(hr)) {
        (void)tri_error_prefix("timeout() argument 'ms': ");
        return node_error_throw(env, hr);
    }
    tri_async *op = NULL;
    napi_value place = NULL;
    hr = tri_async_timeout(wait->op, ticks, &op);
    if (TRI_SUCCEEDED(hr)) {
        hr = node_async_adopt(call.self, op, at, plain, wait->bigint, &place);
    }
    return checked(&call, hr, place);
}

bool node_async_define(napi_env env, napi_value exports)
{
    return node_define(env, exports, "lease", async_lease) &&
           node_define(env, exports, "status", async_status) &&
           node_define(env, exports, "isDone", async_is_done) &&
           node_define(env, exports, "id", async_id) &&
           node_define(env, exports, "errorCode", async_error_code) &&
           node_define(env, exports, "cancel", async_cancel) &&
           node_define(env, exports, "close", async_close) &&
           node_define(env, exports, "getResults", async_get_results) &&
           node_define(env, exports, "operationName", async_name) &&
           node_define(env, exports, "watch", async_watch) &&
           node_define(env, exports, "putCompleted", async_put_completed) &&
           node_define(env, exports, "clearCompleted", async_clear_completed) &&
           node_define(env, exports, "putProgress", async_put_progress) &&
           node_define(env, exports, "checkProgress", async_check_progress) &&
           node_define(env, exports, "timeout", async_timeout);
}
