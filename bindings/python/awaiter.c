// What `await op` waits on. A task is given the awaiter itself, which has as much of a future as a task asks for;
// the operation has not, or asyncio.isfuture() would take it for one. When the operation is over, the drain calls
// the task's wake-up in the task's own context, without a trip through call_soon.
#include "awaiter.h"

#include "error.h"
#include "value.h"

typedef struct awaiter_object {
    waiter_object base; // first
    // Loop thread only.
    PyObject *callback;
    PyObject *context;
    PyObject *cancel_message;
    bool blocking; // _asyncio_future_blocking: a task that sees it knows that it was yielded by an await
    bool canceled; // by cancel(): result() raises, also if the operation completed at that moment
} awaiter_object;

static void awaiter_event(tri_waiter *Py_UNUSED(waiter), void *ctx, unsigned events)
{
    awaiter_object *self = ctx;
    dispatcher_object *dispatcher = self->base.dispatcher;
    (void)waiter_over(&self->base);
    PyObject *callback = self->callback;
    PyObject *context = self->context;
    self->callback = NULL;
    self->context = NULL;
    if (callback && events & TRI_EVENT_DONE) {
        PyObject *argument = (PyObject *)self;
        dispatcher_call(dispatcher, callback, &argument, 1, context);
    }
    Py_XDECREF(callback);
    Py_XDECREF(context);
    Py_DECREF(self);
}

PyObject *awaiter_new(module_state *state, tri_async *op)
{
    PyTypeObject *type = state->awaiter_type;
    awaiter_object *self = (awaiter_object *)type->tp_alloc(type, 0);
    if (self) {
        self->base.op = tri_async_retain(op);
    }
    return (PyObject *)self;
}

PyObject *awaiter_outcome(module_state *state, tri_async *op)
{
    const void *result = NULL;
    HRESULT hr = tri_async_outcome(op, &result);
    if (TRI_FAILED(hr)) {
        return error_raise(state, hr);
    }
    return value_to_python(state, tri_async_result_type(op), result);
}

PySendResult awaiter_send(PyObject *object, PyObject *Py_UNUSED(argument), PyObject **result)
{
    awaiter_object *self = (awaiter_object *)object;
    module_state *state = module_of(self);
    *result = NULL;
    if (waiter_is_waiting(&self->base)) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the operation is not over: its awaiter was resumed by something that is no asyncio task");
        return PYGEN_ERROR;
    }
    if (!tri_async_is_done(self->base.op)) {
        dispatcher_object *dispatcher = dispatcher_running(state, "awaiting an operation");
        HRESULT hr = dispatcher ? waiter_begin(&self->base, dispatcher, 0, awaiter_event) : ERROR_RAISED;
        if (TRI_FAILED(hr)) {
            (void)error_raise(state, hr);
            return PYGEN_ERROR;
        }
        if (hr == TRI_S_OK) {
            self->blocking = true;
            *result = Py_NewRef(object);
            return PYGEN_NEXT;
        }
    }
    *result = awaiter_outcome(state, self->base.op);
    return *result ? PYGEN_RETURN : PYGEN_ERROR;
}

PyObject *awaiter_yielded(PySendResult step, PyObject *result)
{
    if (step != PYGEN_RETURN) {
        return result;
    }
    if (result != Py_None && (PyTuple_Check(result) || PyExceptionInstance_Check(result))) {
        // As it stands, it would be taken for the arguments of StopIteration.
        PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, result);
        Py_SETREF(result, stop);
    }
    if (result) {
        PyErr_SetObject(PyExc_StopIteration, result);
        Py_DECREF(result);
    }
    return NULL;
}

PyObject *awaiter_throw(PyObject *const *arguments, Py_ssize_t count)
{
    if (count < 1 || count > 3) {
        PyErr_Format(PyExc_TypeError, "throw() takes 1 to 3 arguments, got %zd", count);
        return NULL;
    }
    PyObject *type = arguments[0];
    PyObject *value = count > 1 && arguments[1] != Py_None ? arguments[1] : NULL;
    PyObject *traceback = count > 2 && arguments[2] != Py_None ? arguments[2] : NULL;
    if (traceback && !PyTraceBack_Check(traceback)) {
        PyErr_SetString(PyExc_TypeError, "throw() third argument must be a traceback object");
        return NULL;
    }
    if (PyExceptionInstance_Check(type)) {
        if (value) {
            PyErr_SetString(PyExc_TypeError, "instance exception may not have a separate value");
            return NULL;
        }
        value = type;
        type = (PyObject *)Py_TYPE(value);
        PyErr_Restore(Py_NewRef(type), Py_NewRef(value),
                      traceback ? Py_NewRef(traceback) : PyException_GetTraceback(value));
    } else if (PyExceptionClass_Check(type)) {
        PyErr_Restore(Py_NewRef(type), Py_XNewRef(value), Py_XNewRef(traceback));
    } else {
        PyErr_Format(PyExc_TypeError, "throw() expected an exception, got %s", Py_TYPE(type)->tp_name);
    }
    return NULL;
}

static PyObject *awaiter_next(PyObject *self)
{
    PyObject *result;
    PySendResult step = awaiter_send(self, Py_None, &result);
    if (step == PYGEN_RETURN && result == Py_None) {
        Py_DECREF(result);
        return NULL; // StopIteration without a value
    }
    return awaiter_yielded(step, result);
}

static PyObject *awaiter_send_method(PyObject *self, PyObject *argument)
{
    PyObject *result;
    PySendResult step = awaiter_send(self, argument, &result);
    return awaiter_yielded(step, result);
}

// The caller holds a reference.
static void stop_waiting(awaiter_object *self)
{
    if (!waiter_cancel(&self->base)) {
        Py_CLEAR(self->callback);
        Py_CLEAR(self->context);
    }
}

// A task throws only after its wake-up; by hand it may come sooner, and then nobody waits any more.
static PyObject *awaiter_throw_method(PyObject *object, PyObject *const *arguments, Py_ssize_t count)
{
    stop_waiting((awaiter_object *)object);
    return awaiter_throw(arguments, count);
}

static PyObject *awaiter_close(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    stop_waiting((awaiter_object *)object);
    Py_RETURN_NONE;
}

static PyObject *awaiter_get_blocking(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((awaiter_object *)self)->blocking);
}

static int awaiter_set_blocking(PyObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    int is_true = value ? PyObject_IsTrue(value) : 0;
    if (is_true < 0) {
        return -1;
    }
    ((awaiter_object *)self)->blocking = is_true;
    return 0;
}

static PyObject *awaiter_get_loop(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    awaiter_object *self = (awaiter_object *)object;
    if (self->base.dispatcher) {
        return Py_NewRef(self->base.dispatcher->loop);
    }
    return module_running_loop(module_of(self));
}

static PyObject *awaiter_add_done_callback(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                                           PyObject *names)
{
    awaiter_object *self = (awaiter_object *)object;
    module_state *state = module_of(self);
    Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    if (count != 1 || named > 1 ||
        (named == 1 && PyUnicode_Compare(PyTuple_GET_ITEM(names, 0), state->str_context) != 0)) {
        PyErr_SetString(PyExc_TypeError, "add_done_callback(callback, *, context=None)");
        return NULL;
    }
    PyObject *context = named ? arguments[1] : NULL;
    context = context == Py_None ? NULL : context;
    if (!waiter_is_waiting(&self->base)) {
        PyObject *loop = module_running_loop(state);
        bool called = loop && dispatcher_call_soon(state, loop, arguments[0], &object, 1, context);
        Py_XDECREF(loop);
        return called ? Py_NewRef(Py_None) : NULL;
    }
    if (self->callback) {
        PyErr_SetString(PyExc_RuntimeError, "an awaiter has one callback; await the operation once more instead");
        return NULL;
    }
    self->callback = Py_NewRef(arguments[0]);
    self->context = context ? Py_NewRef(context) : PyContext_CopyCurrent();
    if (!self->context) {
        Py_CLEAR(self->callback);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *awaiter_remove_done_callback(PyObject *object, PyObject *callback)
{
    awaiter_object *self = (awaiter_object *)object;
    int same = self->callback ? PyObject_RichCompareBool(self->callback, callback, Py_EQ) : 0;
    if (same > 0) {
        Py_CLEAR(self->callback);
        Py_CLEAR(self->context);
    }
    return same < 0 ? NULL : PyLong_FromLong(same);
}

// What a task's cancel() calls. The wait ends by the operation's end, which Cancel brings about at once.
static PyObject *awaiter_cancel(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"msg", NULL};
    awaiter_object *self = (awaiter_object *)object;
    PyObject *message = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:cancel", names, &message)) {
        return NULL;
    }
    if (!waiter_is_waiting(&self->base) || self->canceled) {
        Py_RETURN_FALSE;
    }
    self->canceled = true;
    Py_XSETREF(self->cancel_message, message == Py_None ? NULL : Py_XNewRef(message));
    (void)tri_async_cancel(self->base.op);
    Py_RETURN_TRUE;
}

static PyObject *awaiter_done(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    awaiter_object *self = (awaiter_object *)object;
    return PyBool_FromLong(!waiter_is_waiting(&self->base) && tri_async_is_done(self->base.op));
}

static PyObject *awaiter_cancelled(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    awaiter_object *self = (awaiter_object *)object;
    return PyBool_FromLong(self->canceled && !waiter_is_waiting(&self->base));
}

// What a task's wake-up asks. The value itself comes from the step after it, so that it is converted once.
static PyObject *awaiter_result(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    awaiter_object *self = (awaiter_object *)object;
    if (self->canceled) {
        PyObject *type = module_of(self)->cancelled_error;
        PyObject *error =
            self->cancel_message ? PyObject_CallOneArg(type, self->cancel_message) : PyObject_CallNoArgs(type);
        if (error) {
            PyErr_SetObject(type, error);
            Py_DECREF(error);
        }
        return NULL;
    }
    Py_RETURN_NONE;
}

static int awaiter_traverse(PyObject *object, visitproc visit, void *arg)
{
    awaiter_object *self = (awaiter_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->callback);
    Py_VISIT(self->context);
    Py_VISIT(self->cancel_message);
    return 0;
}

static int awaiter_clear(PyObject *object)
{
    awaiter_object *self = (awaiter_object *)object;
    Py_CLEAR(self->callback);
    Py_CLEAR(self->context);
    Py_CLEAR(self->cancel_message);
    return 0;
}

// Never while it waits: then the dispatcher has a reference.
static void awaiter_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)awaiter_clear(self);
    tri_async_release(((awaiter_object *)self)->base.op);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef awaiter_methods[] = {
    {"send", awaiter_send_method, METH_O, NULL},
    {"throw", (PyCFunction)(void (*)(void))awaiter_throw_method, METH_FASTCALL, NULL},
    {"close", awaiter_close, METH_NOARGS, NULL},
    {"get_loop", awaiter_get_loop, METH_NOARGS, NULL},
    {"add_done_callback", (PyCFunction)(void (*)(void))awaiter_add_done_callback, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"remove_done_callback", awaiter_remove_done_callback, METH_O, NULL},
    {"cancel", (PyCFunction)(void (*)(void))awaiter_cancel, METH_VARARGS | METH_KEYWORDS, NULL},
    {"done", awaiter_done, METH_NOARGS, NULL},
    {"cancelled", awaiter_cancelled, METH_NOARGS, NULL},
    {"result", awaiter_result, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef awaiter_getset[] = {
    {"_asyncio_future_blocking", awaiter_get_blocking, awaiter_set_blocking, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot awaiter_slots[] = {
    {Py_tp_doc, "Waits for an operation on behalf of a task."},
    {Py_tp_traverse, awaiter_traverse},
    {Py_tp_clear, awaiter_clear},
    {Py_tp_dealloc, awaiter_dealloc},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, awaiter_next},
    {Py_am_send, awaiter_send},
    {Py_tp_methods, awaiter_methods},
    {Py_tp_getset, awaiter_getset},
    {0, NULL},
};

PyType_Spec awaiter_spec = {
    .name = "trivium._native.Awaiter",
    .basicsize = sizeof(awaiter_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = awaiter_slots,
};
