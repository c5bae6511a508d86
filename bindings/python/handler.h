/* Functions that are called with the progress, or at the end, of an operation. */
#ifndef TRIVIUM_PYTHON_HANDLER_H
#define TRIVIUM_PYTHON_HANDLER_H

#include "waiter.h"

typedef enum handler_kind {
    HANDLER_PROGRESS,     /* function(value); over() at the end, if there is such a function */
    HANDLER_RAW_PROGRESS, /* function(raw, value) */
    HANDLER_RAW_COMPLETED /* function(raw, status), once, using the Completed slot up */
} handler_kind;

typedef struct handler_object {
    waiter_object base; /* first */
    handler_kind kind;  /* immutable */
    /* Loop thread only. */
    PyObject *function; /* NULL when it is not to be called any more */
    PyObject *over;
    PyObject *raw;
    PyObject *context; /* a copy of the registering code's */
} handler_object;

extern PyType_Spec handler_spec;

/* A new reference; `over` and `raw` may be NULL. It does not wait yet. NULL with an exception; a function that is
 * none is refused with a message that begins with `what`. Calling the object ends it. */
handler_object *handler_new(module_state *state, tri_async *op, handler_kind kind, PyObject *function, PyObject *over,
                            PyObject *raw, const char *what);
/* As waiter_begin. */
HRESULT handler_begin(handler_object *self, dispatcher_object *dispatcher);
/* The same, from a drain that was told of progress which nobody has told this handler: where the operation is over, it
 * is told at once, and ends. */
HRESULT handler_take_over(handler_object *self, dispatcher_object *dispatcher);
/* Ends it, on any thread: it is not called again. May drop the last reference. NULL is allowed. */
void handler_end(handler_object *self);

#endif
