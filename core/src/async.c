// The async object: making and dropping it, and what a client asks it.
#include "async.h"

#include "alloc.h"
#include "runtime.h"
#include "value.h"

#include <sched.h>
#include <string.h>

#define ASYNC_ALIGN(n) (((size_t)(n) + 15u) & ~(size_t)15u)

HRESULT tri__async_new(const tri__async_spec *spec, tri_async **out)
{
    *out = NULL;
    // One allocation: the object, then arguments, result and progress.
    size_t args_at = ASYNC_ALIGN(sizeof(tri_async));
    size_t result_at = ASYNC_ALIGN(args_at + spec->args_size);
    size_t progress_at = ASYNC_ALIGN(result_at + spec->result_type->size);
    size_t size = progress_at + spec->progress_type->size;
    tri_async *op = tri__alloc(size);
    if (!op) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for an operation");
    }
    memset(op, 0, size);
    op->face_vtbl = tri__face_vtbl(spec->face);
    op->info_vtbl = &tri__info_vtbl;
    op->provider.host = &tri__host;
    op->provider.state = spec->component_state;
    atomic_init(&op->refs, 1);
    atomic_init(&op->state, TRI__CREATED);
    op->epoch = tri__runtime_epoch();
    op->face = spec->face;
    op->result_type = spec->result_type;
    op->progress_type = spec->progress_type;
    op->name = spec->name;
    op->method = spec->method;
    op->args = (char *)op + args_at;
    op->result = (char *)op + result_at;
    op->progress = (char *)op + progress_at;
    op->guarded.waiters_tail = &op->guarded.waiters;
    tri__live_add(TRI_LIVE_ASYNC, 1);
    *out = op;
    return TRI_S_OK;
}

static void async_free(tri_async *op)
{
    if (op->method && !op->method->args_plain) {
        tri_method_args_clear(&op->method->pub, op->args);
    }
    if (!op->result_type->plain) {
        tri_value_clear(op->result_type, op->result);
    }
    tri__report_release(op->guarded.report);
    tri_string_release(op->error_message);
    tri__handler_release(op->guarded.completed);
    tri__handler_release(op->guarded.progress_handler);
    tri_async_release(op->result_from);
    tri__free(op);
    tri__live_add(TRI_LIVE_ASYNC, -1);
}

tri_async *tri_async_retain(tri_async *op)
{
    // relaxed: whoever retains holds a reference already.
    atomic_fetch_add_explicit(&op->refs, 1, memory_order_relaxed);
    return op;
}

void tri_async_release(tri_async *op)
{
    // release: what this holder did is seen by who frees; acquire, below: the other half of it.
    if (op && atomic_fetch_sub_explicit(&op->refs, 1, memory_order_release) == 1) {
        (void)atomic_load_explicit(&op->refs, memory_order_acquire);
        async_free(op);
    }
}

bool tri__async_is_forked(const tri_async *op)
{
    return op->epoch != tri__runtime_epoch();
}

tri__state tri__async_state(const tri_async *op)
{
    // seq_cst, as the moves: a handler that is set and a state that is set see one another.
    return tri__async_is_forked(op) ? TRI__ERROR : (tri__state)atomic_load(&op->state);
}

void tri__async_lock(tri_async *op)
{
    // acquire: pairs with the release of unlock.
    while (atomic_exchange_explicit(&op->locked, true, memory_order_acquire)) {
        sched_yield();
    }
}

void tri__async_unlock(tri_async *op)
{
    atomic_store_explicit(&op->locked, false, memory_order_release); // lock, lock_pass
}

void tri__async_lock_pass(tri_async *op)
{
    while (atomic_load_explicit(&op->locked, memory_order_acquire)) { // unlock
        sched_yield();
    }
}

HRESULT tri__async_move(tri_async *op, tri__event event, tri__state *from, tri__state *to)
{
    uint32_t before = atomic_load(&op->state);
    for (;;) {
        HRESULT hr;
        *from = (tri__state)before;
        *to = tri__state_next(event, *from, &hr);
        if (*to == *from || atomic_compare_exchange_weak(&op->state, &before, *to)) {
            return hr;
        }
    }
}

tri_face tri_async_face(const tri_async *op)
{
    return op->face;
}

const tri_type *tri_async_result_type(const tri_async *op)
{
    return op->result_type;
}

const tri_type *tri_async_progress_type(const tri_async *op)
{
    return op->progress_type;
}

const char *tri_async_name(const tri_async *op)
{
    return op->name;
}

bool tri_async_is_done(tri_async *op)
{
    return tri__state_has_outcome(tri__async_state(op));
}

bool tri_async_is_stopped(tri_async *op)
{
    return tri__state_is_stopped(tri__async_state(op));
}

bool tri_async_has_run(tri_async *op)
{
    return atomic_load(&op->has_run);
}

HRESULT tri__async_refuse(HRESULT hr, const char *what, tri__state state)
{
    if (hr == TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT || hr == TRI_E_FORKED) {
        return tri_error_set(hr, "%s: %s", what, tri_status_find(hr).message);
    }
    return tri_error_set(hr, "%s is not allowed while the operation is %s", what, tri__state_name(state));
}

HRESULT tri_async_get_id(tri_async *op, uint32_t *id)
{
    static _Atomic uint32_t last_id; // relaxed: only that the values differ matters
    uint32_t mine = atomic_load_explicit(&op->id, memory_order_relaxed);
    while (mine == 0) {
        uint32_t next = atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
        // Two threads may ask first at once: the first to store wins. 0 after a wrap is passed over.
        if (next != 0 && atomic_compare_exchange_strong(&op->id, &mine, next)) {
            mine = next;
        }
    }
    *id = mine;
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__state_rule(TRI__RULE_GET_ID, state);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Id", state);
}

HRESULT tri_async_get_status(tri_async *op, int32_t *status)
{
    tri__state state = tri__async_state(op);
    *status = tri__state_status(state);
    HRESULT hr = tri__state_rule(TRI__RULE_GET_STATUS, state);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Status", state);
}

// The stored failure, with its message for this thread.
static HRESULT async_failure(tri_async *op)
{
    if (tri__async_is_forked(op)) {
        return tri_error_set(TRI_E_FORKED, "process forked: operation '%s' belongs to the parent",
                             op->name);
    }
    if (op->error_message) {
        return tri_error_set(op->error, "%s", op->error_message->data);
    }
    if (op->error == TRI_E_ABANDONED) {
        return tri_error_set(op->error,
                             "operation '%s' has no outcome: its component let go of it without having completed it",
                             op->name);
    }
    return tri_error_set(op->error, "operation '%s': %s", op->name, tri_status_find(op->error).message);
}

HRESULT tri_async_get_error_code(tri_async *op, HRESULT *code)
{
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__state_rule(TRI__RULE_GET_ERROR_CODE, state);
    if (hr != TRI_S_OK) {
        *code = hr;
        return tri__async_refuse(hr, "ErrorCode", state);
    }
    *code = tri__state_status(state) == TRI_ASYNC_ERROR ? async_failure(op) : TRI_S_OK;
    return TRI_S_OK;
}

HRESULT tri_async_cancel(tri_async *op)
{
    if (tri__async_is_forked(op)) {
        return TRI_S_OK;
    }
    tri__state from, to;
    HRESULT hr = tri__async_move(op, TRI__EVENT_CANCEL, &from, &to);
    if (from == to) {
        return hr;
    }
    // Before anybody is told. An awaiter that looks between the two finds the state itself.
    atomic_store(&op->canceled, true);
    // Whoever waits may drop the operation as soon as it is told.
    tri_async_retain(op);
    (void)tri__async_notify(op, false); // Cancel itself calls no Completed handler.
    tri__async_lock(op);
    tri_cancel_fn *fn = op->guarded.cancel_fn;
    void *ctx = op->guarded.cancel_ctx;
    op->guarded.cancel_fn = NULL;
    if (fn) {
        op->guarded.cancel_running = true;
        op->guarded.cancel_thread = pthread_self();
    }
    tri__async_unlock(op);
    if (fn) {
        fn(ctx);
        tri__async_lock(op);
        op->guarded.cancel_running = false;
        tri__async_unlock(op);
    }
    tri_async_release(op);
    return hr;
}

HRESULT tri_async_close(tri_async *op)
{
    if (tri__async_is_forked(op)) {
        return TRI_S_OK;
    }
    tri__state from, to;
    HRESULT hr = tri__async_move(op, TRI__EVENT_CLOSE, &from, &to);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Close", from);
}

HRESULT tri_async_get_results(tri_async *op, const void **result)
{
    *result = NULL;
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__state_rule(TRI__RULE_GET_RESULTS, state);
    if (hr == TRI_S_OK) {
        const tri_async *source = op;
        while (source->result_from) {
            source = source->result_from;
        }
        *result = op->result_type->kind == TRI_KIND_VOID ? NULL : source->result;
        return hr;
    }
    return hr == TRI_S_FALSE ? async_failure(op) : tri__async_refuse(hr, "GetResults", state);
}

HRESULT tri_async_outcome(tri_async *op, const void **result)
{
    tri_async_status status = tri__state_status(tri__async_state(op));
    if (status == TRI_ASYNC_CANCELED || (status == TRI_ASYNC_CLOSED && atomic_load(&op->canceled))) {
        *result = NULL;
        return tri_error_set(TRI_E_CANCELED, "operation '%s' was canceled", op->name);
    }
    return tri_async_get_results(op, result);
}

HRESULT tri_async_latest_progress(tri_async *op, void *value)
{
    memset(value, 0, op->progress_type->size);
    if (tri__async_is_forked(op) || op->progress_type->kind == TRI_KIND_VOID) {
        return TRI_S_FALSE;
    }
    tri__async_lock(op);
    bool any = op->guarded.has_progress;
    tri__report *report = op->guarded.report;
    if (report) {
        atomic_fetch_add(&report->refs, 1);
    } else if (any) {
        memcpy(value, op->progress, op->progress_type->size);
    }
    tri__async_unlock(op);
    HRESULT hr = any ? TRI_S_OK : TRI_S_FALSE;
    if (report) {
        hr = tri_value_copy(op->progress_type, value, report->value);
        tri__report_release(report);
    }
    return hr;
}

HRESULT tri_async_clear_completed(tri_async *op)
{
    if (tri__async_is_forked(op)) {
        return TRI_S_OK;
    }
    tri__async_lock(op);
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__async_take_slot(op, state);
    tri__async_unlock(op);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Completed", state);
}

HRESULT tri_async_check_progress(tri_async *op)
{
    if (op->progress_type->kind == TRI_KIND_VOID) {
        return tri_error_set(TRI_E_NOINTERFACE, "operation '%s' reports no progress", op->name);
    }
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__state_rule(TRI__RULE_PUT_PROGRESS, state);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Progress", state);
}

const char *tri_async_status_name(int32_t status)
{
    static const tri__state of[] = {TRI__STARTED, TRI__COMPLETED, TRI__CANCELED, TRI__ERROR, TRI__CLOSED};
    return tri__state_name(status >= 0 && status <= TRI_ASYNC_CLOSED ? of[status] : TRI__CREATED);
}
