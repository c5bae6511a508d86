// What waits on a dispatcher: the common beginning of awaiters and handlers.
#include "waiter.h"

static void unlink_from_dispatcher(waiter_object *self)
{
    if (self->prev) {
        self->prev->next = self->next;
    } else {
        self->dispatcher->waiters = self->next;
    }
    if (self->next) {
        self->next->prev = self->prev;
    }
    self->prev = self->next = NULL;
    self->dispatcher = NULL;
    self->waiter = NULL;
}

HRESULT waiter_begin(waiter_object *self, dispatcher_object *dispatcher, unsigned flags, tri_waiter_fn *fn)
{
    HRESULT hr = tri_async_wait(self->op, dispatcher->dispatcher, flags, fn, self, &self->waiter);
    if (hr != TRI_S_OK) {
        self->waiter = NULL;
        return hr;
    }
    self->dispatcher = dispatcher;
    self->prev = NULL;
    self->next = dispatcher->waiters;
    if (self->next) {
        self->next->prev = self;
    }
    dispatcher->waiters = self;
    Py_INCREF(self);
    return TRI_S_OK;
}

waiter_object *waiter_over(waiter_object *self)
{
    unlink_from_dispatcher(self);
    return self;
}

bool waiter_cancel(waiter_object *self)
{
    if (!self->waiter) {
        return true;
    }
    if (!dispatcher_is_here(self->dispatcher)) {
        return false;
    }
    tri_waiter_cancel(self->waiter);
    unlink_from_dispatcher(self);
    Py_DECREF(self);
    return true;
}
