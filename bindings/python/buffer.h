/* A Buffer of core under Python's buffer protocol. */
#ifndef TRIVIUM_PYTHON_BUFFER_H
#define TRIVIUM_PYTHON_BUFFER_H

#include "module.h"

extern PyType_Spec buffer_spec;
/* A writable memoryview of the buffer's own bytes, which keeps it alive; NULL with an exception. */
PyObject *buffer_to_python(module_state *state, tri_buffer *buffer);

#endif
