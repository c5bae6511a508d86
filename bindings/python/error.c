// Failures of core as exceptions. The classes, and what an exception is made of, are in trivium/errors.py.
#include "error.h"

#include <stdarg.h>

PyObject *error_number(HRESULT hr)
{
    return PyLong_FromUnsignedLong((uint32_t)hr);
}

// Builds the exception; NULL with another one when that fails.
static PyObject *error_new(module_state *state, HRESULT hr)
{
    tri_status status = tri_status_find(hr);
    const char *message = tri_error_message(hr);
    PyObject *text = PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "replace");
    if (!text) {
        return NULL;
    }
    PyObject *exception =
        PyObject_CallFunction(state->error_make, "ssIO", status.python, status.code, (unsigned)(uint32_t)hr, text);
    Py_DECREF(text);
    return exception;
}

PyObject *error_raise_blocking(module_state *state, HRESULT hr)
{
    if (PyErr_Occurred()) {
        return NULL;
    }
    PyObject *exception = error_new(state, hr);
    if (exception) {
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
        Py_DECREF(exception);
    }
    return NULL; // where there is no memory for it, MemoryError
}

PyObject *error_raise(module_state *state, HRESULT hr)
{
    if (hr != TRI_E_CANCELED || PyErr_Occurred()) {
        return error_raise_blocking(state, hr);
    }
    // An instance, not the bare class: the tasks of 3.10 leak the traceback of an exception that has no value.
    PyObject *error = PyObject_CallNoArgs(state->cancelled_error);
    if (error) {
        PyErr_SetObject(state->cancelled_error, error);
        Py_DECREF(error);
    }
    return NULL;
}

PyObject *error_format(module_state *state, HRESULT hr, const char *format, ...)
{
    char text[TRI_MESSAGE_SIZE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    (void)tri_error_set(hr, "%s", text);
    return error_raise_blocking(state, hr);
}
