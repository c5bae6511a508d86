// The side of an operation that its component holds.
#include "abi_value.h"
#include "alloc.h"
#include "async.h"
#include "runtime.h"
#include "value.h"

#include <sched.h>
#include <string.h>

static tri_async *provider_async(tri_operation *operation)
{
    return (tri_async *)((char *)operation - offsetof(tri_async, provider));
}

HRESULT tri__provider_begin(tri_async *op)
{
    // relaxed, as below: whoever holds the only reference is alone with the operation.
    if (atomic_load_explicit(&op->refs, memory_order_relaxed) == 1 &&
        atomic_load_explicit(&op->state, memory_order_relaxed) == TRI__CREATED) {
        atomic_store_explicit(&op->provider_refs, 1, memory_order_relaxed);
        atomic_store_explicit(&op->refs, 2, memory_order_relaxed); // one is the provider's
        atomic_store_explicit(&op->state, TRI__STARTED, memory_order_relaxed);
        return TRI_S_OK;
    }
    tri__state from, to;
    HRESULT hr = tri__async_move(op, TRI__EVENT_START, &from, &to);
    if (hr != TRI_S_OK) {
        return tri_error_set(hr, "operation '%s' was started before", op->name);
    }
    atomic_store_explicit(&op->provider_refs, 1, memory_order_relaxed); // nobody has one yet
    tri_async_retain(op);
    return hr;
}

// What follows from an outcome; the caller holds a provider reference, and so a strong one.
static void provider_settled(tri_async *op, tri__state from, tri__state to)
{
    if (from != to && tri__async_notify(op, tri__state_is_stopped(to))) {
        tri__async_fire(op);
    }
}

// Only one caller ever gets true: it may write the outcome.
static bool provider_claim(tri_async *op)
{
    // acquire: a second claimer that reports "illegal" has seen what the first did before it.
    return !atomic_flag_test_and_set_explicit(&op->claimed, memory_order_acquire);
}

static HRESULT provider_twice(tri_async *op)
{
    return tri_error_set(TRI_E_ILLEGAL_STATE_CHANGE, "operation '%s' has an outcome already",
                         op->name);
}

static HRESULT provider_late(tri_async *op)
{
    return tri_error_set(TRI_E_ILLEGAL_STATE_CHANGE, "operation '%s' was canceled before", op->name);
}

HRESULT tri__provider_complete(tri_operation *operation, void *value)
{
    tri_async *op = provider_async(operation);
    if (!provider_claim(op)) {
        if (value) {
            tri_value_clear(op->result_type, value);
        }
        return provider_twice(op);
    }
    if (value) {
        memcpy(op->result, value, op->result_type->size);
    }
    tri__state from, to;
    HRESULT hr = tri__async_move(op, TRI__EVENT_COMPLETE, &from, &to);
    provider_settled(op, from, to);
    return hr == TRI_S_OK ? hr : provider_late(op);
}

HRESULT tri__provider_complete_from(tri_async *op, tri_async *source)
{
    if (!provider_claim(op)) {
        return provider_twice(op);
    }
    op->result_from = tri_async_retain(source);
    tri__state from, to;
    HRESULT hr = tri__async_move(op, TRI__EVENT_COMPLETE, &from, &to);
    provider_settled(op, from, to);
    return hr == TRI_S_OK ? hr : provider_late(op);
}

HRESULT tri__provider_fail_with(tri_async *op, HRESULT hr, tri_string *message)
{
    if (!provider_claim(op)) {
        tri_string_release(message);
        return provider_twice(op);
    }
    // A success code as a failure is a mistake of the author's; it must not read as success.
    op->error = TRI_FAILED(hr) ? hr : TRI_E_FAIL;
    op->error_message = message;
    tri__state from, to;
    hr = tri__async_move(op, TRI__EVENT_FAIL, &from, &to);
    provider_settled(op, from, to);
    return hr == TRI_S_OK ? hr : provider_late(op);
}

HRESULT tri__provider_fail(tri_operation *operation, HRESULT hr, const char *utf8, size_t length)
{
    tri_string *message = NULL;
    char text[TRI_MESSAGE_SIZE];
    size_t used = tri__utf8_cut(utf8, length, sizeof text - 1);
    if (used) {
        memcpy(text, utf8, used);
    }
    text[used] = '\0';
    tri__utf8_scrub(text);
    // Without memory the code speaks alone.
    if (used > 0 && tri__string_new(&tri__host, text, strlen(text), &message) != TRI_S_OK) {
        message = NULL;
    }
    return tri__provider_fail_with(provider_async(operation), hr, message);
}

void tri__provider_progress(tri_operation *operation, void *value)
{
    tri_async *op = provider_async(operation);
    const tri_type *type = op->progress_type;
    if (tri__state_is_stopped(tri__async_state(op)) || tri__async_is_forked(op)) {
        tri_value_clear(type, value);
        return;
    }
    tri__report *report = NULL;
    if (!type->plain && !(report = tri__report_new(type, value))) {
        return; // Dropped; the next one makes up for it.
    }
    tri__told told = {.direct = NULL};
    tri__async_lock(op);
    if (report) {
        tri__report *before = op->guarded.report;
        op->guarded.report = report;
        report = before;
    } else {
        memcpy(op->progress, value, type->size);
    }
    op->guarded.has_progress = true;
    tri__waiters_progress(op, &told);
    tri__handler *handler = tri__handler_retain(op->guarded.progress_handler);
    tri__async_unlock(op);
    tri__report_release(report);
    tri__waiters_told(&told);
    if (handler) {
        // The delegate gets the value as it stands now: of one worker's reports, the one just made.
        if (tri_async_latest_progress(op, value) == TRI_S_OK && type->invoke) {
            (void)tri__abi_invoke(type, handler->delegate, &op->face_vtbl, value);
        }
        tri_value_clear(type, value);
        tri__handler_release(handler);
    }
}

bool tri__provider_canceled(tri_operation *operation)
{
    // "Is it still Started" is the question; an outcome of its own counts as a reason to stop too.
    return tri__async_state(provider_async(operation)) != TRI__STARTED || tri__runtime_is_closing();
}

void tri__provider_on_cancel(tri_operation *operation, tri_cancel_fn *fn, void *ctx)
{
    tri_async *op = provider_async(operation);
    if (tri__async_is_forked(op)) {
        return;
    }
    if (fn) {
        tri__runtime_hold(op);
    }
    tri__async_lock(op);
    // A cancel that is under way on another thread may hold `ctx`: it is waited for. On this thread it is the caller's caller.
    while (op->guarded.cancel_running && !pthread_equal(op->guarded.cancel_thread, pthread_self())) {
        tri__async_unlock(op);
        sched_yield();
        tri__async_lock(op);
    }
    tri__state state = tri__async_state(op);
    // Canceled, and perhaps closed since.
    bool now = fn && (state == TRI__CANCELING || state == TRI__CANCELED || state == TRI__CLOSING ||
                      (state == TRI__CLOSED && atomic_load(&op->canceled)));
    op->guarded.cancel_fn = now ? NULL : fn;
    op->guarded.cancel_ctx = ctx;
    if (now) {
        op->guarded.cancel_running = true;
        op->guarded.cancel_thread = pthread_self();
    }
    tri__async_unlock(op);
    if (now) {
        fn(ctx);
        tri__async_lock(op);
        op->guarded.cancel_running = false;
        tri__async_unlock(op);
    } else if (fn && tri__runtime_is_closing()) {
        tri_async_cancel(op);
    }
}

void tri__provider_retain(tri_operation *operation)
{
    tri_async *op = provider_async(operation);
    // relaxed: whoever retains holds a reference already.
    atomic_fetch_add_explicit(&op->provider_refs, 1, memory_order_relaxed);
    tri__runtime_hold(op);
}

void tri__provider_release(tri_operation *operation)
{
    tri_async *op = provider_async(operation);
    // acq_rel: what each holder did, the outcome included, is seen by the last.
    if (atomic_load_explicit(&op->provider_refs, memory_order_acquire) != 1 &&
        atomic_fetch_sub_explicit(&op->provider_refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (!tri__state_is_stopped(tri__async_state(op)) && !tri__async_is_forked(op)) {
        if (provider_claim(op)) {
            op->error = TRI_E_ABANDONED;
        }
        tri__state from, to;
        (void)tri__async_move(op, TRI__EVENT_STOP, &from, &to);
        provider_settled(op, from, to);
    }
    tri__runtime_unhold(op); // last, so that the end of the process waits for all of the above
    tri_async_release(op);
}

void tri__provider_run(tri_async *op)
{
    tri_operation *operation = &op->provider;
    if (tri__provider_canceled(operation)) {
        // Canceled while it waited: it never runs. At the end of the process nobody has said so yet.
        tri_async_cancel(op);
    } else {
        atomic_store_explicit(&op->has_run, true, memory_order_relaxed); // published by the outcome
        tri_error_clear();
        HRESULT hr = op->method->shape->start(operation, op->args);
        if (TRI_FAILED(hr) && tri__runtime_is_closing()) {
            tri_async_cancel(op); // It was told to stop by the end of the process: that is no failure of its own.
        }
        bool settled = atomic_load_explicit(&op->state, memory_order_relaxed) != TRI__STARTED;
        if (TRI_FAILED(hr)) {
            const char *message = settled ? "" : tri_error_message(hr);
            (void)tri__provider_fail(operation, hr, message, strlen(message));
        } else if (!settled && op->result_type->kind == TRI_KIND_VOID &&
                   atomic_load_explicit(&op->provider_refs, memory_order_acquire) == 1) {
            (void)tri__provider_complete(operation, NULL);
        }
    }
    tri__provider_release(operation);
}
