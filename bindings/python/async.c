// trivium.Operation: what an asynchronous method returns. It can be awaited many times, and is a Coroutine, because
// create_task, TaskGroup and asyncio.run take nothing less. That protocol has no state here: a step looks whether
// the operation is over, and yields a fresh awaiter where it is not; so several tasks may drive one operation.
#include "async.h"

#include "awaiter.h"
#include "error.h"
#include "handler.h"
#include "operation.h"
#include "value.h"

#include <stddef.h>

typedef struct operation_object {
    PyObject_HEAD tri_async *op; // a reference; immutable
    PyObject *name;              // immutable
    // Guarded by the GIL, or the object's critical section.
    PyObject *raw;            // made when it is first asked for
    handler_object *progress; // of the attribute of that name
    PyObject *waiting;        // list of handlers that came before a loop ran; NULL while there are none
    PyObject *weak;
} operation_object;

PyObject *operation_new(module_state *state, tri_async *op, PyObject *name)
{
    PyTypeObject *type = state->operation_type;
    operation_object *self = (operation_object *)type->tp_alloc(type, 0);
    if (!self) {
        tri_async_release(op);
        return NULL;
    }
    self->op = op;
    self->name = Py_NewRef(name);
    return (PyObject *)self;
}

// Lets the handlers that came before a loop ran wait on `dispatcher`; but not those that a blocking wait of another
// thread has. `begin` is handler_begin or handler_take_over.
static bool adopt_waiting(operation_object *self, dispatcher_object *dispatcher,
                          HRESULT (*begin)(handler_object *, dispatcher_object *))
{
    PyObject *waiting = Py_XNewRef(self->waiting); // a handler that is called may end the list
    bool adopted = true, all = true;
    for (Py_ssize_t i = 0; adopted && waiting && i < PyList_GET_SIZE(waiting); i++) {
        handler_object *handler = (handler_object *)Py_NewRef(PyList_GET_ITEM(waiting, i));
        if (waiter_is_waiting(&handler->base)) {
            all = all && handler->base.dispatcher == dispatcher;
        } else if (handler->function) {
            HRESULT hr = begin(handler, dispatcher);
            if (TRI_FAILED(hr)) {
                (void)error_raise(module_of(self), hr);
                adopted = false;
            }
        }
        Py_DECREF(handler);
    }
    Py_XDECREF(waiting);
    if (adopted && all && dispatcher->loop) {
        Py_CLEAR(self->waiting);
    }
    return adopted;
}

static bool adopt_waiting_by_loop(operation_object *self)
{
    if (!self->waiting || tri_async_is_done(self->op)) {
        return true;
    }
    dispatcher_object *dispatcher = dispatcher_running(module_of(self), "awaiting an operation");
    return dispatcher && adopt_waiting(self, dispatcher, handler_begin);
}

// ---- await, and the protocol of a coroutine

static PyObject *operation_await(PyObject *object)
{
    operation_object *self = (operation_object *)object;
    if (self->waiting && !adopt_waiting_by_loop(self)) {
        return NULL;
    }
    return awaiter_new(module_of(self), self->op);
}

static PyObject *operation_await_method(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return operation_await(self);
}

static PySendResult operation_send(PyObject *object, PyObject *argument, PyObject **result)
{
    operation_object *self = (operation_object *)object;
    if (tri_async_is_done(self->op)) {
        *result = awaiter_outcome(module_of(self), self->op);
        return *result ? PYGEN_RETURN : PYGEN_ERROR;
    }
    *result = NULL;
    PyObject *awaiter = operation_await(object);
    if (!awaiter) {
        return PYGEN_ERROR;
    }
    PySendResult step = awaiter_send(awaiter, argument, result);
    Py_DECREF(awaiter);
    return step;
}

static PyObject *operation_send_method(PyObject *self, PyObject *argument)
{
    PyObject *result;
    PySendResult step = operation_send(self, argument, &result);
    return awaiter_yielded(step, result);
}

// A task that was canceled before its first step throws here, and so does whoever closes a coroutine.
static PyObject *operation_throw(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    operation_object *self = (operation_object *)object;
    PyObject *raised = awaiter_throw(arguments, count);
    if (PyErr_ExceptionMatches(module_of(self)->cancelled_error) || PyErr_ExceptionMatches(PyExc_GeneratorExit)) {
        (void)tri_async_cancel(self->op);
    }
    return raised;
}

static PyObject *operation_cancel(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    (void)tri_async_cancel(((operation_object *)object)->op);
    Py_RETURN_NONE;
}

// ---- what can be seen of it

static PyObject *operation_get_raw(PyObject *object, void *Py_UNUSED(closure))
{
    operation_object *self = (operation_object *)object;
    PyObject *raw = NULL;
    TRI_BEGIN_SECTION(object)
    if (!self->raw) {
        self->raw = raw_new(module_of(self), self->op, self->name);
    }
    raw = Py_XNewRef(self->raw);
    TRI_END_SECTION()
    return raw;
}

static PyObject *operation_get_status(PyObject *object, void *Py_UNUSED(closure))
{
    module_state *state = module_of(object);
    int32_t status = 0;
    HRESULT hr = tri_async_get_status(((operation_object *)object)->op, &status);
    if (TRI_FAILED(hr) && status != TRI_ASYNC_CLOSED) { // Closed is refused to the raw face, and told here
        return error_raise_blocking(state, hr);
    }
    return PyObject_CallFunction(state->status_type, "i", (int)status);
}

static PyObject *operation_get_id(PyObject *object, void *Py_UNUSED(closure))
{
    uint32_t id = 0;
    HRESULT hr = tri_async_get_id(((operation_object *)object)->op, &id);
    return TRI_FAILED(hr) ? error_raise_blocking(module_of(object), hr) : PyLong_FromUnsignedLong(id);
}

static PyObject *operation_done(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(tri_async_is_done(((operation_object *)object)->op));
}

static PyObject *operation_get_name(PyObject *object, void *Py_UNUSED(closure))
{
    return Py_NewRef(((operation_object *)object)->name);
}

static PyObject *operation_repr(PyObject *object)
{
    operation_object *self = (operation_object *)object;
    int32_t status = 0;
    (void)tri_async_get_status(self->op, &status); // told also where it is refused
    return PyUnicode_FromFormat("<trivium.Operation %U %s at %p>", self->name, tri_async_status_name(status), self);
}

// ---- progress

// Begins to listen: on the running loop, or, where none runs, as soon as somebody waits.
static bool listen(operation_object *self, handler_object *handler)
{
    module_state *state = module_of(self);
    PyObject *loop = module_running_loop(state);
    if (!loop) {
        return false;
    }
    HRESULT hr = TRI_S_OK;
    if (loop != Py_None) {
        dispatcher_object *dispatcher = dispatcher_of(state, loop);
        hr = dispatcher ? handler_begin(handler, dispatcher) : ERROR_RAISED;
        if (hr == TRI_S_FALSE) {
            handler_end(handler); // over: it will never be called
        }
    } else {
        TRI_BEGIN_SECTION((PyObject *)self)
        if (!self->waiting) {
            self->waiting = PyList_New(0);
        }
        hr = self->waiting && PyList_Append(self->waiting, (PyObject *)handler) == 0 ? TRI_S_OK : ERROR_RAISED;
        TRI_END_SECTION()
    }
    Py_DECREF(loop);
    if (TRI_FAILED(hr)) {
        (void)error_raise(state, hr);
        return false;
    }
    return true;
}

static handler_object *subscribe(operation_object *self, PyObject *function, PyObject *over, const char *what)
{
    handler_object *handler = handler_new(module_of(self), self->op, HANDLER_PROGRESS, function, over, NULL, what);
    if (handler && !listen(self, handler)) {
        Py_CLEAR(handler);
    }
    return handler;
}

static PyObject *operation_on_progress(PyObject *self, PyObject *function)
{
    return (PyObject *)subscribe((operation_object *)self, function, NULL, "on_progress()");
}

// For reports(): on_progress, and a function that is called at the end.
static PyObject *operation_subscribe(PyObject *self, PyObject *args)
{
    PyObject *function, *over;
    if (!PyArg_ParseTuple(args, "OO:_subscribe", &function, &over)) {
        return NULL;
    }
    return (PyObject *)subscribe((operation_object *)self, function, over, "_subscribe()");
}

static PyObject *operation_reports(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyObject_CallOneArg(module_of(self)->make_reports, self);
}

static PyObject *operation_get_progress(PyObject *object, void *Py_UNUSED(closure))
{
    PyObject *function;
    TRI_BEGIN_SECTION(object)
    handler_object *handler = ((operation_object *)object)->progress;
    function = Py_NewRef(handler && handler->function ? handler->function : Py_None);
    TRI_END_SECTION()
    return function;
}

static int operation_set_progress(PyObject *object, PyObject *value, void *Py_UNUSED(closure))
{
    operation_object *self = (operation_object *)object;
    handler_object *handler = NULL;
    if (value && value != Py_None) {
        handler = subscribe(self, value, NULL, "progress");
        if (!handler) {
            return -1;
        }
    }
    handler_object *old;
    TRI_BEGIN_SECTION(object)
    old = self->progress;
    self->progress = handler;
    TRI_END_SECTION()
    handler_end(old);
    Py_XDECREF(old);
    return 0;
}

// ---- deadlines, and waiting without a loop

static PyObject *operation_timeout(PyObject *object, PyObject *seconds)
{
    operation_object *self = (operation_object *)object;
    module_state *state = module_of(self);
    int64_t ticks = 0;
    HRESULT hr = value_ticks(state, seconds, &ticks);
    if (TRI_FAILED(hr)) {
        if (!PyErr_Occurred()) {
            (void)tri_error_prefix("timeout() argument 'seconds': ");
        }
        return error_raise_blocking(state, hr);
    }
    tri_async *op = NULL;
    hr = tri_async_timeout(self->op, ticks, &op);
    return TRI_FAILED(hr) ? error_raise_blocking(state, hr) : operation_new(state, op, self->name);
}

// A blocking wait.
typedef struct block_state {
    operation_object *operation;
    dispatcher_object *dispatcher;
    bool over;
} block_state;

static void block_event(tri_waiter *Py_UNUSED(waiter), void *ctx, unsigned events)
{
    block_state *self = ctx;
    // There is a report, and the blocking wait of another thread, which had the handlers, may have ended meanwhile.
    if (events & TRI_EVENT_PROGRESS && self->dispatcher->dispatcher &&
        !adopt_waiting(self->operation, self->dispatcher, handler_take_over)) {
        dispatcher_fault(self->dispatcher, (PyObject *)self->operation);
    }
    if (events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        self->over = true;
    }
}

static int wait_on(operation_object *self, dispatcher_object *dispatcher, int64_t deadline)
{
    block_state wait = {self, dispatcher, false};
    tri_waiter *waiter = NULL;
    if (!adopt_waiting(self, dispatcher, handler_begin)) {
        return -1;
    }
    unsigned flags = self->waiting ? TRI_WAIT_PROGRESS : 0;
    HRESULT hr = tri_async_wait(self->op, dispatcher->dispatcher, flags, block_event, &wait, &waiter);
    if (TRI_FAILED(hr)) {
        (void)error_raise(module_of(self), hr);
        return -1;
    }
    if (hr == TRI_S_FALSE) {
        return 1;
    }
    int result = dispatcher_block(dispatcher, &wait.over, deadline);
    if (!wait.over) {
        tri_waiter_cancel(waiter);
    }
    return result;
}

// Waits for the outcome, as the arguments of get() and wait() say. 1: over; 0: time is up; -1 with an exception.
static int block(operation_object *self, PyObject *args, PyObject *kwargs, const char *format)
{
    static char *names[] = {"timeout", NULL};
    module_state *state = module_of(self);
    PyObject *timeout = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &timeout)) {
        return -1;
    }
    int64_t deadline = -1;
    if (timeout != Py_None) {
        int64_t ticks = 0;
        HRESULT hr = value_ticks_clamped(state, timeout, &ticks);
        if (TRI_FAILED(hr)) {
            if (!PyErr_Occurred()) {
                (void)tri_error_prefix("argument 'timeout': ");
            }
            (void)error_raise_blocking(state, hr);
            return -1;
        }
        if (ticks < INT64_MAX) { // else it is more than a TimeSpan holds, and there is no deadline
            deadline = dispatcher_now() + (ticks > 0 ? (ticks - 1) / TRI_TICKS_PER_MS + 1 : 0);
        }
    }
    if (tri_async_is_done(self->op)) {
        return 1;
    }
    PyObject *loop = module_running_loop(state);
    if (!loop || loop != Py_None) {
        Py_XDECREF(loop);
        if (loop) {
            (void)error_format(state, TRI_E_ILLEGAL_METHOD_CALL,
                               "this would block the event loop that runs in this thread; use await, or "
                               "asyncio.to_thread(op.get)");
        }
        return -1;
    }
    Py_DECREF(loop);
    dispatcher_object *dispatcher = dispatcher_blocking(state);
    if (!dispatcher) {
        return -1;
    }
    int result = wait_on(self, dispatcher, deadline);
    PyObject *raised = PyErr_GetRaisedException();
    dispatcher_close(dispatcher, false);
    PyErr_SetRaisedException(raised);
    Py_DECREF(dispatcher);
    if (result == 1) {
        Py_CLEAR(self->waiting);
    }
    return result;
}

static PyObject *operation_get(PyObject *object, PyObject *args, PyObject *kwargs)
{
    operation_object *self = (operation_object *)object;
    module_state *state = module_of(self);
    int over = block(self, args, kwargs, "|O:get");
    if (over < 0) {
        return NULL;
    }
    if (over == 0) {
        return error_format(state, TRI_E_TIMEOUT, "%s is not over yet; get() may be called again",
                            tri_async_name(self->op));
    }
    const void *result = NULL;
    HRESULT hr = tri_async_outcome(self->op, &result);
    return TRI_FAILED(hr) ? error_raise_blocking(state, hr)
                          : value_to_python(state, tri_async_result_type(self->op), result);
}

static PyObject *operation_wait(PyObject *object, PyObject *args, PyObject *kwargs)
{
    operation_object *self = (operation_object *)object;
    return block(self, args, kwargs, "|O:wait") < 0 ? NULL : operation_get_status(object, NULL);
}

// ---- the type

static int operation_traverse(PyObject *object, visitproc visit, void *arg)
{
    operation_object *self = (operation_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->raw);
    Py_VISIT(self->progress);
    Py_VISIT(self->waiting);
    return 0;
}

static int operation_clear(PyObject *object)
{
    operation_object *self = (operation_object *)object;
    Py_CLEAR(self->raw);
    Py_CLEAR(self->progress);
    Py_CLEAR(self->waiting);
    return 0;
}

static void operation_dealloc(PyObject *object)
{
    operation_object *self = (operation_object *)object;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weak) {
        PyObject_ClearWeakRefs(object);
    }
    (void)operation_clear(object);
    Py_CLEAR(self->name);
    if (module_is_ending(type)) {
        (void)tri_async_cancel(self->op);
    }
    tri_async_release(self->op);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef operation_methods[] = {
    {"__await__", operation_await_method, METH_NOARGS, NULL},
    {"send", operation_send_method, METH_O, "send($self, value, /)\n--\n\nOne step, for whoever drives it."},
    {"throw", (PyCFunction)(void (*)(void))operation_throw, METH_FASTCALL,
     "throw($self, value, /)\n--\n\nRaise the exception; a cancellation cancels the operation."},
    {"close", operation_cancel, METH_NOARGS, "close($self, /)\n--\n\nCancel the operation; never raises."},
    {"cancel", operation_cancel, METH_NOARGS,
     "cancel($self, /)\n--\n\nAsk the work to stop. Whoever awaits it gets asyncio.CancelledError."},
    {"done", operation_done, METH_NOARGS, "done($self, /)\n--\n\nWhether there is an outcome."},
    {"on_progress", operation_on_progress, METH_O,
     "on_progress($self, function, /)\n--\n\n"
     "Call function(value) on the loop with the latest report; returns a function that ends that."},
    {"_subscribe", operation_subscribe, METH_VARARGS, NULL},
    {"reports", operation_reports, METH_NOARGS,
     "reports($self, /)\n--\n\nAn asynchronous iterator over the latest reports, which ends with the operation."},
    {"timeout", operation_timeout, METH_O,
     "timeout($self, seconds, /)\n--\n\n"
     "A new operation with the outcome of this one; when the time (seconds or a timedelta) has passed first, it\n"
     "cancels this one and fails as TimeoutError."},
    {"get", (PyCFunction)(void (*)(void))operation_get, METH_VARARGS | METH_KEYWORDS,
     "get($self, /, timeout=None)\n--\n\n"
     "Block until it is over, and return the result or raise the failure. Raises TimeoutError when the time (seconds\n"
     "or a timedelta; None, infinity and whatever a TimeSpan cannot hold: no limit) has passed; the operation goes on\n"
     "then. Refuses to block a running event loop."},
    {"wait", (PyCFunction)(void (*)(void))operation_wait, METH_VARARGS | METH_KEYWORDS,
     "wait($self, /, timeout=None)\n--\n\n"
     "Block until it is over or the time has passed, and return the AsyncStatus."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "Operation[result] or Operation[result, progress]."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef operation_getset[] = {
    {"operation", operation_get_raw, NULL, "The raw face: IAsyncInfo and its kin.", NULL},
    {"status", operation_get_status, NULL, "The AsyncStatus.", NULL},
    {"id", operation_get_id, NULL, "A number that no other operation of this process has; never 0.", NULL},
    {"progress", operation_get_progress, operation_set_progress,
     "The function(value) that is called on the loop with the latest report; None for none.", NULL},
    {"__name__", operation_get_name, NULL, NULL, NULL},
    {"__qualname__", operation_get_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef operation_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(operation_object, weak), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot operation_slots[] = {
    {Py_tp_doc, "What an asynchronous method returns: work under way, which can be awaited any number of times."},
    {Py_tp_traverse, operation_traverse},
    {Py_tp_clear, operation_clear},
    {Py_tp_dealloc, operation_dealloc},
    {Py_tp_repr, operation_repr},
    {Py_am_await, operation_await},
    {Py_am_send, operation_send},
    {Py_tp_methods, operation_methods},
    {Py_tp_getset, operation_getset},
    {Py_tp_members, operation_members},
    {0, NULL},
};

PyType_Spec operation_spec = {
    .name = "trivium.Operation",
    .basicsize = sizeof(operation_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = operation_slots,
};
