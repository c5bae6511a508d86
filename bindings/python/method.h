/* Methods of components, as functions. */
#ifndef TRIVIUM_PYTHON_METHOD_H
#define TRIVIUM_PYTHON_METHOD_H

#include "module.h"

extern PyType_Spec method_spec;

/* `module_name` becomes __module__. A new reference; NULL with an exception. */
PyObject *method_new(module_state *state, const tri_method *method, PyObject *module_name);

#endif
