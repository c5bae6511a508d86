/*
 * trivium/abi.h - the Windows Runtime async interfaces as every client in the process sees them.
 *
 * Slot order, IIDs and HRESULTs are Windows' own (IAsyncInfo and its kin, windows.foundation.idl),
 * so that a client of any make can use an operation of Trivium, and Trivium one of any make.
 * Names carry a prefix because the headers of Windows declare the bare ones.
 *
 * Rules of the ABI: HRESULT, AsyncStatus and enums are 4 bytes, Boolean is 1, a NULL HSTRING is "".
 * A pointer that is returned through an out parameter is the caller's. Every method may be called
 * from any thread at any time, and none blocks.
 */
#ifndef TRIVIUM_ABI_H
#define TRIVIUM_ABI_H

#include <trivium/component.h>

#if !defined(TRI_API)
#define TRI_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tri_guid {
    uint32_t data1;
    uint16_t data2;
    uint16_t data3;
    uint8_t data4[8];
} tri_guid;

typedef struct tri_hstring__ *tri_hstring; /* UTF-16, reference-counted; NULL is the empty string */

typedef enum tri_async_status {
    TRI_ASYNC_CREATED = -1, /* never seen outside an author's factory */
    TRI_ASYNC_STARTED = 0,
    TRI_ASYNC_COMPLETED = 1,
    TRI_ASYNC_CANCELED = 2,
    TRI_ASYNC_ERROR = 3,
    TRI_ASYNC_CLOSED = 4 /* only ever an out value beside TRI_E_ILLEGAL_METHOD_CALL */
} tri_async_status;

/* Slots 0 to 2 of everything, and 3 to 5 of every interface (but not of delegates). */
#define TRI_IUNKNOWN_SLOTS                                                                         \
    HRESULT(TRI_STDCALL *QueryInterface)(void *self, const tri_guid *iid, void **out);             \
    uint32_t(TRI_STDCALL *AddRef)(void *self);                                                     \
    uint32_t(TRI_STDCALL *Release)(void *self);
#define TRI_IINSPECTABLE_SLOTS                                                                     \
    TRI_IUNKNOWN_SLOTS                                                                             \
    HRESULT(TRI_STDCALL *GetIids)(void *self, uint32_t *count, tri_guid **iids);                   \
    HRESULT(TRI_STDCALL *GetRuntimeClassName)(void *self, tri_hstring *name);                      \
    HRESULT(TRI_STDCALL *GetTrustLevel)(void *self, int32_t *level);

typedef struct tri_IUnknownVtbl {
    TRI_IUNKNOWN_SLOTS
} tri_IUnknownVtbl;
typedef struct tri_IUnknown {
    const tri_IUnknownVtbl *vtbl;
} tri_IUnknown;

typedef struct tri_IInspectableVtbl {
    TRI_IINSPECTABLE_SLOTS
} tri_IInspectableVtbl;
typedef struct tri_IInspectable {
    const tri_IInspectableVtbl *vtbl;
} tri_IInspectable;

typedef struct tri_IAsyncInfoVtbl {
    TRI_IINSPECTABLE_SLOTS
    HRESULT(TRI_STDCALL *get_Id)(void *self, uint32_t *id);
    HRESULT(TRI_STDCALL *get_Status)(void *self, int32_t *status);
    HRESULT(TRI_STDCALL *get_ErrorCode)(void *self, HRESULT *code);
    HRESULT(TRI_STDCALL *Cancel)(void *self);
    HRESULT(TRI_STDCALL *Close)(void *self);
} tri_IAsyncInfoVtbl;
typedef struct tri_IAsyncInfo {
    const tri_IAsyncInfoVtbl *vtbl;
} tri_IAsyncInfo;

/* AsyncActionCompletedHandler and its generic kin: `sender` is the async interface pointer. */
typedef struct tri_CompletedHandlerVtbl {
    TRI_IUNKNOWN_SLOTS
    HRESULT(TRI_STDCALL *Invoke)(void *self, void *sender, int32_t status);
} tri_CompletedHandlerVtbl;
typedef struct tri_CompletedHandler {
    const tri_CompletedHandlerVtbl *vtbl;
} tri_CompletedHandler;

/* IAsyncAction and IAsyncOperation<R>; `GetResults` of an action has no second parameter. */
typedef struct tri_IAsyncOperationVtbl {
    TRI_IINSPECTABLE_SLOTS
    HRESULT(TRI_STDCALL *put_Completed)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Completed)(void *self, void **handler);
    HRESULT(TRI_STDCALL *GetResults)(void *self, void *result);
} tri_IAsyncOperationVtbl;
typedef struct tri_IAsyncOperation {
    const tri_IAsyncOperationVtbl *vtbl;
} tri_IAsyncOperation;

typedef struct tri_IAsyncActionVtbl {
    TRI_IINSPECTABLE_SLOTS
    HRESULT(TRI_STDCALL *put_Completed)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Completed)(void *self, void **handler);
    HRESULT(TRI_STDCALL *GetResults)(void *self);
} tri_IAsyncActionVtbl;
typedef struct tri_IAsyncAction {
    const tri_IAsyncActionVtbl *vtbl;
} tri_IAsyncAction;

typedef struct tri_IAsyncOperationWithProgressVtbl {
    TRI_IINSPECTABLE_SLOTS
    HRESULT(TRI_STDCALL *put_Progress)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Progress)(void *self, void **handler);
    HRESULT(TRI_STDCALL *put_Completed)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Completed)(void *self, void **handler);
    HRESULT(TRI_STDCALL *GetResults)(void *self, void *result);
} tri_IAsyncOperationWithProgressVtbl;
typedef struct tri_IAsyncOperationWithProgress {
    const tri_IAsyncOperationWithProgressVtbl *vtbl;
} tri_IAsyncOperationWithProgress;

typedef struct tri_IAsyncActionWithProgressVtbl {
    TRI_IINSPECTABLE_SLOTS
    HRESULT(TRI_STDCALL *put_Progress)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Progress)(void *self, void **handler);
    HRESULT(TRI_STDCALL *put_Completed)(void *self, void *handler);
    HRESULT(TRI_STDCALL *get_Completed)(void *self, void **handler);
    HRESULT(TRI_STDCALL *GetResults)(void *self);
} tri_IAsyncActionWithProgressVtbl;
typedef struct tri_IAsyncActionWithProgress {
    const tri_IAsyncActionWithProgressVtbl *vtbl;
} tri_IAsyncActionWithProgress;

extern TRI_API const tri_guid tri_IID_IUnknown;
extern TRI_API const tri_guid tri_IID_IInspectable;
extern TRI_API const tri_guid tri_IID_IAgileObject;
extern TRI_API const tri_guid tri_IID_IAsyncInfo;
extern TRI_API const tri_guid tri_IID_IAsyncAction;
/* Inputs of the algorithm for closed generics; QueryInterface is never asked for these. */
extern TRI_API const tri_guid tri_IID_IAsyncActionWithProgress_1;
extern TRI_API const tri_guid tri_IID_IAsyncOperation_1;
extern TRI_API const tri_guid tri_IID_IAsyncOperationWithProgress_2;

/* Makes an HSTRING from UTF-8. Ownership: *out is the caller's. Threads: any. Blocks: no.
 * Errors: TRI_E_OUTOFMEMORY, TRI_E_INVALID_UTF8. Source of the layout: hstring.h of Windows. */
TRI_API TRI_NODISCARD HRESULT tri_hstring_new(const char *utf8, size_t length, tri_hstring *out);
/* One more reference; returns its argument. */
TRI_API tri_hstring tri_hstring_retain(tri_hstring string);
/* One reference less; NULL is allowed. */
TRI_API void tri_hstring_release(tri_hstring string);
/* The UTF-16 units, closed by a NUL; `*length` does not count it. Borrowed from `string`. */
TRI_API const uint16_t *tri_hstring_data(tri_hstring string, uint32_t *length);

#ifdef __cplusplus
}
#endif
#endif
