// The faces, by slot number, as a client sees them that knows nothing of Trivium.
#include "operation.h"

#include <pthread.h>

typedef HRESULT TRI_STDCALL query_fn(void *, const tri_guid *, void **);
typedef HRESULT TRI_STDCALL put_fn(void *, void *);
typedef HRESULT TRI_STDCALL get_fn(void *, void **);

static void *slot(void *object, int index)
{
    return (*(void ***)object)[index];
}

// A delegate of this test's own making.
typedef struct delegate {
    const tri_CompletedHandlerVtbl *vtbl;
    int refs;
    int calls;
    int32_t status;
    uint32_t value;
    void *sender;
    int refs_inside;
    int32_t status_inside;
    void *completed_inside;
    HRESULT answer;
} delegate;

static HRESULT TRI_STDCALL delegate_query(void *self, const tri_guid *iid, void **out)
{
    (void)self;
    (void)iid;
    *out = NULL;
    return TRI_E_NOINTERFACE;
}

static uint32_t TRI_STDCALL delegate_add_ref(void *self)
{
    return (uint32_t)++((delegate *)self)->refs;
}

static uint32_t TRI_STDCALL delegate_release(void *self)
{
    return (uint32_t)--((delegate *)self)->refs;
}

static HRESULT TRI_STDCALL completed_invoke(void *self, void *sender, int32_t status)
{
    delegate *d = self;
    d->calls++;
    d->status = status;
    d->sender = sender;
    d->refs_inside = d->refs;
    (void)((get_fn *)slot(sender, 7))(sender, &d->completed_inside);
    if (d->completed_inside) {
        d->refs--;
    }
    void *info;
    (void)((query_fn *)slot(sender, 0))(sender, &tri_IID_IAsyncInfo, &info);
    (void)((tri_IAsyncInfo *)info)->vtbl->get_Status(info, &d->status_inside);
    ((tri_IAsyncInfo *)info)->vtbl->Release(info);
    return d->answer;
}

static HRESULT TRI_STDCALL progress_invoke(void *self, void *sender, uint32_t value)
{
    delegate *d = self;
    d->calls++;
    d->sender = sender;
    d->value = value;
    return d->answer;
}

static const tri_CompletedHandlerVtbl completed_vtbl = {delegate_query, delegate_add_ref,
                                                        delegate_release, completed_invoke};
static const tri_CompletedHandlerVtbl progress_vtbl = {
    delegate_query, delegate_add_ref, delegate_release,
    (HRESULT(TRI_STDCALL *)(void *, void *, int32_t))progress_invoke};

static void one_object_behind_two_faces(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    void *face = tri_async_to_abi(op), *info, *a, *b, *c;
    query_fn *query = (query_fn *)slot(face, 0);
    assert_int_equal(query(face, &tri_IID_IAsyncInfo, &info), TRI_S_OK);
    assert_ptr_not_equal(info, face);
    assert_int_equal(query(face, &tri_IID_IUnknown, &a), TRI_S_OK);
    assert_int_equal(((query_fn *)slot(info, 0))(info, &tri_IID_IUnknown, &b), TRI_S_OK);
    assert_ptr_equal(a, b);
    assert_int_equal(query(face, &tri_IID_IAgileObject, &c), TRI_S_OK);
    void *none = face;
    assert_int_equal(query(face, &tri_IID_IAsyncOperation_1, &none), TRI_E_NOINTERFACE);
    assert_null(none);
    assert_int_equal(query(face, &tri_IID_IAsyncAction, &none), TRI_E_NOINTERFACE);
    // IAsyncOperation<UInt32>: the value is that of the Windows headers.
    const tri_guid own = {0xef60385f, 0xbe78, 0x584b, {0xaa, 0xef, 0x78, 0x29, 0xad, 0xa2, 0xb0, 0xde}};
    void *same;
    assert_int_equal(query(face, &own, &same), TRI_S_OK);
    assert_ptr_equal(same, face);
    void *all[] = {info, a, b, c, same, face};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        ((tri_IUnknown *)all[i])->vtbl->Release(all[i]);
    }
    operation_drop(op);
    tri_async_release(op);
}

static void the_class_name_is_windows_own(void **state)
{
    (void)state;
    static const char expected[] = "Windows.Foundation.IAsyncOperationWithProgress`2<UInt32, UInt32>";
    tri_async *op = operation_new(TRI_FACE_OPERATION_WITH_PROGRESS);
    tri_IInspectable *face = tri_async_to_abi(op);
    tri_hstring name;
    int32_t level = 7;
    uint32_t count, length;
    tri_guid *iids;
    assert_int_equal(face->vtbl->GetRuntimeClassName(face, &name), TRI_S_OK);
    const uint16_t *text = tri_hstring_data(name, &length);
    assert_int_equal(length, strlen(expected));
    for (uint32_t i = 0; i < length; i++) {
        assert_int_equal(text[i], expected[i]);
    }
    tri_hstring_release(name);
    assert_int_equal(face->vtbl->GetTrustLevel(face, &level), TRI_S_OK);
    assert_int_equal(level, 0);
    assert_int_equal(face->vtbl->GetIids(face, &count, &iids), TRI_S_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(&iids[1], &tri_IID_IAsyncInfo, sizeof iids[1]);
    free(iids);
    face->vtbl->Release(face);
    operation_drop(op);
    tri_async_release(op);
}

static void completed_set_early_is_called_by_the_worker(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION);
    void *face = tri_async_to_abi(op), *got;
    delegate d = {.vtbl = &completed_vtbl, .refs = 1, .answer = TRI_E_FAIL};
    delegate second = {.vtbl = &completed_vtbl, .refs = 1};
    put_fn *put = (put_fn *)slot(face, 6);
    get_fn *get = (get_fn *)slot(face, 7);
    assert_int_equal(get(face, &got), TRI_S_OK);
    assert_null(got);
    assert_int_equal(put(face, &d), TRI_S_OK);
    assert_int_equal(put(face, &second), TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT);
    assert_int_equal(put(face, NULL), TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT);
    assert_int_equal(second.refs, 1);
    assert_int_equal(get(face, &got), TRI_S_OK);
    assert_ptr_equal(got, &d);
    d.refs--;
    assert_int_equal(d.calls, 0);
    operation_complete(op, 5);
    assert_int_equal(d.calls, 1);
    assert_int_equal(d.status, TRI_ASYNC_COMPLETED);
    assert_int_equal(d.status_inside, TRI_ASYNC_COMPLETED);
    assert_ptr_equal(d.sender, face);
    assert_ptr_equal(d.completed_inside, &d);
    assert_int_equal(d.refs_inside, 3);
    assert_int_equal(d.refs, 1);
    assert_int_equal(get(face, &got), TRI_S_OK);
    assert_null(got);
    uint32_t result = 0;
    assert_int_equal(((put_fn *)slot(face, 8))(face, &result), TRI_S_OK);
    assert_int_equal(result, 5);
    operation_drop(op);
    tri_async_release(op);
    ((tri_IUnknown *)face)->vtbl->Release(face);
}

static void completed_set_late_is_called_inside_the_setter(void **state)
{
    (void)state;
    for (int outcome = 1; outcome <= 3; outcome++) {
        tri_async *op = operation_new(TRI_FACE_ACTION);
        void *face = tri_async_to_abi(op);
        delegate d = {.vtbl = &completed_vtbl, .refs = 1};
        if (outcome == TRI_ASYNC_COMPLETED) {
            operation_complete(op, 0);
        } else if (outcome == TRI_ASYNC_CANCELED) {
            tri_async_cancel(op); // not acknowledged: fires all the same
        } else {
            operation_fail(op, TRI_E_ACCESSDENIED, "");
        }
        assert_int_equal(((put_fn *)slot(face, 6))(face, &d), TRI_S_OK);
        assert_int_equal(d.calls, 1);
        assert_int_equal(d.status, outcome);
        operation_drop(op);
        assert_int_equal(d.calls, 1);
        assert_int_equal(d.refs, 1);
        tri_async_release(op);
        ((tri_IUnknown *)face)->vtbl->Release(face);
    }
}

static void close_before_the_work_ends_is_told_as_closed(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_ACTION);
    void *face = tri_async_to_abi(op), *got = face;
    delegate d = {.vtbl = &completed_vtbl, .refs = 1};
    assert_int_equal(((put_fn *)slot(face, 6))(face, &d), TRI_S_OK);
    tri_async_cancel(op);
    assert_int_equal(d.calls, 0);
    tri_async_close(op);
    operation_complete(op, 0);
    assert_int_equal(d.calls, 1);
    assert_int_equal(d.status, TRI_ASYNC_CLOSED);
    assert_int_equal(((put_fn *)slot(face, 6))(face, &d), TRI_E_ILLEGAL_METHOD_CALL);
    assert_int_equal(((get_fn *)slot(face, 7))(face, &got), TRI_E_ILLEGAL_METHOD_CALL);
    assert_null(got);
    operation_drop(op);
    tri_async_release(op);
    ((tri_IUnknown *)face)->vtbl->Release(face);
}

static void progress_goes_by_value_to_the_handler_of_the_moment(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION_WITH_PROGRESS);
    void *face = tri_async_to_abi(op), *got;
    delegate a = {.vtbl = &progress_vtbl, .refs = 1, .answer = TRI_E_FAIL};
    delegate b = {.vtbl = &progress_vtbl, .refs = 1};
    put_fn *put = (put_fn *)slot(face, 6);
    assert_int_equal(put(face, &a), TRI_S_OK);
    operation_report(op, 11);
    assert_int_equal(put(face, &b), TRI_S_OK);
    operation_report(op, 12);
    assert_int_equal(a.value, 11);
    assert_int_equal(b.value, 12);
    assert_ptr_equal(b.sender, face);
    operation_complete(op, 1);
    assert_int_equal(a.refs, 1);
    assert_int_equal(b.refs, 1);
    assert_int_equal(((get_fn *)slot(face, 7))(face, &got), TRI_S_OK);
    assert_null(got);
    assert_int_equal(put(face, &a), TRI_S_OK);
    operation_report(op, 13);
    assert_int_equal(a.calls, 1);
    operation_drop(op);
    tri_async_release(op);
    ((tri_IUnknown *)face)->vtbl->Release(face);
    assert_int_equal(a.refs, 1);
}

static void handlers_go_with_an_operation_that_never_ends(void **state)
{
    (void)state;
    tri_async *op = operation_new(TRI_FACE_OPERATION_WITH_PROGRESS);
    void *face = tri_async_to_abi(op);
    delegate d = {.vtbl = &completed_vtbl, .refs = 1}, p = {.vtbl = &progress_vtbl, .refs = 1};
    assert_int_equal(((put_fn *)slot(face, 6))(face, &p), TRI_S_OK);
    assert_int_equal(((put_fn *)slot(face, 8))(face, &d), TRI_S_OK);
    operation_drop(op); // abandoned: told, not leaked
    assert_int_equal(d.calls, 1);
    assert_int_equal(d.status, TRI_ASYNC_ERROR);
    tri_async_release(op);
    ((tri_IUnknown *)face)->vtbl->Release(face);
    assert_int_equal(d.refs, 1);
    assert_int_equal(p.refs, 1);
}

#define RACES 20000

typedef struct race {
    tri_async *op;
    delegate d;
    pthread_barrier_t start;
} race;

static void *race_complete(void *arg)
{
    race *r = arg;
    for (int i = 0; i < RACES; i++) {
        pthread_barrier_wait(&r->start);
        operation_complete(r->op, 1);
        operation_drop(r->op);
        pthread_barrier_wait(&r->start);
    }
    return NULL;
}

// put_Completed against the end of the work: exactly one of the two calls the handler.
static void setting_completed_races_with_the_end(void **state)
{
    (void)state;
    race r = {.d = {.vtbl = &completed_vtbl, .refs = 1}};
    pthread_t thread;
    pthread_barrier_init(&r.start, NULL, 2);
    pthread_create(&thread, NULL, race_complete, &r);
    for (int i = 0; i < RACES; i++) {
        r.op = operation_new(TRI_FACE_OPERATION);
        r.d.calls = 0;
        void *face = tri_async_to_abi(r.op);
        pthread_barrier_wait(&r.start);
        HRESULT hr = ((put_fn *)slot(face, 6))(face, &r.d);
        pthread_barrier_wait(&r.start);
        assert_int_equal(hr, TRI_S_OK);
        assert_int_equal(r.d.calls, 1);
        assert_int_equal(r.d.status, TRI_ASYNC_COMPLETED);
        assert_int_equal(r.d.refs, 1);
        tri_async_release(r.op);
        ((tri_IUnknown *)face)->vtbl->Release(face);
    }
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&r.start);
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_lives)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_object_behind_two_faces),
        TEST(the_class_name_is_windows_own),
        TEST(completed_set_early_is_called_by_the_worker),
        TEST(completed_set_late_is_called_inside_the_setter),
        TEST(close_before_the_work_ends_is_told_as_closed),
        TEST(progress_goes_by_value_to_the_handler_of_the_moment),
        TEST(handlers_go_with_an_operation_that_never_ends),
        TEST(setting_completed_races_with_the_end),
    };
    return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
