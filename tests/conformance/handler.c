// Delegates for the raw face.
#include "handler.h"

#include <string.h>

static HRESULT TRI_STDCALL handler_query(void *self, const tri_guid *iid, void **out)
{
    (void)iid;
    *out = self;
    atomic_fetch_add(&((handler *)self)->refs, 1);
    return TRI_S_OK;
}

static uint32_t TRI_STDCALL handler_add_ref(void *self)
{
    return atomic_fetch_add(&((handler *)self)->refs, 1) + 1;
}

// The storage is the runner's: nothing is freed here, and what is left over is found by the runner.
static uint32_t TRI_STDCALL handler_release(void *self)
{
    return atomic_fetch_sub(&((handler *)self)->refs, 1) - 1;
}

static HRESULT TRI_STDCALL handler_completed(void *self, void *sender, int32_t status)
{
    handler *h = self;
    atomic_store(&h->sender, sender);
    atomic_store(&h->status, status);
    atomic_fetch_add(&h->calls, 1);
    return TRI_S_OK;
}

static HRESULT TRI_STDCALL handler_progress(void *self, void *sender, int32_t value)
{
    handler *h = self;
    int call = atomic_fetch_add(&h->calls, 1);
    atomic_store(&h->sender, sender);
    if (call < HANDLER_VALUES_MAX) {
        atomic_store(&h->values[call], value);
    }
    return TRI_S_OK;
}

static const tri_CompletedHandlerVtbl completed_vtbl = {handler_query, handler_add_ref, handler_release,
                                                        handler_completed};
static const tri_CompletedHandlerVtbl progress_vtbl = {handler_query, handler_add_ref, handler_release,
                                                       handler_progress};

void handler_init_completed(handler *h)
{
    memset(h, 0, sizeof *h);
    h->vtbl = &completed_vtbl;
    atomic_init(&h->refs, 1);
}

void handler_init_progress(handler *h)
{
    memset(h, 0, sizeof *h);
    h->vtbl = &progress_vtbl;
    atomic_init(&h->refs, 1);
}
