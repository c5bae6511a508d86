/* Failures of core as exceptions. */
#ifndef TRIVIUM_PYTHON_ERROR_H
#define TRIVIUM_PYTHON_ERROR_H

#include "module.h"

/* What a function that ran Python code and failed with an exception says to one that speaks HRESULT. */
#define ERROR_RAISED TRI_E_UNEXPECTED

/* Raises the exception of `hr`, with the message of this thread's error info; an exception that is in flight
 * stays. TRI_E_CANCELED is asyncio.CancelledError. Returns NULL. */
PyObject *error_raise(module_state *state, HRESULT hr);
/* The same, where nobody awaits: TRI_E_CANCELED is trivium.Canceled. */
PyObject *error_raise_blocking(module_state *state, HRESULT hr);
/* Raises `hr` with a message of the binding's own. Returns NULL. */
PyObject *error_format(module_state *state, HRESULT hr, const char *format, ...) TRI_PRINTF(3, 4);
/* The HRESULT as scripts see it: 0x80070002, not negative. */
PyObject *error_number(HRESULT hr);

#endif
