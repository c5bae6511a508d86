// Values as the scenarios write them.
#ifndef CONFORMANCE_LITERAL_H
#define CONFORMANCE_LITERAL_H

#include "text.h"

#include <trivium/value.h>

// Stores the value that begins at words[*at] and steps over it. Errors: those of tri_value_set_*.
HRESULT literal_store(const tri_type *type, void *to, const word *words, size_t count, size_t *at);

// Does the value read as words[*at...]? Steps over them.
bool literal_equals(const tri_type *type, const void *value, const word *words, size_t count, size_t *at);

// Writes the value as it would stand in a scenario; for messages.
void literal_print(const tri_type *type, const void *value, char *out, size_t size);

// Is it the code of an error: capitals, digits, underscores?
bool literal_is_code(const word *w);

#endif
