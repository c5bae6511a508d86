// The module trivium._native: its state, its types and its few functions.
#include "module.h"

#include "async.h"
#include "awaiter.h"
#include "buffer.h"
#include "component.h"
#include "dispatcher.h"
#include "handler.h"
#include "method.h"
#include "operation.h"

#include <stddef.h>

PyTypeObject *module_type(PyObject *module, PyType_Spec *spec)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
}

PyObject *module_name(tri_name_style style, const char *name)
{
    char room[256];
    if (tri_name_project(style, name, room, sizeof room) == 0) {
        PyErr_Format(PyExc_ValueError, "the name %s is too long", name);
        return NULL;
    }
    return PyUnicode_InternFromString(room);
}

bool module_is_ending(PyTypeObject *type)
{
    module_state *state = PyType_GetModuleState(type);
    if (!state) {
        PyErr_Clear();
    }
    return !state || state->ending;
}

// ---- the state

static const struct {
    size_t offset;
    PyType_Spec *spec;
    const char *name; // public, or NULL
} type_table[] = {
    {offsetof(module_state, operation_type), &operation_spec, "Operation"},
    {offsetof(module_state, raw_type), &raw_spec, "RawOperation"},
    {offsetof(module_state, awaiter_type), &awaiter_spec, NULL},
    {offsetof(module_state, handler_type), &handler_spec, NULL},
    {offsetof(module_state, dispatcher_type), &dispatcher_spec, NULL},
    {offsetof(module_state, method_type), &method_spec, "Method"},
    {offsetof(module_state, buffer_type), &buffer_spec, NULL},
};

static const struct {
    size_t offset;
    const char *module;
    const char *name;
} import_table[] = {
    {offsetof(module_state, error_make), "trivium.errors", "make"},
    {offsetof(module_state, cancelled_error), "asyncio", "CancelledError"},
    {offsetof(module_state, get_running_loop), "asyncio", "_get_running_loop"},
    {offsetof(module_state, timedelta), "datetime", "timedelta"},
    {offsetof(module_state, status_type), "trivium._types", "AsyncStatus"},
    {offsetof(module_state, make_enum), "trivium._types", "make_enum"},
    {offsetof(module_state, make_struct), "trivium._types", "make_struct"},
    {offsetof(module_state, make_signature), "trivium._types", "make_signature"},
    {offsetof(module_state, signature_text), "trivium._types", "signature_text"},
    {offsetof(module_state, make_reports), "trivium._reports", "Reports"},
};

static const struct {
    size_t offset;
    const char *text;
} name_table[] = {
    {offsetof(module_state, str_add_reader), "add_reader"},
    {offsetof(module_state, str_call_exception_handler), "call_exception_handler"},
    {offsetof(module_state, str_call_soon), "call_soon"},
    {offsetof(module_state, str_get_debug), "get_debug"},
    {offsetof(module_state, str_drain), "_drain"},
    {offsetof(module_state, str_context), "context"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define SLOT(state, offset) (*(PyObject **)((char *)(state) + (offset)))

// Called when the interpreter, main or sub, begins to end.
static PyObject *module_ending(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    ((module_state *)PyModule_GetState(module))->ending = true;
    Py_RETURN_NONE;
}

static PyObject *status_row(const tri_status *status)
{
    return Py_BuildValue("(Issss)", (unsigned)(uint32_t)status->hr, status->name, status->code, status->message,
                         status->python);
}

// Tells trivium.errors what the table says of the two classes that have a code of their own.
static int describe_errors(void)
{
    tri_status failed = tri_status_find(TRI_E_FAIL);
    tri_status canceled = tri_status_find(TRI_E_CANCELED);
    PyObject *errors = PyImport_ImportModule("trivium.errors");
    PyObject *first = status_row(&failed), *second = status_row(&canceled);
    PyObject *done = errors && first && second ? PyObject_CallMethod(errors, "describe", "OO", first, second) : NULL;
    Py_XDECREF(second);
    Py_XDECREF(first);
    Py_XDECREF(errors);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static int register_ending(PyObject *module)
{
    static PyMethodDef method = {"_ending", module_ending, METH_NOARGS, NULL};
    PyObject *atexit_module = PyImport_ImportModule("atexit");
    PyObject *function = atexit_module ? PyCFunction_New(&method, module) : NULL;
    PyObject *done = function ? PyObject_CallMethod(atexit_module, "register", "O", function) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(atexit_module);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static int module_exec(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    state->module = module;
    for (size_t i = 0; i < COUNT(import_table); i++) {
        PyObject *from = PyImport_ImportModule(import_table[i].module);
        PyObject *found = from ? PyObject_GetAttrString(from, import_table[i].name) : NULL;
        Py_XDECREF(from);
        if (!found) {
            return -1;
        }
        SLOT(state, import_table[i].offset) = found;
    }
    for (size_t i = 0; i < COUNT(name_table); i++) {
        PyObject *name = PyUnicode_InternFromString(name_table[i].text);
        if (!name) {
            return -1;
        }
        SLOT(state, name_table[i].offset) = name;
    }
    for (size_t i = 0; i < COUNT(type_table); i++) {
        PyTypeObject *type = module_type(module, type_table[i].spec);
        if (!type) {
            return -1;
        }
        SLOT(state, type_table[i].offset) = (PyObject *)type;
        if (type_table[i].name && PyModule_AddType(module, type) < 0) {
            return -1;
        }
    }
    state->context_names = PyTuple_Pack(1, state->str_context);
    state->components = PyDict_New();
    state->types = PyDict_New();
    if (!state->context_names || !state->components || !state->types) {
        return -1;
    }
    if (describe_errors() < 0 || register_ending(module) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "version", tri_version());
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *state = PyModule_GetState(module);
    for (size_t i = 0; i < COUNT(import_table); i++) {
        Py_VISIT(SLOT(state, import_table[i].offset));
    }
    for (size_t i = 0; i < COUNT(type_table); i++) {
        Py_VISIT(SLOT(state, type_table[i].offset));
    }
    Py_VISIT(state->components);
    Py_VISIT(state->types);
    return 0;
}

// Objects may outlive this: what they need of the state must be in place as long as their types are, which hold
// the module. So it gives up only what can be part of a cycle that passes through scripts.
static int module_clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    if (state->components) {
        PyDict_Clear(state->components);
    }
    if (state->types) {
        PyDict_Clear(state->types);
    }
    return 0;
}

static void module_free(void *module)
{
    module_state *state = PyModule_GetState(module);
    if (!state) {
        return;
    }
    dispatcher_orphan(state);
    for (size_t i = 0; i < COUNT(import_table); i++) {
        Py_CLEAR(SLOT(state, import_table[i].offset));
    }
    for (size_t i = 0; i < COUNT(type_table); i++) {
        Py_CLEAR(SLOT(state, type_table[i].offset));
    }
    for (size_t i = 0; i < COUNT(name_table); i++) {
        Py_CLEAR(SLOT(state, name_table[i].offset));
    }
    Py_CLEAR(state->context_names);
    Py_CLEAR(state->components);
    Py_CLEAR(state->types);
}

// ---- functions

static PyObject *module_shutdown(PyObject *module, PyObject *timeout)
{
    (void)module;
    double seconds = PyFloat_AsDouble(timeout);
    if (PyErr_Occurred()) {
        return NULL;
    }
    HRESULT hr;
    Py_BEGIN_ALLOW_THREADS hr = tri_shutdown((int64_t)(seconds * 1000));
    Py_END_ALLOW_THREADS return PyBool_FromLong(hr == TRI_S_OK);
}

static PyObject *module_live(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    (void)module;
    static const char *const names[TRI_LIVE_COUNT] = {
        [TRI_LIVE_ASYNC] = "async",   [TRI_LIVE_WAITER] = "waiter", [TRI_LIVE_DISPATCHER] = "dispatcher",
        [TRI_LIVE_STRING] = "string", [TRI_LIVE_BUFFER] = "buffer",
    };
    PyObject *counts = PyDict_New();
    for (int i = 0; counts && i < TRI_LIVE_COUNT; i++) {
        PyObject *count = PyLong_FromLongLong(tri_live_count((tri_live)i));
        if (!count || PyDict_SetItemString(counts, names[i], count) < 0) {
            Py_CLEAR(counts);
        }
        Py_XDECREF(count);
    }
    return counts;
}

static PyObject *module_status(PyObject *module, PyObject *hresult)
{
    (void)module;
    unsigned long number = PyLong_AsUnsignedLongMask(hresult);
    if (PyErr_Occurred()) {
        return NULL;
    }
    tri_status status = tri_status_find((HRESULT)(uint32_t)number);
    return status_row(&status);
}

static PyObject *module_statuses(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    (void)module;
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; rows && tri_status_at(i); i++) {
        PyObject *row = status_row(tri_status_at(i));
        if (!row || PyList_Append(rows, row) < 0) {
            Py_CLEAR(rows);
        }
        Py_XDECREF(row);
    }
    return rows;
}

static PyMethodDef module_methods[] = {
    {"load", component_load, METH_O,
     "load(name_or_path, /)\n--\n\nThe module of a component, found by name or by path; always the same one."},
    {"live", module_live, METH_NOARGS, "live()\n--\n\nHow many objects of each kind core has in this process."},
    {"shutdown", module_shutdown, METH_O,
     "shutdown(timeout, /)\n--\n\n"
     "Cancel all that is under way in this process and wait for it, at most so many seconds; whether it stopped."},
    {"status", module_status, METH_O,
     "status(hresult, /)\n--\n\n(hresult, name, code, message, exception) of an HRESULT."},
    {"statuses", module_statuses, METH_NOARGS, "statuses()\n--\n\nAll rows of the table of HRESULTs."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    // Handlers, awaiters and the lists of them are guarded by the GIL; where there is none, it is switched on.
    {Py_mod_gil, Py_MOD_GIL_USED},
#endif
    {0, NULL},
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,          .m_name = "trivium._native", .m_doc = "The part of Trivium that is written in C.",
    .m_size = sizeof(module_state), .m_methods = module_methods, .m_slots = module_slots,
    .m_traverse = module_traverse,  .m_clear = module_clear,     .m_free = module_free,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&module_def);
}
