/* Values of core from objects of Python, and back. */
#ifndef TRIVIUM_PYTHON_VALUE_H
#define TRIVIUM_PYTHON_VALUE_H

#include "module.h"

/* Stores `object` in `to`, which holds a value of `type`. On failure an exception may be set (of the object's own
 * code: it goes on as it is); otherwise there is error info, for tri_method_blame. */
HRESULT value_from_python(module_state *state, const tri_type *type, PyObject *object, void *to);
/* A new reference; NULL with an exception. */
PyObject *value_to_python(module_state *state, const tri_type *type, const void *value);
/* A timedelta or a number of seconds, as ticks. Failures as value_from_python. */
HRESULT value_ticks(module_state *state, PyObject *object, int64_t *ticks);
/* The same, but what a TimeSpan cannot hold (infinity, too) is INT64_MAX or INT64_MIN. */
HRESULT value_ticks_clamped(module_state *state, PyObject *object, int64_t *ticks);

#endif
