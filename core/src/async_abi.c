// The four faces and IAsyncInfo: what stands in the slots of the vtables.
#include "abi_value.h"
#include "async.h"

#include "alloc.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

const tri_guid tri_IID_IUnknown = {0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
const tri_guid tri_IID_IInspectable = {
    0xAF86E2E0, 0xB12D, 0x4C6A, {0x9C, 0x5A, 0xD7, 0xAA, 0x65, 0x10, 0x1E, 0x90}};
const tri_guid tri_IID_IAgileObject = {
    0x94EA2B94, 0xE9CC, 0x49E0, {0xC0, 0xFF, 0xEE, 0x64, 0xCA, 0x8F, 0x5B, 0x90}};
const tri_guid tri_IID_IAsyncInfo = {0x00000036, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
const tri_guid tri_IID_IAsyncAction = {
    0x5A648006, 0x843A, 0x4DA9, {0x86, 0x5B, 0x9D, 0x26, 0xE5, 0xDF, 0xAD, 0x7B}};
const tri_guid tri_IID_IAsyncActionWithProgress_1 = {
    0x1F6DB258, 0xE803, 0x48A1, {0x95, 0x46, 0xEB, 0x73, 0x53, 0x39, 0x88, 0x84}};
const tri_guid tri_IID_IAsyncOperation_1 = {
    0x9FC2B0BB, 0xE446, 0x44E2, {0xAA, 0x61, 0x9C, 0xAB, 0x8F, 0x63, 0x6A, 0xF2}};
const tri_guid tri_IID_IAsyncOperationWithProgress_2 = {
    0xB5D036D7, 0xE297, 0x498F, {0xBA, 0x60, 0x02, 0x89, 0xE7, 0x6E, 0x23, 0xDD}};

static tri_async *from_face(void *self)
{
    return (tri_async *)((char *)self - offsetof(tri_async, face_vtbl));
}

static tri_async *from_info(void *self)
{
    return (tri_async *)((char *)self - offsetof(tri_async, info_vtbl));
}

static bool guid_equal(const tri_guid *a, const tri_guid *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

// ---- IUnknown and IInspectable, over the object
static HRESULT abi_query(tri_async *op, const tri_guid *iid, void **out)
{
    if (!out) {
        return TRI_E_POINTER;
    }
    *out = NULL;
    if (!iid) {
        return TRI_E_POINTER;
    }
    if (guid_equal(iid, &tri_IID_IAsyncInfo)) {
        *out = &op->info_vtbl;
    } else if (guid_equal(iid, &tri_IID_IUnknown) || guid_equal(iid, &tri_IID_IInspectable) ||
               guid_equal(iid, &tri_IID_IAgileObject)) {
        *out = &op->face_vtbl;
    } else {
        tri_guid own;
        tri__iid_of(op->face, op->result_type, op->progress_type, &own);
        if (guid_equal(iid, &own)) {
            *out = &op->face_vtbl;
        }
    }
    if (!*out) {
        return TRI_E_NOINTERFACE;
    }
    tri_async_retain(op);
    return TRI_S_OK;
}

static uint32_t abi_add_ref(tri_async *op)
{
    return atomic_fetch_add(&op->refs, 1) + 1;
}

static uint32_t abi_release(tri_async *op)
{
    // The number is for those who like to print it: another thread may change it at once.
    uint32_t refs = atomic_load(&op->refs) - 1;
    tri_async_release(op);
    return refs;
}

static HRESULT abi_iids(tri_async *op, uint32_t *count, tri_guid **iids)
{
    if (!count || !iids) {
        return TRI_E_POINTER;
    }
    *count = 0;
    // The caller frees it with CoTaskMemFree, which is free() off Windows: so it is not tri__alloc's.
    *iids = malloc(2 * sizeof **iids);
    if (!*iids) {
        return TRI_E_OUTOFMEMORY;
    }
    tri__iid_of(op->face, op->result_type, op->progress_type, &(*iids)[0]);
    (*iids)[1] = tri_IID_IAsyncInfo;
    *count = 2;
    return TRI_S_OK;
}

static HRESULT abi_class_name(tri_async *op, tri_hstring *name)
{
    if (!name) {
        return TRI_E_POINTER;
    }
    char text[512];
    size_t length =
        tri__class_name_of(op->face, op->result_type, op->progress_type, text, sizeof text);
    return tri_hstring_new(text, length, name);
}

static HRESULT abi_trust_level(int32_t *level)
{
    if (!level) {
        return TRI_E_POINTER;
    }
    *level = 0; // BaseTrust
    return TRI_S_OK;
}

#define DEFINE_INSPECTABLE(prefix, from)                                                           \
    static HRESULT TRI_STDCALL prefix##_QueryInterface(void *self, const tri_guid *iid, void **out) \
    {                                                                                              \
        return abi_query(from(self), iid, out);                                                    \
    }                                                                                              \
    static uint32_t TRI_STDCALL prefix##_AddRef(void *self)                                        \
    {                                                                                              \
        return abi_add_ref(from(self));                                                            \
    }                                                                                              \
    static uint32_t TRI_STDCALL prefix##_Release(void *self)                                       \
    {                                                                                              \
        return abi_release(from(self));                                                            \
    }                                                                                              \
    static HRESULT TRI_STDCALL prefix##_GetIids(void *self, uint32_t *count, tri_guid **iids)      \
    {                                                                                              \
        return abi_iids(from(self), count, iids);                                                  \
    }                                                                                              \
    static HRESULT TRI_STDCALL prefix##_GetRuntimeClassName(void *self, tri_hstring *name)         \
    {                                                                                              \
        return abi_class_name(from(self), name);                                                   \
    }                                                                                              \
    static HRESULT TRI_STDCALL prefix##_GetTrustLevel(void *self, int32_t *level)                  \
    {                                                                                              \
        (void)self;                                                                                \
        return abi_trust_level(level);                                                             \
    }

DEFINE_INSPECTABLE(face, from_face)
DEFINE_INSPECTABLE(info, from_info)

#define INSPECTABLE_SLOTS(prefix)                                                                  \
    .QueryInterface = prefix##_QueryInterface, .AddRef = prefix##_AddRef,                          \
    .Release = prefix##_Release, .GetIids = prefix##_GetIids,                                      \
    .GetRuntimeClassName = prefix##_GetRuntimeClassName, .GetTrustLevel = prefix##_GetTrustLevel

// ---- IAsyncInfo
static HRESULT TRI_STDCALL info_get_Id(void *self, uint32_t *id)
{
    return id ? tri_async_get_id(from_info(self), id) : TRI_E_POINTER;
}

static HRESULT TRI_STDCALL info_get_Status(void *self, int32_t *status)
{
    return status ? tri_async_get_status(from_info(self), status) : TRI_E_POINTER;
}

static HRESULT TRI_STDCALL info_get_ErrorCode(void *self, HRESULT *code)
{
    return code ? tri_async_get_error_code(from_info(self), code) : TRI_E_POINTER;
}

static HRESULT TRI_STDCALL info_Cancel(void *self)
{
    return tri_async_cancel(from_info(self));
}

static HRESULT TRI_STDCALL info_Close(void *self)
{
    return tri_async_close(from_info(self));
}

const tri_IAsyncInfoVtbl tri__info_vtbl = {
    INSPECTABLE_SLOTS(info), .get_Id = info_get_Id,   .get_Status = info_get_Status,
    .get_ErrorCode = info_get_ErrorCode, .Cancel = info_Cancel, .Close = info_Close,
};

// ---- the slots of the four faces
static HRESULT TRI_STDCALL face_put_Completed(void *self, void *delegate)
{
    tri_async *op = from_face(self);
    if (tri__async_is_forked(op)) {
        return tri__async_refuse(TRI_E_FORKED, "Completed", TRI__ERROR);
    }
    tri__handler *handler;
    HRESULT hr = tri__handler_new(delegate, &handler);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    tri__async_lock(op);
    tri__state state = tri__async_state(op);
    hr = tri__async_take_slot(op, state);
    if (hr == TRI_S_OK) {
        op->guarded.completed = handler;
    }
    tri__async_unlock(op);
    if (hr != TRI_S_OK) {
        tri__handler_release(handler);
        return tri__async_refuse(hr, "Completed", state);
    }
    // A finisher that missed the handler set the state before it had the lock, so it is seen here: one of the two fires.
    if (tri__state_has_outcome(tri__async_state(op))) {
        tri__async_fire(op);
    }
    return TRI_S_OK;
}

// Hands out the delegate in a slot, with a reference.
static HRESULT abi_get_handler(tri_async *op, tri__rule rule, tri__handler **slot, void **out,
                               const char *what)
{
    if (!out) {
        return TRI_E_POINTER;
    }
    *out = NULL;
    tri__state state = tri__async_state(op);
    HRESULT hr = tri__state_rule(rule, state);
    if (hr != TRI_S_OK) {
        return tri__async_refuse(hr, what, state);
    }
    if (tri__async_is_forked(op)) {
        return TRI_S_OK;
    }
    tri__async_lock(op);
    tri__handler *handler = tri__handler_retain(*slot);
    tri__async_unlock(op);
    if (handler) {
        *out = handler->delegate;
        ((tri_IUnknown *)*out)->vtbl->AddRef(*out);
        tri__handler_release(handler);
    }
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL face_get_Completed(void *self, void **out)
{
    tri_async *op = from_face(self);
    return abi_get_handler(op, TRI__RULE_GET_COMPLETED, &op->guarded.completed, out, "Completed");
}

static HRESULT TRI_STDCALL face_put_Progress(void *self, void *delegate)
{
    tri_async *op = from_face(self);
    if (tri__async_is_forked(op)) {
        return tri__async_refuse(TRI_E_FORKED, "Progress", TRI__ERROR);
    }
    tri__handler *handler;
    HRESULT hr = tri__handler_new(delegate, &handler);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    tri__async_lock(op);
    tri__state state = tri__async_state(op);
    hr = tri__state_rule(TRI__RULE_PUT_PROGRESS, state);
    // Once the work has stopped nothing is reported any more: the delegate is not kept.
    if (hr == TRI_S_OK && !tri__state_is_stopped(state)) {
        tri__handler *before = op->guarded.progress_handler;
        op->guarded.progress_handler = handler;
        handler = before;
    }
    tri__async_unlock(op);
    tri__handler_release(handler);
    return hr == TRI_S_OK ? hr : tri__async_refuse(hr, "Progress", state);
}

static HRESULT TRI_STDCALL face_get_Progress(void *self, void **out)
{
    tri_async *op = from_face(self);
    return abi_get_handler(op, TRI__RULE_GET_PROGRESS, &op->guarded.progress_handler, out, "Progress");
}

// An action's GetResults has no out parameter.
static HRESULT TRI_STDCALL face_GetResults_void(void *self)
{
    const void *result;
    return tri_async_get_results(from_face(self), &result);
}

static HRESULT TRI_STDCALL face_GetResults(void *self, void *out)
{
    tri_async *op = from_face(self);
    if (!out) {
        return TRI_E_POINTER;
    }
    const void *result;
    HRESULT hr = tri_async_get_results(op, &result);
    if (hr == TRI_S_OK) {
        return tri__abi_copy(op->result_type, out, result);
    }
    // A stored failure zeroes the result; an illegal call leaves it as it is.
    if (tri__state_status(tri__async_state(op)) == TRI_ASYNC_ERROR) {
        memset(out, 0, tri__abi_size(op->result_type));
    }
    return hr;
}

static const tri_IAsyncActionVtbl action_vtbl = {
    INSPECTABLE_SLOTS(face), .put_Completed = face_put_Completed,
    .get_Completed = face_get_Completed, .GetResults = face_GetResults_void};

static const tri_IAsyncOperationVtbl operation_vtbl = {
    INSPECTABLE_SLOTS(face), .put_Completed = face_put_Completed,
    .get_Completed = face_get_Completed, .GetResults = face_GetResults};

static const tri_IAsyncActionWithProgressVtbl action_with_progress_vtbl = {
    INSPECTABLE_SLOTS(face),
    .put_Progress = face_put_Progress,
    .get_Progress = face_get_Progress,
    .put_Completed = face_put_Completed,
    .get_Completed = face_get_Completed,
    .GetResults = face_GetResults_void};

static const tri_IAsyncOperationWithProgressVtbl operation_with_progress_vtbl = {
    INSPECTABLE_SLOTS(face),
    .put_Progress = face_put_Progress,
    .get_Progress = face_get_Progress,
    .put_Completed = face_put_Completed,
    .get_Completed = face_get_Completed,
    .GetResults = face_GetResults};

const void *tri__face_vtbl(tri_face face)
{
    switch (face) {
    case TRI_FACE_ACTION:
        return &action_vtbl;
    case TRI_FACE_ACTION_WITH_PROGRESS:
        return &action_with_progress_vtbl;
    case TRI_FACE_OPERATION:
        return &operation_vtbl;
    default:
        return &operation_with_progress_vtbl;
    }
}

void *tri_async_to_abi(tri_async *op)
{
    tri_async_retain(op);
    return &op->face_vtbl;
}
