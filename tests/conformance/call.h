// Calling methods of the puppet, and comparing what came of it with an expectation.
#ifndef CONFORMANCE_CALL_H
#define CONFORMANCE_CALL_H

#include "literal.h"

#include <trivium/loader.h>

// What came of a call or a step: an error, or a value (NULL: there is none to have).
typedef struct outcome {
    HRESULT hr;
    const tri_type *type;
    const void *value;
} outcome;

// The method with that short name; ends the program if there is none.
const tri_method *call_find(const char *short_name);

// Calls a synchronous method. The value is valid until the next call.
outcome call_sync(const tri_method *method, const word *words, size_t count);

// Starts an asynchronous one; *out is the caller's.
HRESULT call_start(const tri_method *method, const word *words, size_t count, tri_async **out);

// Compares; prints and is false where they differ. `action` is for values that an action does not have.
bool outcome_meets(const outcome *got, const line *l, const char *path, bool action);

// Prints that an expectation was not met.
bool unmet(const char *path, const line *l, const char *format, ...) TRI_PRINTF(3, 4);

#endif
