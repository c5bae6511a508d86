/* The raw face of an operation: IAsyncInfo and its kin, member for member. */
#ifndef TRIVIUM_PYTHON_OPERATION_H
#define TRIVIUM_PYTHON_OPERATION_H

#include "module.h"

extern PyType_Spec raw_spec;

/* A new reference; NULL with an exception. */
PyObject *raw_new(module_state *state, tri_async *op, PyObject *name);

#endif
