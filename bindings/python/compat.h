/* What one version of CPython has and an older one lacks, under the newer name. */
#ifndef TRIVIUM_PYTHON_COMPAT_H
#define TRIVIUM_PYTHON_COMPAT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if PY_VERSION_HEX < 0x030A0000
#error "Trivium needs Python 3.10 or newer"
#endif

#if PY_VERSION_HEX < 0x030C0000
#include <structmember.h>
#define Py_T_PYSSIZET T_PYSSIZET
#define Py_READONLY READONLY

/* The exception in flight, normalized, taken out of the thread; NULL if there is none. */
static inline PyObject *PyErr_GetRaisedException(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!type) {
        return NULL;
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback) {
        PyException_SetTraceback(value, traceback);
        Py_DECREF(traceback);
    }
    Py_DECREF(type);
    return value;
}

/* Puts it back; steals `exception`. */
static inline void PyErr_SetRaisedException(PyObject *exception)
{
    if (!exception) {
        PyErr_Clear();
        return;
    }
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(exception)), exception, PyException_GetTraceback(exception));
}
#endif

/* Sections that exclude other threads where there is no GIL; nothing where there is one. */
#if PY_VERSION_HEX >= 0x030D0000
#define TRI_BEGIN_SECTION(object) Py_BEGIN_CRITICAL_SECTION(object);
#define TRI_END_SECTION() Py_END_CRITICAL_SECTION();
#else
#define TRI_BEGIN_SECTION(object) {
#define TRI_END_SECTION() }
#endif

#endif
