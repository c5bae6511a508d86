// Where the file of a component is.
#ifndef TRI_LOOKUP_H
#define TRI_LOOKUP_H

#include "os.h"

// Finds the file and writes its real path. Errors: TRI_E_MOD_NOT_FOUND (says where it looked, or what was missing when
// the component was built), TRI_E_INVALIDARG, TRI_E_INVALID_UTF8.
HRESULT tri__lookup(const char *name_or_path, size_t length, char *path, size_t size);

#endif
