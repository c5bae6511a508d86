// A method of a loaded component, with what only core may see.
#ifndef TRI_METHOD_H
#define TRI_METHOD_H

#include <stdatomic.h>
#include <trivium/loader.h>

typedef struct tri__component {
    tri_component pub; // first
    const tri_component_def *def; // a copy as large as ours; what an older component has not is zero
    void *state;                 // what init made in the process of `epoch`
    _Atomic uint32_t epoch;      // released after state; guarded by the load lock otherwise. See tri__component_state
    struct tri__component *next; // of the registry; immutable after it is published
} tri__component;

typedef struct tri__method {
    tri_method pub; // first
    const tri_shape *shape; // a copy as large as ours, as `def` above
    uint32_t options; // tri_member_options
    bool args_plain;  // no argument holds a reference, nor a default
} tri__method;

// What the component's init made in this process. A forked child has none of the parent's threads, and cannot trust its
// locks: there init runs anew, before the first call. Errors: TRI_E_OUTOFMEMORY, and what init says.
HRESULT tri__component_state(const tri_component *component, void **state);
// Calls fini of every component that this process has initialised, newest first. Only when no work is left.
void tri__components_fini(void);

// Names are at most this long, so that their projections fit into TRI__NAME_ROOM.
#define TRI__NAME_MAX 120u
#define TRI__NAME_ROOM (2u * TRI__NAME_MAX + 2u)
// A struct of values or of arguments is at most this large.
#define TRI__LAYOUT_MAX 65536u
// Is `text` how that style spells `name`?
bool tri__name_is(tri_name_style style, const char *name, const char *text, size_t length);

// Would some language spell the two alike?
bool tri__name_clashes(const char *a, const char *b);
// What the offset of a value of that type in a C struct must be a multiple of.
size_t tri__type_alignment(const tri_type *type);

// UUIDv5 of a signature, as closed generics get it.
void tri__iid_of_signature(const char *signature, size_t length, tri_guid *out);
// The closed interface's IID and runtime class name, from the face and its types.
void tri__iid_of(tri_face face, const tri_type *result, const tri_type *progress, tri_guid *out);
// That of IReferenceArray<T>, which is what a T[] is at the raw vtable.
void tri__iid_of_array(const tri_type *array, tri_guid *out);
// Writes "Windows.Foundation.IReferenceArray`1<UInt8>", or what else a type is called there; as the next one.
size_t tri__class_name_of_type(const tri_type *type, char *out, size_t size);
// Writes "Windows.Foundation.IAsyncOperation`1<UInt32>"; returns its length, 0 if it does not fit.
size_t tri__class_name_of(tri_face face, const tri_type *result, const tri_type *progress, char *out,
                          size_t size);

#endif
