// Values at the raw vtables. Buffers and arrays are boxed in objects of their own there.
#include "abi_value.h"

#include "alloc.h"
#include "method.h"
#include "value.h"
#include <stdatomic.h>
#include <stdlib.h>

typedef struct box_vtbl {
    TRI_IINSPECTABLE_SLOTS
    union {
        struct {
            HRESULT(TRI_STDCALL *get_Capacity)(void *self, uint32_t *capacity);
            HRESULT(TRI_STDCALL *get_Length)(void *self, uint32_t *length);
            HRESULT(TRI_STDCALL *put_Length)(void *self, uint32_t length);
        } buffer;
        HRESULT(TRI_STDCALL *get_Value)(void *self, uint32_t *length, void **elements); // of an array
    } own;
} box_vtbl;

typedef struct access_vtbl {
    TRI_IUNKNOWN_SLOTS
    HRESULT(TRI_STDCALL *Buffer)(void *self, uint8_t **bytes);
} access_vtbl;

typedef struct abi_box {
    const box_vtbl *vtbl;       // IBuffer or IReferenceArray<T>; immutable, as the next three
    const access_vtbl *access;  // IBufferByteAccess, of a buffer
    const tri_type *type;
    union {
        tri_buffer *buffer;
        tri__array array;
    } value;
    _Atomic uint32_t length; // of a buffer, as put_Length has set it; a number on its own
    _Atomic uint32_t refs;   // acq_rel: all uses come before the free
} abi_box;

static const tri_guid iid_IBuffer = {
    0x905A0FE0, 0xBC53, 0x11DF, {0x8C, 0x49, 0x00, 0x1E, 0x4F, 0xC6, 0x86, 0xDA}};
static const tri_guid iid_IBufferByteAccess = {
    0x905A0FEF, 0xBC53, 0x11DF, {0x8C, 0x49, 0x00, 0x1E, 0x4F, 0xC6, 0x86, 0xDA}};

static bool box_is_buffer(const abi_box *box)
{
    return box->type->kind == TRI_KIND_BUFFER;
}

static void box_iid(const abi_box *box, tri_guid *out)
{
    if (box_is_buffer(box)) {
        *out = iid_IBuffer;
    } else {
        tri__iid_of_array(box->type, out);
    }
}

static HRESULT box_query(abi_box *box, const tri_guid *iid, void **out)
{
    tri_guid own;
    if (!iid || !out) {
        return TRI_E_POINTER;
    }
    *out = NULL;
    box_iid(box, &own);
    if (memcmp(iid, &own, sizeof own) == 0 || memcmp(iid, &tri_IID_IUnknown, sizeof own) == 0 ||
        memcmp(iid, &tri_IID_IInspectable, sizeof own) == 0 ||
        memcmp(iid, &tri_IID_IAgileObject, sizeof own) == 0) {
        *out = box;
    } else if (box_is_buffer(box) && memcmp(iid, &iid_IBufferByteAccess, sizeof own) == 0) {
        *out = &box->access;
    } else {
        return TRI_E_NOINTERFACE;
    }
    // relaxed: whoever asks has a reference already, so nothing is published here.
    atomic_fetch_add_explicit(&box->refs, 1, memory_order_relaxed);
    return TRI_S_OK;
}

static uint32_t box_release(abi_box *box)
{
    // The release half pairs with the acquire half of the last of these: all uses come before the free.
    uint32_t before = atomic_fetch_sub_explicit(&box->refs, 1, memory_order_acq_rel);
    if (before == 1) {
        tri_value_clear(box->type, &box->value);
        tri__free(box);
    }
    return before - 1;
}

static HRESULT TRI_STDCALL box_QueryInterface(void *self, const tri_guid *iid, void **out)
{
    return box_query(self, iid, out);
}

static uint32_t TRI_STDCALL box_AddRef(void *self)
{
    return atomic_fetch_add_explicit(&((abi_box *)self)->refs, 1, memory_order_relaxed) + 1; // as in box_query
}

static uint32_t TRI_STDCALL box_Release(void *self)
{
    return box_release(self);
}

static HRESULT TRI_STDCALL box_GetIids(void *self, uint32_t *count, tri_guid **iids)
{
    if (!count || !iids) {
        return TRI_E_POINTER;
    }
    *count = 0;
    // The caller frees it with CoTaskMemFree, which is free() off Windows: so it is not tri__alloc's.
    *iids = malloc(sizeof **iids);
    if (!*iids) {
        return TRI_E_OUTOFMEMORY;
    }
    box_iid(self, *iids);
    *count = 1;
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL box_GetRuntimeClassName(void *self, tri_hstring *name)
{
    char text[512];
    if (!name) {
        return TRI_E_POINTER;
    }
    return tri_hstring_new(text, tri__class_name_of_type(((abi_box *)self)->type, text, sizeof text), name);
}

static HRESULT TRI_STDCALL box_GetTrustLevel(void *self, int32_t *level)
{
    (void)self;
    if (!level) {
        return TRI_E_POINTER;
    }
    *level = 0; // BaseTrust
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL buffer_get_Capacity(void *self, uint32_t *capacity)
{
    if (!capacity) {
        return TRI_E_POINTER;
    }
    *capacity = (uint32_t)((abi_box *)self)->value.buffer->length;
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL buffer_get_Length(void *self, uint32_t *length)
{
    if (!length) {
        return TRI_E_POINTER;
    }
    *length = atomic_load(&((abi_box *)self)->length);
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL buffer_put_Length(void *self, uint32_t length)
{
    abi_box *box = self;
    if (length > box->value.buffer->length) {
        return TRI_E_INVALIDARG;
    }
    atomic_store(&box->length, length);
    return TRI_S_OK;
}

static abi_box *box_of_access(void *self)
{
    return (abi_box *)(void *)((char *)self - offsetof(abi_box, access));
}

static HRESULT TRI_STDCALL access_QueryInterface(void *self, const tri_guid *iid, void **out)
{
    return box_query(box_of_access(self), iid, out);
}

static uint32_t TRI_STDCALL access_AddRef(void *self)
{
    return box_AddRef(box_of_access(self));
}

static uint32_t TRI_STDCALL access_Release(void *self)
{
    return box_release(box_of_access(self));
}

static HRESULT TRI_STDCALL access_Buffer(void *self, uint8_t **bytes)
{
    if (!bytes) {
        return TRI_E_POINTER;
    }
    *bytes = box_of_access(self)->value.buffer->data;
    return TRI_S_OK;
}

// The elements are the caller's: references, and memory for CoTaskMemFree as above.
static HRESULT TRI_STDCALL array_get_Value(void *self, uint32_t *length, void **elements)
{
    const abi_box *box = self;
    if (!length || !elements) {
        return TRI_E_POINTER;
    }
    *length = 0;
    *elements = NULL;
    const tri_type *type = box->type->element;
    const tri__array *array = &box->value.array;
    char *room = calloc(array->length ? array->length : 1, type->size);
    if (!room) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for %s", box->type->name);
    }
    for (size_t i = 0; i < array->length; i++) {
        size_t at = i * type->size;
        HRESULT hr = tri__abi_copy(type, room + at, (const char *)array->data + at);
        if (TRI_FAILED(hr)) {
            while (i--) {
                tri__abi_clear(type, room + i * type->size);
            }
            free(room);
            return hr;
        }
    }
    *length = (uint32_t)array->length;
    *elements = room;
    return TRI_S_OK;
}

#define BOX_SLOTS                                                                                  \
    .QueryInterface = box_QueryInterface, .AddRef = box_AddRef, .Release = box_Release,            \
    .GetIids = box_GetIids, .GetRuntimeClassName = box_GetRuntimeClassName,                        \
    .GetTrustLevel = box_GetTrustLevel

static const box_vtbl buffer_vtbl = {
    BOX_SLOTS, .own.buffer = {buffer_get_Capacity, buffer_get_Length, buffer_put_Length}};
static const box_vtbl array_vtbl = {BOX_SLOTS, .own.get_Value = array_get_Value};
static const access_vtbl buffer_access_vtbl = {access_QueryInterface, access_AddRef, access_Release,
                                               access_Buffer};

static HRESULT box_new(const tri_type *type, const void *from, void *to)
{
    bool is_buffer = type->kind == TRI_KIND_BUFFER;
    if (is_buffer && !*(tri_buffer *const *)from) {
        return TRI_S_OK; // NULL is NULL
    }
    size_t length = is_buffer ? (*(tri_buffer *const *)from)->length : ((const tri__array *)from)->length;
    if (length > UINT32_MAX) {
        return tri_error_set(TRI_E_BOUNDS, "expected at most 4294967295 in a %s, got %zu", type->name, length);
    }
    abi_box *box = tri__calloc(sizeof *box);
    if (!box) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for a boxed %s", type->name);
    }
    HRESULT hr = tri_value_copy(type, &box->value, from);
    if (TRI_FAILED(hr)) {
        tri__free(box);
        return hr;
    }
    box->vtbl = is_buffer ? &buffer_vtbl : &array_vtbl;
    box->access = &buffer_access_vtbl;
    box->type = type;
    atomic_init(&box->length, (uint32_t)length);
    atomic_init(&box->refs, 1);
    *(void **)to = box;
    return TRI_S_OK;
}

size_t tri__abi_size(const tri_type *type)
{
    return type->kind == TRI_KIND_ARRAY ? sizeof(void *) : type->size;
}

static HRESULT copy_struct(const tri_type *type, void *to, const void *from)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        const tri_type_field *field = &type->fields[i];
        HRESULT hr = field->type->kind == TRI_KIND_ARRAY
                         ? tri_error_set(TRI_E_NOTIMPL, "%s: an array in a struct has no form at the raw vtable",
                                         type->name)
                         : tri__abi_copy(field->type, (char *)to + field->offset,
                                         (const char *)from + field->offset);
        if (TRI_FAILED(hr)) {
            tri__abi_clear(type, to); // what was not reached is all zero
            return hr;
        }
    }
    return TRI_S_OK;
}

HRESULT tri__abi_copy(const tri_type *type, void *to, const void *from)
{
    if (type->plain) {
        memcpy(to, from, type->size);
        return TRI_S_OK;
    }
    memset(to, 0, tri__abi_size(type));
    switch (type->kind) {
    case TRI_KIND_STRING:
        return tri__hstring_of(*(tri_string *const *)from, to);
    case TRI_KIND_STRUCT:
        return copy_struct(type, to, from);
    default:
        return box_new(type, from, to);
    }
}

void tri__abi_clear(const tri_type *type, void *value)
{
    if (type->kind == TRI_KIND_STRUCT) {
        for (uint32_t i = 0; !type->plain && i < type->field_count; i++) {
            if (type->fields[i].type->kind != TRI_KIND_ARRAY) {
                tri__abi_clear(type->fields[i].type, (char *)value + type->fields[i].offset);
            }
        }
    } else if (type->kind == TRI_KIND_STRING) {
        tri_hstring_release(*(tri_hstring *)value);
    } else if (!type->plain && *(abi_box **)value) {
        box_release(*(abi_box **)value);
    }
    memset(value, 0, tri__abi_size(type));
}

HRESULT tri__abi_invoke(const tri_type *type, void *delegate, void *sender, const void *value)
{
    if (type->plain) {
        return type->invoke(delegate, sender, value);
    }
    void *copy = tri__alloc(tri__abi_size(type));
    if (!copy) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for a report of progress");
    }
    HRESULT hr = tri__abi_copy(type, copy, value);
    if (TRI_SUCCEEDED(hr)) {
        hr = type->invoke(delegate, sender, copy);
        tri__abi_clear(type, copy);
    }
    tri__free(copy);
    return hr;
}
