// From what a component says of itself to types and methods.
#ifndef TRI_DESCRIBE_H
#define TRI_DESCRIBE_H

#include "arena.h"
#include "method.h"
#include "midl.h"

typedef struct tri__describe {
    tri__arena *arena;   // of the component: what lasts
    tri__arena *scratch; // syntax trees
    const tri_component_def *def; // a copy as large as ours
    tri_type *types;              // enums and structs
    uint32_t type_count;
    struct describe_array *arrays; // T[] of those, made when first asked for
} tri__describe;

// Copies a struct that begins with its size as a uint32_t: what the author's compiler did not know is zero, what ours
// does not know is left. Errors: TRI_E_INVALID_DATA when it is smaller than its first version.
HRESULT tri__describe_copy(void *to, size_t size, size_t first_size, const void *from, const char *what);
// Is it a letter followed by letters, digits, underscores, and not too long? `dots`: also several with dots between.
bool tri__describe_is_name(const char *text, bool dots);
// Is it text that every language can take? NULL is "".
HRESULT tri__describe_text(const char *text, const char *what, const char **out);

// ---- types (describe_type.c)
// Makes the types of the component. Errors: TRI_E_INVALID_DATA, TRI_E_OUTOFMEMORY.
HRESULT tri__describe_types(tri__describe *describe);
// The type that a description names: "UInt64", "Algorithm", "Trivium.Hashing.Algorithm". NULL if there is none.
const tri_type *tri__describe_find(const tri__describe *describe, const char *name, size_t length);
// The type that C calls tri_c_<name>: "UInt64", "UInt8Array". *out is NULL if there is none.
// Errors: TRI_E_OUTOFMEMORY.
HRESULT tri__describe_find_c(tri__describe *describe, const char *name, const tri_type **out);
// The type T[]. *out is NULL if there is none. Errors: TRI_E_OUTOFMEMORY.
HRESULT tri__describe_array(tri__describe *describe, const tri_type *element, const tri_type **out);
// The type that a syntax tree names. Errors: TRI_E_INVALID_DATA (says where), TRI_E_OUTOFMEMORY.
HRESULT tri__describe_resolve(tri__describe *describe, const tri__midl_member *member,
                              const tri__midl_type *tree, bool may_be_void, const tri_type **out);

// ---- members (describe_method.c)
// Makes method `index` of the component from a member definition (a copy as large as ours). Its short name is set
// when all are known. Errors: TRI_E_INVALID_DATA, TRI_E_OUTOFMEMORY.
HRESULT tri__describe_method(tri__describe *describe, const tri_member_def *member,
                             tri__method *method);
// Finds the face, the result type and the progress type in what a member returns.
HRESULT tri__describe_return(tri__describe *describe, const tri__midl_member *tree, tri_method *method);
// Evaluates the default of a parameter. Errors: as above.
HRESULT tri__describe_default(tri__describe *describe, const tri__midl_member *member,
                              const tri__midl_value *value, const tri_type *type, const void **out);

// ---- the whole (describe.c)
// Fills `component` (but for name, path, state) from `describe->def`. Errors: as above.
HRESULT tri__describe_component(tri__describe *describe, tri__component *component);

#endif
