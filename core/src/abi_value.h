// Values as a client of the raw vtables takes them.
#ifndef TRI_ABI_VALUE_H
#define TRI_ABI_VALUE_H

#include <trivium/value.h>

// A String is an HSTRING there, a Buffer an IBuffer, a T[] an IReferenceArray<T>; a struct has that in its fields. The
// rest is laid out as in core.

// How many bytes such a value has.
size_t tri__abi_size(const tri_type *type);
// Makes one; the references in it are the caller's. *to is all zero after a failure.
// Errors: TRI_E_OUTOFMEMORY; TRI_E_BOUNDS (more than 2^32-1 of something); TRI_E_NOTIMPL (an array inside a struct).
HRESULT tri__abi_copy(const tri_type *type, void *to, const void *from);
// Frees what it holds, and zeroes it.
void tri__abi_clear(const tri_type *type, void *value);
// Calls a Progress delegate with a value of core's.
HRESULT tri__abi_invoke(const tri_type *type, void *delegate, void *sender, const void *value);

#endif
