/* What `await op` waits on: an iterator with the future protocol of asyncio. */
#ifndef TRIVIUM_PYTHON_AWAITER_H
#define TRIVIUM_PYTHON_AWAITER_H

#include "waiter.h"

extern PyType_Spec awaiter_spec;

/* A new awaiter of an operation; NULL with an exception. */
PyObject *awaiter_new(module_state *state, tri_async *op);
/* One step: PYGEN_NEXT and the awaiter itself, for the loop to wait on; PYGEN_RETURN and the result of the
 * operation; or PYGEN_ERROR. */
PySendResult awaiter_send(PyObject *self, PyObject *argument, PyObject **result);
/* The result of an operation that is over; NULL with an exception: CancelledError where it was canceled. */
PyObject *awaiter_outcome(module_state *state, tri_async *op);

/* A step as a generator's send() gives it: NULL with StopIteration where it returned. */
PyObject *awaiter_yielded(PySendResult step, PyObject *result);
/* Raises what the arguments of a generator's throw() say. Returns NULL. */
PyObject *awaiter_throw(PyObject *const *arguments, Py_ssize_t count);

#endif
