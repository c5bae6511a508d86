// The dispatcher of an event loop, and what runs inside its drain.
#include "dispatcher.h"

#include "error.h"
#include "waiter.h"

#include <time.h>

static void unlist(dispatcher_object *self)
{
    module_state *state = self->listed;
    if (!state) {
        return;
    }
    TRI_BEGIN_SECTION(state->module)
    for (dispatcher_object **link = &state->dispatchers; *link; link = &(*link)->next) {
        if (*link == self) {
            *link = self->next;
            break;
        }
    }
    TRI_END_SECTION()
    self->listed = NULL;
    self->next = NULL;
}

void dispatcher_orphan(module_state *state)
{
    while (state->dispatchers) {
        dispatcher_object *self = state->dispatchers;
        state->dispatchers = self->next;
        self->listed = NULL;
        self->next = NULL;
    }
}

void dispatcher_close(dispatcher_object *self, bool cancel)
{
    unlist(self);
    if (self->dispatcher) {
        // Waiters let go of tasks here, which runs code that may ask for this object again.
        tri_dispatcher *dispatcher = self->dispatcher;
        self->dispatcher = NULL;
        tri_dispatcher_close(dispatcher, cancel);
        tri_dispatcher_release(dispatcher);
    }
}

static int dispatcher_traverse(PyObject *object, visitproc visit, void *arg)
{
    dispatcher_object *self = (dispatcher_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->loop);
    Py_VISIT(self->fault);
    for (waiter_object *waiter = self->waiters; waiter; waiter = waiter->next) {
        Py_VISIT(waiter);
    }
    return 0;
}

static int dispatcher_clear(PyObject *object)
{
    dispatcher_object *self = (dispatcher_object *)object;
    dispatcher_close(self, true);
    Py_CLEAR(self->loop);
    Py_CLEAR(self->fault);
    return 0;
}

static void dispatcher_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *raised = PyErr_GetRaisedException();
    PyObject_GC_UnTrack(self);
    (void)dispatcher_clear(self);
    PyErr_SetRaisedException(raised);
    type->tp_free(self);
    Py_DECREF(type);
}

// The loop's reader for the descriptor.
static PyObject *dispatcher_drain(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    dispatcher_object *self = (dispatcher_object *)object;
    module_state *state = module_of(self);
    if (!self->dispatcher) {
        Py_RETURN_NONE;
    }
    Py_INCREF(self); // a callback may drop the loop
    if (self->loop) {
        // Debug mode times each callback, and wants each to be a callback.
        PyObject *debug = PyObject_CallMethodNoArgs(self->loop, state->str_get_debug);
        int is_debug = debug ? PyObject_IsTrue(debug) : -1;
        Py_XDECREF(debug);
        if (is_debug < 0) {
            // Undrained, the descriptor would stay readable, and the loop would come back here for ever.
            dispatcher_fault(self, object);
        }
        self->deferring = is_debug != 0;
    }
    if (self->dispatcher) { // a loop of scripts may have closed in get_debug()
        (void)tri_dispatcher_drain(self->dispatcher, 0);
    }
    PyObject *fault = self->fault;
    self->fault = NULL;
    self->deferring = false;
    Py_DECREF(self);
    if (fault) {
        PyErr_SetRaisedException(fault);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef dispatcher_methods[] = {
    {"_drain", dispatcher_drain, METH_NOARGS, "Delivers what is ready; called by the loop."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot dispatcher_slots[] = {
    {Py_tp_doc, "The inbox of an event loop."}, {Py_tp_traverse, dispatcher_traverse}, {Py_tp_clear, dispatcher_clear},
    {Py_tp_dealloc, dispatcher_dealloc},        {Py_tp_methods, dispatcher_methods},   {0, NULL},
};

PyType_Spec dispatcher_spec = {
    .name = "trivium._native.Dispatcher",
    .basicsize = sizeof(dispatcher_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = dispatcher_slots,
};

static dispatcher_object *dispatcher_new(module_state *state)
{
    PyTypeObject *type = state->dispatcher_type;
    dispatcher_object *self = (dispatcher_object *)type->tp_alloc(type, 0);
    if (!self) {
        return NULL;
    }
    HRESULT hr = tri_dispatcher_new(NULL, NULL, &self->dispatcher);
    if (TRI_FAILED(hr)) {
        self->dispatcher = NULL;
        Py_DECREF(self);
        (void)error_raise(state, hr);
        return NULL;
    }
    return self;
}

dispatcher_object *dispatcher_blocking(module_state *state)
{
    dispatcher_object *self = dispatcher_new(state);
    if (self) {
        self->thread = PyThread_get_thread_ident();
    }
    return self;
}

bool dispatcher_is_here(dispatcher_object *self)
{
    if (!self->loop) {
        return self->thread == PyThread_get_thread_ident();
    }
    PyObject *raised = PyErr_GetRaisedException();
    PyObject *running = module_running_loop(module_of(self));
    bool here = running == self->loop;
    Py_XDECREF(running);
    PyErr_SetRaisedException(raised);
    return here;
}

// Gives the descriptor to the loop, and with it the only lasting reference.
static bool add_reader(module_state *state, dispatcher_object *self)
{
    PyObject *drain = PyObject_GetAttr((PyObject *)self, state->str_drain);
    PyObject *fd = drain ? PyLong_FromLong(tri_dispatcher_fd(self->dispatcher)) : NULL;
    PyObject *done = fd ? PyObject_CallMethodObjArgs(self->loop, state->str_add_reader, fd, drain, NULL) : NULL;
    Py_XDECREF(fd);
    Py_XDECREF(drain);
    Py_XDECREF(done);
    return done != NULL;
}

dispatcher_object *dispatcher_of(module_state *state, PyObject *loop)
{
    dispatcher_object *found = NULL;
    TRI_BEGIN_SECTION(state->module)
    for (found = state->dispatchers; found && found->loop != loop; found = found->next) {
    }
    TRI_END_SECTION()
    if (found) {
        return found;
    }
    dispatcher_object *self = dispatcher_new(state);
    if (!self) {
        return NULL;
    }
    self->loop = Py_NewRef(loop);
    if (!add_reader(state, self)) {
        Py_DECREF(self);
        return NULL;
    }
    TRI_BEGIN_SECTION(state->module)
    self->listed = state;
    self->next = state->dispatchers;
    state->dispatchers = self;
    TRI_END_SECTION()
    Py_DECREF(self);
    return self;
}

dispatcher_object *dispatcher_running(module_state *state, const char *what)
{
    PyObject *loop = module_running_loop(state);
    if (!loop) {
        return NULL;
    }
    dispatcher_object *self = NULL;
    if (loop != Py_None) {
        self = dispatcher_of(state, loop);
    } else {
        (void)error_format(state, TRI_E_ILLEGAL_METHOD_CALL,
                           "%s needs a running asyncio event loop in this thread; where there is none, wait with get()",
                           what);
    }
    Py_DECREF(loop);
    return self;
}

int64_t dispatcher_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int dispatcher_block(dispatcher_object *self, const bool *over, int64_t deadline)
{
    module_state *state = module_of(self);
    while (!*over) {
        int64_t left = deadline < 0 ? -1 : deadline - dispatcher_now();
        if (deadline >= 0 && left <= 0) {
            // A report that came in the last moment is told here: nobody else was woken for it.
            PyObject *last = dispatcher_drain((PyObject *)self, NULL);
            Py_XDECREF(last);
            return last ? *over : -1;
        }
        HRESULT hr;
        Py_BEGIN_ALLOW_THREADS hr = tri_dispatcher_wait(self->dispatcher, left);
        Py_END_ALLOW_THREADS if (PyErr_CheckSignals() < 0)
        {
            return -1;
        }
        if (TRI_FAILED(hr) && hr != TRI_E_ABORT) {
            (void)error_raise(state, hr);
            return -1;
        }
        PyObject *drained = dispatcher_drain((PyObject *)self, NULL);
        if (!drained) {
            return -1;
        }
        Py_DECREF(drained);
    }
    return 1;
}

void dispatcher_fault(dispatcher_object *self, PyObject *culprit)
{
    module_state *state = module_of(self);
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) || PyErr_ExceptionMatches(PyExc_SystemExit)) {
        if (self->fault) {
            PyErr_WriteUnraisable(culprit);
            return;
        }
        // The drain cannot be broken off, so what comes after it in this drain waits for the loop's next turn.
        self->fault = PyErr_GetRaisedException();
        self->deferring = self->loop != NULL;
        return;
    }
    if (!self->loop) {
        PyErr_WriteUnraisable(culprit);
        return;
    }
    PyObject *exception = PyErr_GetRaisedException();
    PyObject *report = Py_BuildValue("{sssOsO}", "message", "Exception in a handler of an operation", "exception",
                                     exception, "handle", culprit);
    PyObject *done = report ? PyObject_CallMethodOneArg(self->loop, state->str_call_exception_handler, report) : NULL;
    if (!done) {
        PyErr_WriteUnraisable(culprit);
    }
    Py_XDECREF(done);
    Py_XDECREF(report);
    Py_XDECREF(exception);
}

bool dispatcher_call_soon(module_state *state, PyObject *loop, PyObject *callback, PyObject *const *arguments,
                          size_t count, PyObject *context)
{
    PyObject *all[5] = {loop, callback};
    for (size_t i = 0; i < count; i++) {
        all[2 + i] = arguments[i];
    }
    all[2 + count] = context;
    PyObject *handle = PyObject_VectorcallMethod(
        state->str_call_soon, all, (2 + count) | PY_VECTORCALL_ARGUMENTS_OFFSET, context ? state->context_names : NULL);
    Py_XDECREF(handle);
    return handle != NULL;
}

// In the context of whoever registered it. False with an exception.
static bool call_now(PyObject *callback, PyObject *const *arguments, size_t count)
{
    PyObject *result = PyObject_Vectorcall(callback, arguments, count, NULL);
    Py_XDECREF(result);
    return result != NULL;
}

void dispatcher_call(dispatcher_object *self, PyObject *callback, PyObject *const *arguments, size_t count,
                     PyObject *context)
{
    bool called;
    if (self->deferring) {
        called = dispatcher_call_soon(module_of(self), self->loop, callback, arguments, count, context);
    } else if (!context) {
        called = call_now(callback, arguments, count);
    } else if (PyContext_Enter(context) == 0) {
        called = call_now(callback, arguments, count);
        PyObject *raised = called ? NULL : PyErr_GetRaisedException();
        (void)PyContext_Exit(context);
        if (raised) {
            PyErr_SetRaisedException(raised);
        }
    } else {
        // It is entered already, further out on this thread.
        PyErr_Clear();
        called = self->loop ? dispatcher_call_soon(module_of(self), self->loop, callback, arguments, count, context)
                            : call_now(callback, arguments, count);
    }
    if (!called) {
        dispatcher_fault(self, callback);
    }
}
