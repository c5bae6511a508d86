// The raw face of an operation: IAsyncInfo and its kin, member for member.
#include "operation.h"

#include "error.h"
#include "handler.h"
#include "value.h"

typedef struct raw_object {
    PyObject_HEAD tri_async *op; // a reference; immutable
    PyObject *name;              // immutable
    // Loop thread only.
    handler_object *completed; // NULL before it is set and after it was called
    handler_object *progress;
} raw_object;

PyObject *raw_new(module_state *state, tri_async *op, PyObject *name)
{
    raw_object *self = (raw_object *)state->raw_type->tp_alloc(state->raw_type, 0);
    if (self) {
        self->op = tri_async_retain(op);
        self->name = Py_NewRef(name);
    }
    return (PyObject *)self;
}

static PyObject *none_or(module_state *state, HRESULT hr)
{
    return TRI_FAILED(hr) ? error_raise_blocking(state, hr) : Py_NewRef(Py_None);
}

static PyObject *raw_get_status(PyObject *object, void *Py_UNUSED(closure))
{
    module_state *state = module_of(object);
    int32_t status = 0;
    HRESULT hr = tri_async_get_status(((raw_object *)object)->op, &status);
    return TRI_FAILED(hr) ? error_raise_blocking(state, hr)
                          : PyObject_CallFunction(state->status_type, "i", (int)status);
}

static PyObject *raw_get_id(PyObject *object, void *Py_UNUSED(closure))
{
    uint32_t id = 0;
    HRESULT hr = tri_async_get_id(((raw_object *)object)->op, &id);
    return TRI_FAILED(hr) ? error_raise_blocking(module_of(object), hr) : PyLong_FromUnsignedLong(id);
}

static PyObject *raw_get_error_code(PyObject *object, void *Py_UNUSED(closure))
{
    HRESULT code = TRI_S_OK;
    HRESULT hr = tri_async_get_error_code(((raw_object *)object)->op, &code);
    return TRI_FAILED(hr) ? error_raise_blocking(module_of(object), hr) : error_number(code);
}

static PyObject *raw_cancel(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    return none_or(module_of(object), tri_async_cancel(((raw_object *)object)->op));
}

static PyObject *raw_close(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    return none_or(module_of(object), tri_async_close(((raw_object *)object)->op));
}

static PyObject *raw_get_results(PyObject *object, PyObject *Py_UNUSED(ignored))
{
    module_state *state = module_of(object);
    tri_async *op = ((raw_object *)object)->op;
    const void *result = NULL;
    HRESULT hr = tri_async_get_results(op, &result);
    return TRI_FAILED(hr) ? error_raise_blocking(state, hr) : value_to_python(state, tri_async_result_type(op), result);
}

// The Completed slot itself, through the vtable: whether it may be read in this state is its answer to give.
static HRESULT check_completed(tri_async *op)
{
    tri_face kind = tri_async_face(op);
    tri_IAsyncOperationWithProgress *face = tri_async_to_abi(op);
    void *delegate = NULL;
    HRESULT hr;
    if (kind == TRI_FACE_ACTION_WITH_PROGRESS || kind == TRI_FACE_OPERATION_WITH_PROGRESS) {
        hr = face->vtbl->get_Completed(face, &delegate);
    } else {
        hr = ((tri_IAsyncOperation *)(void *)face)->vtbl->get_Completed(face, &delegate);
    }
    if (delegate) {
        tri_IUnknown *unknown = delegate;
        (void)unknown->vtbl->Release(unknown);
    }
    (void)face->vtbl->Release(face);
    return hr;
}

static PyObject *handler_function(handler_object *handler)
{
    return Py_NewRef(handler && handler->function ? handler->function : Py_None);
}

static PyObject *raw_get_completed(PyObject *object, void *Py_UNUSED(closure))
{
    raw_object *self = (raw_object *)object;
    HRESULT hr = check_completed(self->op);
    return TRI_FAILED(hr) ? error_raise_blocking(module_of(self), hr) : handler_function(self->completed);
}

static PyObject *raw_get_progress(PyObject *object, void *Py_UNUSED(closure))
{
    raw_object *self = (raw_object *)object;
    HRESULT hr = tri_async_check_progress(self->op);
    return TRI_FAILED(hr) ? error_raise_blocking(module_of(self), hr) : handler_function(self->progress);
}

// The operation is over: the handler is called before the setter returns. What it raises changes nothing, unless it
// ends the program: then false, with that exception.
static bool complete_at_once(raw_object *self, handler_object *handler)
{
    int32_t number = 0;
    HRESULT hr = tri_async_get_status(self->op, &number);
    (void)hr; // it may be closed by now, which is a status too
    PyObject *status = PyObject_CallFunction(module_of(self)->status_type, "i", (int)number);
    PyObject *result = status ? PyObject_CallFunctionObjArgs(handler->function, (PyObject *)self, status, NULL) : NULL;
    bool exiting =
        !result && (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) || PyErr_ExceptionMatches(PyExc_SystemExit));
    if (!result && !exiting) {
        PyErr_WriteUnraisable(handler->function);
    }
    Py_XDECREF(result);
    Py_XDECREF(status);
    PyObject *raised = PyErr_GetRaisedException();
    handler_end(handler);
    PyErr_SetRaisedException(raised);
    return !exiting;
}

// For an operation that is over any dispatcher will do: nothing is going to wait on it.
static HRESULT begin_completed(module_state *state, raw_object *self, handler_object *handler)
{
    if (!tri_async_is_done(self->op)) {
        dispatcher_object *dispatcher = dispatcher_running(state, "setting completed");
        return dispatcher ? handler_begin(handler, dispatcher) : ERROR_RAISED;
    }
    dispatcher_object *dispatcher = dispatcher_blocking(state);
    HRESULT hr = dispatcher ? handler_begin(handler, dispatcher) : ERROR_RAISED;
    Py_XDECREF(dispatcher);
    return hr;
}

static int raw_set_completed(PyObject *object, PyObject *value, void *Py_UNUSED(closure))
{
    raw_object *self = (raw_object *)object;
    module_state *state = module_of(self);
    HRESULT hr;
    if (!value || value == Py_None) {
        hr = tri_async_clear_completed(self->op);
    } else {
        handler_object *handler = handler_new(state, self->op, HANDLER_RAW_COMPLETED, value, NULL, object, "completed");
        if (!handler) {
            return -1;
        }
        hr = begin_completed(state, self, handler);
        if (TRI_SUCCEEDED(hr)) {
            Py_XSETREF(self->completed, (handler_object *)Py_NewRef((PyObject *)handler));
        }
        if (hr == TRI_S_FALSE && !complete_at_once(self, handler)) {
            hr = ERROR_RAISED;
        }
        Py_DECREF(handler);
    }
    if (TRI_FAILED(hr)) {
        (void)error_raise_blocking(state, hr);
        return -1;
    }
    return 0;
}

static int raw_set_progress(PyObject *object, PyObject *value, void *Py_UNUSED(closure))
{
    raw_object *self = (raw_object *)object;
    module_state *state = module_of(self);
    handler_object *handler = NULL;
    HRESULT hr = tri_async_check_progress(self->op);
    if (TRI_SUCCEEDED(hr) && value && value != Py_None) {
        handler = handler_new(state, self->op, HANDLER_RAW_PROGRESS, value, NULL, object, "progress");
        dispatcher_object *dispatcher = handler ? dispatcher_running(state, "setting progress") : NULL;
        hr = dispatcher ? handler_begin(handler, dispatcher) : ERROR_RAISED;
        if (hr == TRI_S_FALSE) {
            handler_end(handler); // never called: the operation is over
        }
    }
    if (TRI_FAILED(hr)) {
        Py_XDECREF(handler);
        (void)error_raise_blocking(state, hr);
        return -1;
    }
    handler_object *old = self->progress;
    self->progress = handler;
    handler_end(old);
    Py_XDECREF(old);
    return 0;
}

static PyObject *raw_repr(PyObject *object)
{
    static const char *const faces[] = {"", "IAsyncAction", "IAsyncActionWithProgress", "IAsyncOperation",
                                        "IAsyncOperationWithProgress"};
    raw_object *self = (raw_object *)object;
    return PyUnicode_FromFormat("<%s of %U at %p>", faces[tri_async_face(self->op)], self->name, self);
}

static int raw_traverse(PyObject *object, visitproc visit, void *arg)
{
    raw_object *self = (raw_object *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->completed);
    Py_VISIT(self->progress);
    return 0;
}

static int raw_clear(PyObject *object)
{
    raw_object *self = (raw_object *)object;
    Py_CLEAR(self->completed);
    Py_CLEAR(self->progress);
    return 0;
}

static void raw_dealloc(PyObject *object)
{
    raw_object *self = (raw_object *)object;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    (void)raw_clear(object);
    Py_CLEAR(self->name);
    tri_async_release(self->op);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef raw_methods[] = {
    {"cancel", raw_cancel, METH_NOARGS, "cancel($self, /)\n--\n\nAsk the work to stop."},
    {"close", raw_close, METH_NOARGS,
     "close($self, /)\n--\n\nGive the result up; afterwards only cancel() and close() may be called."},
    {"get_results", raw_get_results, METH_NOARGS,
     "get_results($self, /)\n--\n\nThe result, once the status is Completed. Raises the failure if it is Error."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef raw_getset[] = {
    {"status", raw_get_status, NULL, "The AsyncStatus.", NULL},
    {"id", raw_get_id, NULL, "A number that no other operation of this process has; never 0.", NULL},
    {"error_code", raw_get_error_code, NULL, "The HRESULT of the failure, 0 if there is none.", NULL},
    {"completed", raw_get_completed, raw_set_completed,
     "The function(operation, status) that is called at the end. It can be set once.", NULL},
    {"progress", raw_get_progress, raw_set_progress, "The function(operation, value) that is called with each report.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot raw_slots[] = {
    {Py_tp_doc, "The raw face of an operation: IAsyncInfo and its kin, with their rules."},
    {Py_tp_traverse, raw_traverse},
    {Py_tp_clear, raw_clear},
    {Py_tp_dealloc, raw_dealloc},
    {Py_tp_repr, raw_repr},
    {Py_tp_methods, raw_methods},
    {Py_tp_getset, raw_getset},
    {0, NULL},
};

PyType_Spec raw_spec = {
    .name = "trivium._native.RawOperation",
    .basicsize = sizeof(raw_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = raw_slots,
};
