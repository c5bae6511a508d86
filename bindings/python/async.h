/* trivium.Operation: what an asynchronous method returns. */
#ifndef TRIVIUM_PYTHON_ASYNC_H
#define TRIVIUM_PYTHON_ASYNC_H

#include "module.h"

extern PyType_Spec operation_spec;

/* Takes `op` over. `name` is what the method is called in Python. NULL with an exception; `op` is released then. */
PyObject *operation_new(module_state *state, tri_async *op, PyObject *name);

#endif
