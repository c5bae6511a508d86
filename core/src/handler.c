// Delegates in the slots of an operation, and the one call of Completed.
#include "alloc.h"
#include "async.h"

HRESULT tri__handler_new(void *delegate, tri__handler **out)
{
    *out = NULL;
    if (!delegate) {
        return TRI_S_OK;
    }
    tri__handler *handler = tri__alloc(sizeof *handler);
    if (!handler) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for a handler");
    }
    atomic_init(&handler->refs, 1);
    handler->delegate = delegate;
    ((tri_IUnknown *)delegate)->vtbl->AddRef(delegate);
    *out = handler;
    return TRI_S_OK;
}

tri__handler *tri__handler_retain(tri__handler *handler)
{
    if (handler) {
        atomic_fetch_add(&handler->refs, 1);
    }
    return handler;
}

void tri__handler_release(tri__handler *handler)
{
    if (handler && atomic_fetch_sub(&handler->refs, 1) == 1) {
        ((tri_IUnknown *)handler->delegate)->vtbl->Release(handler->delegate);
        tri__free(handler);
    }
}

HRESULT tri__async_take_slot(tri_async *op, tri__state state)
{
    HRESULT hr = tri__state_rule(TRI__RULE_PUT_COMPLETED, state);
    if (hr == TRI_S_OK && op->guarded.slot_taken) {
        hr = TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT;
    }
    if (hr == TRI_S_OK) {
        op->guarded.slot_taken = true;
    }
    return hr;
}

void tri__async_fire(tri_async *op)
{
    tri__async_lock(op);
    tri__handler *handler = op->guarded.fired ? NULL : tri__handler_retain(op->guarded.completed);
    tri__handler *progress = NULL;
    if (handler) {
        op->guarded.fired = true;
    }
    progress = op->guarded.progress_handler;
    op->guarded.progress_handler = NULL;
    tri__async_unlock(op);
    // The progress delegate goes before Completed is called.
    tri__handler_release(progress);
    if (!handler) {
        return;
    }
    // The handler may drop the last reference of the caller.
    tri_async_retain(op);
    tri_CompletedHandler *delegate = handler->delegate;
    delegate->vtbl->AddRef(delegate);
    // What it says does not change the outcome.
    (void)delegate->vtbl->Invoke(delegate, &op->face_vtbl,
                                 tri__state_status(tri__async_state(op)));
    delegate->vtbl->Release(delegate);
    tri__async_lock(op);
    tri__handler *slot = op->guarded.completed;
    op->guarded.completed = NULL;
    tri__async_unlock(op);
    tri__handler_release(slot);
    tri__handler_release(handler);
    tri_async_release(op);
}
