// Functions that are called with the progress, or at the end, of an operation. Scripts hold the object as the
// unsubscriber.
#include "handler.h"

#include "error.h"
#include "value.h"

handler_object *handler_new(module_state *state, tri_async *op, handler_kind kind, PyObject *function, PyObject *over,
                            PyObject *raw, const char *what)
{
    if (!PyCallable_Check(function)) {
        (void)error_format(state, TRI_E_TYPE_MISMATCH, "%s: expected a function, got %s", what,
                           function == Py_None ? "None" : Py_TYPE(function)->tp_name);
        return NULL;
    }
    PyObject *context = PyContext_CopyCurrent();
    handler_object *self = context ? (handler_object *)state->handler_type->tp_alloc(state->handler_type, 0) : NULL;
    if (!self) {
        Py_XDECREF(context);
        return NULL;
    }
    self->base.op = tri_async_retain(op);
    self->kind = kind;
    self->function = Py_NewRef(function);
    self->over = Py_XNewRef(over);
    self->raw = Py_XNewRef(raw);
    self->context = context;
    return self;
}

static int handler_clear(PyObject *object)
{
    handler_object *self = (handler_object *)object;
    Py_CLEAR(self->function);
    Py_CLEAR(self->over);
    Py_CLEAR(self->raw);
    Py_CLEAR(self->context);
    return 0;
}

static PyObject *latest_progress(module_state *state, tri_async *op)
{
    const tri_type *type = tri_async_progress_type(op);
    union {
        max_align_t align;
        char bytes[128];
    } room;
    void *value = type->size <= sizeof room ? (void *)&room : PyMem_Malloc(type->size);
    if (!value) {
        return PyErr_NoMemory();
    }
    HRESULT hr = tri_async_latest_progress(op, value);
    PyObject *result = TRI_FAILED(hr) ? error_raise(state, hr) : value_to_python(state, type, value);
    if (TRI_SUCCEEDED(hr)) {
        tri_value_clear(type, value);
    }
    if (value != (void *)&room) {
        PyMem_Free(value);
    }
    return result;
}

static void call_with(handler_object *self, dispatcher_object *dispatcher, PyObject *value)
{
    PyObject *raw = Py_XNewRef(self->raw);
    PyObject *arguments[2] = {raw, value};
    PyObject *function = Py_XNewRef(self->function); // it may end the handler
    PyObject *context = Py_XNewRef(self->context);
    if (!value) {
        dispatcher_fault(dispatcher, (PyObject *)self);
    } else if (function && raw) {
        dispatcher_call(dispatcher, function, arguments, 2, context);
    } else if (function) {
        dispatcher_call(dispatcher, function, arguments + 1, 1, context);
    }
    Py_XDECREF(context);
    Py_XDECREF(function);
    Py_XDECREF(raw);
    Py_XDECREF(value);
}

static PyObject *final_status(module_state *state, tri_async *op)
{
    int32_t status = 0;
    (void)tri_async_get_status(op, &status); // Closed is refused, and told all the same
    return PyObject_CallFunction(state->status_type, "i", (int)status);
}

// It is over: tells whoever wants to know, and lets go of them.
static void finish(handler_object *self, dispatcher_object *dispatcher)
{
    if (self->kind == HANDLER_RAW_COMPLETED) {
        call_with(self, dispatcher, final_status(module_of(self), self->base.op));
    } else if (self->over) {
        PyObject *over = Py_NewRef(self->over);
        PyObject *context = Py_XNewRef(self->context);
        dispatcher_call(dispatcher, over, NULL, 0, context);
        Py_XDECREF(context);
        Py_DECREF(over);
    }
    (void)handler_clear((PyObject *)self);
}

static void handler_event(tri_waiter *Py_UNUSED(waiter), void *ctx, unsigned events)
{
    handler_object *self = ctx;
    dispatcher_object *dispatcher = self->base.dispatcher;
    Py_INCREF(self);
    if (!self->function) {
        handler_end(self); // another thread ended it, and left the waiter to this one
    } else if (events & TRI_EVENT_PROGRESS) {
        call_with(self, dispatcher, latest_progress(module_of(self), self->base.op));
    }
    if (waiter_is_waiting(&self->base) && events & (TRI_EVENT_DONE | TRI_EVENT_CLOSED)) {
        Py_DECREF(waiter_over(&self->base));
        if (events & TRI_EVENT_DONE) {
            finish(self, dispatcher);
        } else if (dispatcher->loop) {
            (void)handler_clear((PyObject *)self); // its loop is gone; after a blocking wait it may go on
        }
    }
    Py_DECREF(self);
}

HRESULT handler_begin(handler_object *self, dispatcher_object *dispatcher)
{
    static const unsigned flags[] = {
        [HANDLER_PROGRESS] = TRI_WAIT_PROGRESS,
        [HANDLER_RAW_PROGRESS] = TRI_WAIT_PROGRESS | TRI_WAIT_STOPPED,
        [HANDLER_RAW_COMPLETED] = TRI_WAIT_SLOT,
    };
    return waiter_begin(&self->base, dispatcher, flags[self->kind], handler_event);
}

HRESULT handler_take_over(handler_object *self, dispatcher_object *dispatcher)
{
    HRESULT hr = handler_begin(self, dispatcher);
    if (hr == TRI_S_FALSE) {
        call_with(self, dispatcher, latest_progress(module_of(self), self->base.op));
        finish(self, dispatcher);
    }
    return hr;
}

void handler_end(handler_object *self)
{
    if (self) {
        Py_INCREF(self);
        (void)waiter_cancel(&self->base); // from another thread: without a function, it does nothing any more
        (void)handler_clear((PyObject *)self);
        Py_DECREF(self);
    }
}

static PyObject *handler_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) || (kwargs && PyDict_GET_SIZE(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "the unsubscriber takes no arguments");
        return NULL;
    }
    handler_end((handler_object *)self);
    Py_RETURN_NONE;
}

static PyObject *handler_get_active(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(((handler_object *)self)->function != NULL);
}

static int handler_traverse(PyObject *object, visitproc visit, void *arg)
{
    handler_object *self = (handler_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->function);
    Py_VISIT(self->over);
    Py_VISIT(self->raw);
    Py_VISIT(self->context);
    return 0;
}

// Never while it waits: then the dispatcher has a reference.
static void handler_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)handler_clear(self);
    tri_async_release(((handler_object *)self)->base.op);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyGetSetDef handler_getset[] = {
    {"active", handler_get_active, NULL, "Whether it may still be called.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot handler_slots[] = {
    {Py_tp_doc, "A subscription; calling it ends it."},
    {Py_tp_traverse, handler_traverse},
    {Py_tp_clear, handler_clear},
    {Py_tp_dealloc, handler_dealloc},
    {Py_tp_call, handler_call},
    {Py_tp_getset, handler_getset},
    {0, NULL},
};

PyType_Spec handler_spec = {
    .name = "trivium._native.Handler",
    .basicsize = sizeof(handler_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = handler_slots,
};
