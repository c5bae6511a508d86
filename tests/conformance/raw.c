// The steps of a scenario that ask an operation, by the vtables of its interfaces.
#include "raw.h"

#include "call.h"

#include <stdio.h>
#include <stdlib.h>

// IAsyncInfo is another interface of the same object. Borrowed: the operation keeps it.
static tri_IAsyncInfo *info_of(tri_async *op)
{
    tri_IUnknown *face = tri_async_to_abi(op);
    void *info = NULL;
    if (face->vtbl->QueryInterface(face, &tri_IID_IAsyncInfo, &info) != TRI_S_OK) {
        fprintf(stderr, "an operation without IAsyncInfo\n");
        exit(2);
    }
    ((tri_IAsyncInfo *)info)->vtbl->Release(info);
    face->vtbl->Release(face);
    return info;
}

static bool has_progress(tri_async *op)
{
    tri_face face = tri_async_face(op);
    return face == TRI_FACE_ACTION_WITH_PROGRESS || face == TRI_FACE_OPERATION_WITH_PROGRESS;
}

static bool status_meets(stage *s, const line *l, int32_t status)
{
    static const char *const names[] = {"Started", "Completed", "Canceled", "Error", "Closed"};
    const char *got = status >= 0 && status <= 4 ? names[status] : "another";
    return word_is(&l->words[l->arrow], got) || unmet(s->path, l, "expected %s, got %s", l->words[l->arrow].text, got);
}

bool raw_info(stage *s, const line *l)
{
    tri_IAsyncInfo *info = info_of(stage_op(s, &l->words[1]));
    outcome o = {TRI_S_OK, tri_type_builtin(TRI_KIND_VOID), NULL};
    if (word_is(&l->words[0], "status")) {
        int32_t status = 99;
        o.hr = info->vtbl->get_Status(info, &status);
        if (TRI_SUCCEEDED(o.hr)) {
            return status_meets(s, l, status);
        }
        if (status != TRI_ASYNC_CLOSED) {
            return unmet(s->path, l, "a refused get_Status must give 4, gave %d", status);
        }
    } else if (word_is(&l->words[0], "id")) {
        uint32_t id = 0;
        o.hr = info->vtbl->get_Id(info, &id);
        if (id == 0) {
            return unmet(s->path, l, "Id is 0");
        }
        if (TRI_SUCCEEDED(o.hr) && word_is(&l->words[l->arrow], "nonzero")) {
            return true;
        }
    } else if (word_is(&l->words[0], "error_code")) {
        HRESULT code = TRI_E_UNEXPECTED;
        o.hr = info->vtbl->get_ErrorCode(info, &code);
        o.hr = TRI_FAILED(o.hr) ? o.hr : code;
    } else if (word_is(&l->words[0], "cancel")) {
        o.hr = info->vtbl->Cancel(info);
    } else {
        o.hr = info->vtbl->Close(info);
    }
    return outcome_meets(&o, l, s->path, false);
}

bool raw_same_id(stage *s, const line *l)
{
    uint32_t a = 0, b = 0;
    tri_IAsyncInfo *first = info_of(stage_op(s, &l->words[1])), *second = info_of(stage_op(s, &l->words[2]));
    (void)first->vtbl->get_Id(first, &a);
    (void)second->vtbl->get_Id(second, &b);
    return stage_boolean(s, l, a == b);
}

bool raw_get_results(stage *s, const line *l)
{
    tri_async *op = stage_op(s, &l->words[1]);
    int32_t result = 0;
    outcome o = {TRI_S_OK, tri_async_result_type(op), &result};
    tri_IUnknown *face = tri_async_to_abi(op);
    switch (tri_async_face(op)) {
    case TRI_FACE_ACTION:
        o.hr = ((tri_IAsyncAction *)face)->vtbl->GetResults(face);
        break;
    case TRI_FACE_ACTION_WITH_PROGRESS:
        o.hr = ((tri_IAsyncActionWithProgress *)face)->vtbl->GetResults(face);
        break;
    case TRI_FACE_OPERATION:
        o.hr = ((tri_IAsyncOperation *)face)->vtbl->GetResults(face, &result);
        break;
    default:
        o.hr = ((tri_IAsyncOperationWithProgress *)face)->vtbl->GetResults(face, &result);
        break;
    }
    face->vtbl->Release(face);
    return outcome_meets(&o, l, s->path, o.type->kind == TRI_KIND_VOID);
}

bool raw_on_completed(stage *s, const line *l)
{
    tri_async *op = stage_op(s, &l->words[1]);
    handler *h = word_is(&l->words[2], "none") ? NULL : stage_handler(s, &l->words[2], true);
    if (h) {
        handler_init_completed(h);
    }
    tri_IUnknown *face = tri_async_to_abi(op);
    outcome o = {TRI_S_OK, tri_type_builtin(TRI_KIND_VOID), NULL};
    o.hr = has_progress(op) ? ((tri_IAsyncActionWithProgress *)face)->vtbl->put_Completed(face, h)
                            : ((tri_IAsyncAction *)face)->vtbl->put_Completed(face, h);
    face->vtbl->Release(face);
    return outcome_meets(&o, l, s->path, false);
}

bool raw_completed_is(stage *s, const line *l)
{
    tri_async *op = stage_op(s, &l->words[1]);
    handler *h = word_is(&l->words[2], "none") ? NULL : stage_handler(s, &l->words[2], false);
    void *got = NULL;
    tri_IUnknown *face = tri_async_to_abi(op);
    HRESULT hr = has_progress(op) ? ((tri_IAsyncActionWithProgress *)face)->vtbl->get_Completed(face, &got)
                                  : ((tri_IAsyncAction *)face)->vtbl->get_Completed(face, &got);
    face->vtbl->Release(face);
    if (TRI_FAILED(hr)) {
        return outcome_meets(&(outcome){hr, NULL, NULL}, l, s->path, false);
    }
    if (got) {
        ((tri_IUnknown *)got)->vtbl->Release(got);
    }
    return stage_boolean(s, l, got == h);
}

bool raw_on_progress(stage *s, const line *l)
{
    tri_async *op = stage_op(s, &l->words[1]);
    handler *h = word_is(&l->words[2], "none") ? NULL : stage_handler(s, &l->words[2], true);
    if (h) {
        handler_init_progress(h);
    }
    tri_IAsyncActionWithProgress *face = tri_async_to_abi(op);
    outcome o = {face->vtbl->put_Progress(face, h), tri_type_builtin(TRI_KIND_VOID), NULL};
    face->vtbl->Release(face);
    return outcome_meets(&o, l, s->path, false);
}

bool raw_fired(stage *s, const line *l)
{
    handler *h = stage_handler(s, &l->words[1], false);
    int calls = h ? atomic_load(&h->calls) : 0;
    if (word_is(&l->words[l->arrow], "never")) {
        return calls == 0 || unmet(s->path, l, "expected never, was called");
    }
    if (calls != 1) {
        return unmet(s->path, l, "expected one call, got %d", calls);
    }
    return status_meets(s, l, atomic_load(&h->status));
}
