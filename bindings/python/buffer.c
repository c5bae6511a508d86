// A Buffer of core under Python's buffer protocol: what scripts get is a memoryview of it, without a copy.
#include "buffer.h"

typedef struct buffer_object {
    PyObject_HEAD tri_buffer *buffer; // a reference, NULL for an empty one; immutable
} buffer_object;

static int buffer_get(PyObject *self, Py_buffer *view, int flags)
{
    tri_buffer *buffer = ((buffer_object *)self)->buffer;
    static char nothing[1];
    return PyBuffer_FillInfo(view, self, buffer ? (void *)buffer->data : nothing,
                             buffer ? (Py_ssize_t)buffer->length : 0, 0, flags);
}

static void buffer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    tri_buffer_release(((buffer_object *)self)->buffer);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot buffer_slots[] = {
    {Py_tp_doc, "Bytes that a component gave, shared with it."},
    {Py_tp_dealloc, buffer_dealloc},
    {Py_bf_getbuffer, buffer_get},
    {0, NULL},
};

PyType_Spec buffer_spec = {
    .name = "trivium._native.Buffer",
    .basicsize = sizeof(buffer_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = buffer_slots,
};

PyObject *buffer_to_python(module_state *state, tri_buffer *buffer)
{
    buffer_object *self = (buffer_object *)state->buffer_type->tp_alloc(state->buffer_type, 0);
    if (!self) {
        return NULL;
    }
    self->buffer = tri_buffer_retain(buffer);
    PyObject *view = PyMemoryView_FromObject((PyObject *)self);
    Py_DECREF(self);
    return view;
}
