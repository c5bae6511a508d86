/* The dispatcher of an event loop, and what runs inside its drain. */
#ifndef TRIVIUM_PYTHON_DISPATCHER_H
#define TRIVIUM_PYTHON_DISPATCHER_H

#include "module.h"

struct waiter_object;

/*
 * One for each running loop that something was awaited on. The loop's reader for the descriptor is what keeps it
 * alive, so it goes, and closes, when the loop closes. Another one, without a loop, lives as long as a blocking wait.
 * Loop thread only, but for `next`, which is guarded as module_state.dispatchers is.
 */
struct dispatcher_object {
    PyObject_HEAD tri_dispatcher *dispatcher;
    PyObject *loop;                /* NULL for a blocking wait */
    unsigned long thread;          /* of a blocking wait: whose; immutable */
    struct waiter_object *waiters; /* a reference to each */
    PyObject *fault;               /* KeyboardInterrupt or SystemExit that came up in a drain: passed on at its end */
    bool deferring;                /* resumptions go through call_soon: debug mode, or after a fault */
    module_state *listed;          /* whose list it is in */
    dispatcher_object *next;
};

extern PyType_Spec dispatcher_spec;

/* That of a running loop, made if it has none; borrowed (the loop has it). NULL with an exception. */
dispatcher_object *dispatcher_of(module_state *state, PyObject *loop);
/* That of the loop that runs in this thread; borrowed. NULL with RuntimeError that says what to do, where none
 * runs; `what` names what was tried: "awaiting an operation". */
dispatcher_object *dispatcher_running(module_state *state, const char *what);
/* One for a blocking wait: a new reference. NULL with an exception. */
dispatcher_object *dispatcher_blocking(module_state *state);
/* Is this its thread: does its loop run here, or is the blocking wait this one's? */
bool dispatcher_is_here(dispatcher_object *self);
/* Sleeps, with the GIL released and signals handled, and drains, until *over or `deadline` (of dispatcher_now; -1:
 * none). 1: over; 0: time is up; -1 with an exception. */
int dispatcher_block(dispatcher_object *self, const bool *over, int64_t deadline);
/* Milliseconds of a clock that never goes back. */
int64_t dispatcher_now(void);
/* Closes it: its waiters are told. */
void dispatcher_close(dispatcher_object *self, bool cancel);

/* The state goes, and its list with it. */
void dispatcher_orphan(module_state *state);

/* Calls callback(*arguments) in `context` (NULL: as it is), from a drain: at once, or by call_soon. What it raises
 * goes where the loop sends exceptions of callbacks. At most two arguments. */
void dispatcher_call(dispatcher_object *self, PyObject *callback, PyObject *const *arguments, size_t count,
                     PyObject *context);
/* By the loop's call_soon; false with an exception. */
bool dispatcher_call_soon(module_state *state, PyObject *loop, PyObject *callback, PyObject *const *arguments,
                          size_t count, PyObject *context);
/* Hands the exception in flight to the loop's exception handler, or to sys.unraisablehook; KeyboardInterrupt and
 * SystemExit leave the drain. */
void dispatcher_fault(dispatcher_object *self, PyObject *culprit);

#endif
