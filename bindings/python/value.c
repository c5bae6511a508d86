// Values of core from objects of Python, and back. What fits where is for core to say; this file only finds
// out what kind of thing an object is.
#include "value.h"

#include "buffer.h"
#include "error.h"
#include "type.h"

#include <math.h>

static HRESULT mismatch(const tri_type *type, PyObject *object)
{
    char got[128];
    (void)snprintf(got, sizeof got, "%s", object == Py_None ? "None" : Py_TYPE(object)->tp_name);
    return tri_value_mismatch(type, got);
}

static HRESULT from_int(const tri_type *type, PyObject *number, void *to)
{
    int overflow = 0;
    long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow == 0) {
        return tri_value_set_int64(type, to, value);
    }
    if (overflow > 0) {
        unsigned long long big = PyLong_AsUnsignedLongLong(number);
        if (!PyErr_Occurred()) {
            return tri_value_set_uint64(type, to, big);
        }
        PyErr_Clear();
    }
    // No integer type holds it. The message names the number, as near as a double comes to it.
    double near = PyLong_AsDouble(number);
    if (PyErr_Occurred()) {
        PyErr_Clear();
        near = overflow > 0 ? Py_HUGE_VAL : -Py_HUGE_VAL;
    } else if (near == (double)INT64_MIN && type->kind != TRI_KIND_DOUBLE) {
        near = nextafter(near, -Py_HUGE_VAL); // it is below, and must not seem to fit
    }
    return tri_value_set_double(type, to, near);
}

static HRESULT from_number(const tri_type *type, PyObject *object, void *to)
{
    if (PyBool_Check(object)) {
        return mismatch(type, object);
    }
    if (PyLong_Check(object)) {
        return from_int(type, object, to);
    }
    if (PyFloat_Check(object)) {
        return tri_value_set_double(type, to, PyFloat_AS_DOUBLE(object));
    }
    if (PyIndex_Check(object)) {
        PyObject *number = PyNumber_Index(object);
        if (!number) {
            return ERROR_RAISED;
        }
        HRESULT hr = from_int(type, number, to);
        Py_DECREF(number);
        return hr;
    }
    bool real = type->kind == TRI_KIND_SINGLE || type->kind == TRI_KIND_DOUBLE;
    if (real && Py_TYPE(object)->tp_as_number && Py_TYPE(object)->tp_as_number->nb_float) {
        double value = PyFloat_AsDouble(object);
        return PyErr_Occurred() ? ERROR_RAISED : tri_value_set_double(type, to, value);
    }
    return mismatch(type, object);
}

static HRESULT from_text(const tri_type *type, PyObject *object, void *to)
{
    Py_ssize_t length = 0;
    const char *utf8 = PyUnicode_AsUTF8AndSize(object, &length);
    if (utf8) {
        return tri_value_set_text(type, to, utf8, (size_t)length);
    }
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        return ERROR_RAISED;
    }
    // Lone surrogates: core refuses their bytes, and says where they stand.
    PyErr_Clear();
    PyObject *bytes = PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass");
    if (!bytes) {
        return ERROR_RAISED;
    }
    HRESULT hr = tri_value_set_text(type, to, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
    Py_DECREF(bytes);
    return hr;
}

static HRESULT from_string(const tri_type *type, PyObject *object, void *to)
{
    if (PyUnicode_Check(object)) {
        return from_text(type, object, to);
    }
    if (!PyBytes_Check(object) && PyObject_HasAttrString((PyObject *)Py_TYPE(object), "__fspath__")) {
        PyObject *path = PyOS_FSPath(object);
        if (!path) {
            return ERROR_RAISED;
        }
        HRESULT hr = PyUnicode_Check(path) ? from_text(type, path, to) : mismatch(type, path);
        Py_DECREF(path);
        return hr;
    }
    return mismatch(type, object);
}

static HRESULT from_bytes(const tri_type *type, PyObject *object, void *to)
{
    if (!PyObject_CheckBuffer(object)) {
        return mismatch(type, object);
    }
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) {
        return ERROR_RAISED;
    }
    HRESULT hr = tri_value_set_bytes(type, to, view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return hr;
}

// A list, a tuple, a range, an array and the like; but neither text and bytes, whose items are rarely meant, nor
// mappings.
static bool is_sequence(PyObject *object)
{
    if (PyList_Check(object) || PyTuple_Check(object)) {
        return true;
    }
    return PySequence_Check(object) && !PyUnicode_Check(object) && !PyBytes_Check(object) &&
           !PyByteArray_Check(object) && !PyType_Check(object) && !PyObject_HasAttrString(object, "keys");
}

static HRESULT from_sequence(module_state *state, const tri_type *type, PyObject *object, void *to)
{
    if (!is_sequence(object)) {
        return mismatch(type, object);
    }
    // A tuple of its own: what __index__ of an element does to the list must not matter.
    PyObject *items = PySequence_Tuple(object);
    if (!items) {
        return ERROR_RAISED;
    }
    void *elements = NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(items);
    HRESULT hr = tri_value_set_array(type, to, (size_t)count, &elements);
    for (Py_ssize_t i = 0; i < count && TRI_SUCCEEDED(hr); i++) {
        hr = value_from_python(state, type->element, PyTuple_GET_ITEM(items, i),
                               (char *)elements + (size_t)i * type->element->size);
        if (TRI_FAILED(hr) && !PyErr_Occurred()) {
            hr = tri_error_prefix("item %zd: ", i);
        }
    }
    Py_DECREF(items);
    return hr;
}

// A whole number of a timedelta: days, seconds or microseconds. False with an exception.
static bool delta_part(PyObject *delta, const char *name, int64_t *part)
{
    PyObject *number = PyObject_GetAttrString(delta, name);
    *part = number ? PyLong_AsLongLong(number) : -1;
    Py_XDECREF(number);
    return !PyErr_Occurred();
}

static HRESULT ticks_of_seconds(double seconds, bool clamp, int64_t *ticks)
{
    HRESULT hr = tri_value_set_timespan(ticks, seconds, TRI_TICKS_PER_SECOND);
    if (clamp && hr == TRI_E_BOUNDS) {
        *ticks = seconds > 0 ? INT64_MAX : INT64_MIN;
        hr = TRI_S_OK;
    }
    return hr;
}

static HRESULT ticks_of_delta(PyObject *delta, bool clamp, int64_t *ticks)
{
    int64_t days, seconds, micros;
    if (!delta_part(delta, "days", &days) || !delta_part(delta, "seconds", &seconds) ||
        !delta_part(delta, "microseconds", &micros)) {
        return ERROR_RAISED;
    }
    seconds += days * 86400; // days has nine digits at most
    if (seconds < INT64_MAX / TRI_TICKS_PER_SECOND - 1 && seconds > INT64_MIN / TRI_TICKS_PER_SECOND + 1) {
        *ticks = seconds * TRI_TICKS_PER_SECOND + micros * 10; // exact
        return TRI_S_OK;
    }
    return ticks_of_seconds((double)seconds, clamp, ticks);
}

static HRESULT ticks_of(module_state *state, PyObject *object, bool clamp, int64_t *ticks)
{
    const tri_type *type = tri_type_builtin(TRI_KIND_TIMESPAN);
    if (!PyBool_Check(object) && (PyFloat_Check(object) || PyLong_Check(object))) {
        double seconds = PyFloat_AsDouble(object);
        if (PyErr_Occurred()) {
            PyErr_Clear(); // an integer that no double holds
            int overflow = 0;
            (void)PyLong_AsLongLongAndOverflow(object, &overflow);
            seconds = overflow < 0 ? -Py_HUGE_VAL : Py_HUGE_VAL;
        }
        return ticks_of_seconds(seconds, clamp, ticks);
    }
    int is_delta = PyObject_IsInstance(object, state->timedelta);
    if (is_delta < 0) {
        return ERROR_RAISED;
    }
    return is_delta ? ticks_of_delta(object, clamp, ticks) : mismatch(type, object);
}

HRESULT value_ticks(module_state *state, PyObject *object, int64_t *ticks)
{
    return ticks_of(state, object, false, ticks);
}

HRESULT value_ticks_clamped(module_state *state, PyObject *object, int64_t *ticks)
{
    return ticks_of(state, object, true, ticks);
}

HRESULT value_from_python(module_state *state, const tri_type *type, PyObject *object, void *to)
{
    switch (type->kind) {
    case TRI_KIND_BOOLEAN:
        if (!PyBool_Check(object)) {
            return mismatch(type, object);
        }
        *(uint8_t *)to = object == Py_True;
        return TRI_S_OK;
    case TRI_KIND_STRING:
        return from_string(type, object, to);
    case TRI_KIND_BUFFER:
        return from_bytes(type, object, to);
    case TRI_KIND_TIMESPAN:
        return value_ticks(state, object, to);
    case TRI_KIND_ENUM:
        return PyUnicode_Check(object) ? from_text(type, object, to) : from_number(type, object, to);
    case TRI_KIND_STRUCT:
        return type_struct_from_python(state, type, object, to);
    case TRI_KIND_ARRAY:
        return type->element->kind == TRI_KIND_UINT8 && PyObject_CheckBuffer(object)
                   ? from_bytes(type, object, to)
                   : from_sequence(state, type, object, to);
    case TRI_KIND_VOID:
        return mismatch(type, object);
    default:
        return from_number(type, object, to);
    }
}

static PyObject *to_timedelta(module_state *state, int64_t ticks)
{
    // Half a microsecond rounds to even, as timedelta itself does.
    int64_t micros = ticks / 10, rest = ticks % 10;
    if (rest > 5 || (rest == 5 && (micros & 1))) {
        micros++;
    } else if (rest < -5 || (rest == -5 && (micros & 1))) {
        micros--;
    }
    int64_t day = INT64_C(86400000000);
    int64_t days = micros / day, left = micros % day;
    if (left < 0) {
        left += day;
        days--;
    }
    return PyObject_CallFunction(state->timedelta, "iii", (int)days, (int)(left / 1000000), (int)(left % 1000000));
}

static PyObject *to_list(module_state *state, const tri_type *type, const void *value)
{
    const tri_c_UInt8Array *array = value; // every T[] has this shape
    if (type->element->kind == TRI_KIND_UINT8) {
        return PyBytes_FromStringAndSize((const char *)array->data, (Py_ssize_t)array->length);
    }
    PyObject *list = PyList_New((Py_ssize_t)array->length);
    for (size_t i = 0; list && i < array->length; i++) {
        PyObject *item = value_to_python(state, type->element, array->data + i * type->element->size);
        if (!item) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t)i, item);
    }
    return list;
}

PyObject *value_to_python(module_state *state, const tri_type *type, const void *value)
{
    switch (type->kind) {
    case TRI_KIND_VOID:
        Py_RETURN_NONE;
    case TRI_KIND_BOOLEAN:
        return PyBool_FromLong(*(const uint8_t *)value);
    case TRI_KIND_INT8:
        return PyLong_FromLong(*(const int8_t *)value);
    case TRI_KIND_UINT8:
        return PyLong_FromLong(*(const uint8_t *)value);
    case TRI_KIND_INT16:
        return PyLong_FromLong(*(const int16_t *)value);
    case TRI_KIND_UINT16:
        return PyLong_FromLong(*(const uint16_t *)value);
    case TRI_KIND_INT32:
        return PyLong_FromLong(*(const int32_t *)value);
    case TRI_KIND_UINT32:
        return PyLong_FromUnsignedLong(*(const uint32_t *)value);
    case TRI_KIND_INT64:
        return PyLong_FromLongLong(*(const int64_t *)value);
    case TRI_KIND_UINT64:
        return PyLong_FromUnsignedLongLong(*(const uint64_t *)value);
    case TRI_KIND_SINGLE:
        return PyFloat_FromDouble((double)*(const float *)value);
    case TRI_KIND_DOUBLE:
        return PyFloat_FromDouble(*(const double *)value);
    case TRI_KIND_STRING: {
        const tri_string *string = *(tri_string *const *)value;
        return string ? PyUnicode_DecodeUTF8(string->data, (Py_ssize_t)string->length, "strict")
                      : PyUnicode_FromStringAndSize(NULL, 0);
    }
    case TRI_KIND_BUFFER:
        return buffer_to_python(state, *(tri_buffer *const *)value);
    case TRI_KIND_TIMESPAN:
        return to_timedelta(state, *(const int64_t *)value);
    case TRI_KIND_ENUM:
        return type_enum_to_python(state, type, *(const int32_t *)value);
    case TRI_KIND_STRUCT:
        return type_struct_to_python(state, type, value);
    case TRI_KIND_ARRAY:
        return to_list(state, type, value);
    }
    PyErr_SetString(PyExc_SystemError, "value of a type that the binding does not know");
    return NULL;
}
