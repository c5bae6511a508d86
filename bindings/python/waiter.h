/* What waits on a dispatcher: the common beginning of awaiters and handlers. */
#ifndef TRIVIUM_PYTHON_WAITER_H
#define TRIVIUM_PYTHON_WAITER_H

#include "dispatcher.h"

/*
 * While it waits, the dispatcher holds a reference to the object and has it in a list, so that the garbage
 * collector sees what hangs on the loop. Loop thread only, but for `op`, which is immutable.
 */
typedef struct waiter_object {
    PyObject_HEAD tri_async *op; /* a reference */
    tri_waiter *waiter;
    dispatcher_object *dispatcher; /* borrowed; NULL unless it waits */
    struct waiter_object *prev;
    struct waiter_object *next;
} waiter_object;

/* As tri_async_wait, with the object as ctx of `fn`. */
HRESULT waiter_begin(waiter_object *self, dispatcher_object *dispatcher, unsigned flags, tri_waiter_fn *fn);
/* From `fn`, when DONE or CLOSED was delivered: the wait is over. Returns the reference that the dispatcher
 * had, for the caller to drop. */
waiter_object *waiter_over(waiter_object *self);
/* Ends the wait, if there is one; may drop the last reference. False on a thread that is not the dispatcher's: the wait
 * goes on, and the caller sees to it that nothing is called at its end. */
bool waiter_cancel(waiter_object *self);
static inline bool waiter_is_waiting(const waiter_object *self)
{
    return self->waiter != NULL;
}

#endif
