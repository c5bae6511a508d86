/* Components, as modules. */
#ifndef TRIVIUM_PYTHON_COMPONENT_H
#define TRIVIUM_PYTHON_COMPONENT_H

#include "module.h"

/* trivium._native.load(name_or_path): the module of a component, always the same one. */
PyObject *component_load(PyObject *module, PyObject *name_or_path);

#endif
