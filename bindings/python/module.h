/* The state of the module in one interpreter, and what every file of the binding needs. */
#ifndef TRIVIUM_PYTHON_MODULE_H
#define TRIVIUM_PYTHON_MODULE_H

#include "compat.h"

#include <trivium/async.h>
#include <trivium/loader.h>

typedef struct dispatcher_object dispatcher_object;

/*
 * Immutable once the module is executed, but for `dispatchers`, `components`, `types` and `ending`, which the GIL
 * guards (without one: the critical section of `module`).
 */
typedef struct module_state {
    PyObject *module; /* borrowed: the state lives inside of it */

    PyTypeObject *operation_type; /* async.c */
    PyTypeObject *raw_type;       /* operation.c */
    PyTypeObject *awaiter_type;   /* awaiter.c */
    PyTypeObject *handler_type;   /* handler.c */
    PyTypeObject *dispatcher_type;
    PyTypeObject *method_type;
    PyTypeObject *buffer_type;

    PyObject *error_make;       /* trivium.errors.make */
    PyObject *cancelled_error;  /* asyncio.CancelledError */
    PyObject *get_running_loop; /* asyncio._get_running_loop: None where there is none */
    PyObject *status_type;      /* trivium._types.AsyncStatus */
    PyObject *make_enum;        /* trivium._types.make_enum */
    PyObject *make_struct;
    PyObject *make_signature;
    PyObject *signature_text;
    PyObject *make_reports; /* trivium._reports.Reports */
    PyObject *timedelta;    /* datetime.timedelta: datetime has no C API in an isolated interpreter of 3.12 */

    PyObject *components; /* address of a tri_component -> its module */
    PyObject *types;      /* address of a tri_type -> its class, for enums and structs */
    bool ending;          /* the interpreter ends: operations that go are canceled, so that it has not to wait */
    dispatcher_object *dispatchers; /* those of running loops, borrowed; each takes itself out */

    /* Interned names. */
    PyObject *str_add_reader;
    PyObject *str_call_exception_handler;
    PyObject *str_call_soon;
    PyObject *str_get_debug;
    PyObject *str_drain;
    PyObject *str_context;
    PyObject *context_names; /* ("context",) */
} module_state;

/* The state, from an object of one of the module's types (none of them can be subclassed). */
static inline module_state *module_of(void *object)
{
    return (module_state *)PyType_GetModuleState(Py_TYPE(object));
}

/* Does the interpreter end? Of a type of the module that may have lost it already. */
bool module_is_ending(PyTypeObject *type);

/* Makes a type of the module; a new reference, or NULL with an exception. */
PyTypeObject *module_type(PyObject *module, PyType_Spec *spec);

/* The running loop of this thread: a new reference to it or to None; NULL with an exception. */
static inline PyObject *module_running_loop(module_state *state)
{
    return PyObject_CallNoArgs(state->get_running_loop);
}

/* "HashFile" as Python spells it, interned; NULL with an exception. */
PyObject *module_name(tri_name_style style, const char *name);

#endif
