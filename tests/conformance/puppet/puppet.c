// The component behind the conformance scenarios: operations that are driven from outside.
// tests/conformance/README.md says how it is used; echo.h has the methods that give back what they got.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <trivium/component.h>

#include "echo.h"

// One operation that a scenario has started.
typedef struct puppet {
    struct puppet *next; // guarded by theatre.lock
    tri_operation *op;   // the provider's reference
    tri_face face;       // immutable
    uint64_t serial;     // immutable; never used twice
    int32_t cancel_calls; // atomic, seq_cst
    char name[64];       // immutable
} puppet;

typedef struct theatre {
    pthread_mutex_t lock;
    pthread_cond_t changed; // an operation came or went
    uint64_t serial;        // guarded by lock, as what follows
    puppet *first;
} theatre;

TRI_ARGS(name_args, (String, name));
TRI_ARGS(value_args, (String, name), (Int32, value));
TRI_ARGS(fail_args, (String, name), (String, code), (String, message));
TRI_ARGS(fail_with_args, (String, name), (Int32, hresult), (String, message));
TRI_ARGS(complete_later_args, (String, name), (Int32, value), (TimeSpan, delay));
TRI_ARGS(fail_later_args, (String, name), (String, code), (TimeSpan, delay));

TRI_ACTION(action, name_args);
TRI_ACTION_WITH_PROGRESS(action_with_progress, name_args, Int32);
TRI_OPERATION(operation, name_args, Int32);
TRI_OPERATION_WITH_PROGRESS(operation_with_progress, name_args, Int32, Int32);
TRI_OPERATION(work, name_args, Int32);
TRI_FUNCTION(wait_for, name_args, Boolean);
TRI_FUNCTION(complete, value_args, Boolean);
TRI_FUNCTION(fail, fail_args, Boolean);
TRI_FUNCTION(fail_with, fail_with_args, Boolean);
TRI_PROCEDURE(complete_later, complete_later_args);
TRI_PROCEDURE(fail_later, fail_later_args);
TRI_PROCEDURE(report, value_args);
TRI_PROCEDURE(drop, name_args);
TRI_FUNCTION(is_canceled, name_args, Boolean);
TRI_FUNCTION(cancel_calls, name_args, Int32);
TRI_PROCEDURE(reset, tri_no_args);

// What scenarios call the failures they ask for; another code is asked for with FailWith.
static const struct {
    const char *code;
    HRESULT hr;
    int error; // errno, where hr is 0
} failures[] = {
    {"ENOENT", 0, ENOENT},
    {"EACCES", 0, EACCES},
    {"EIO", 0, EIO},
    {"FAILED", TRI_E_FAIL, 0},
    {"INVALID_ARGUMENT", TRI_E_INVALIDARG, 0},
    {"ENOMEM", TRI_E_OUTOFMEMORY, 0},
    {"TIMEOUT", TRI_E_TIMEOUT, 0},
    {"CANCELED", TRI_E_CANCELED, 0},
};

static HRESULT failure(const tri_host *host, const tri_string *code, HRESULT *out)
{
    const char *text = code ? code->data : "";
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (strcmp(failures[i].code, text) == 0) {
            *out = failures[i].error ? host->status_from_errno(failures[i].error) : failures[i].hr;
            return TRI_S_OK;
        }
    }
    return tri_error(host, TRI_E_INVALIDARG, "argument 'code': no failure is called '%s'", text);
}

// Under the lock.
static puppet *find(theatre *t, const tri_string *name)
{
    for (puppet *p = t->first; p; p = p->next) {
        if (strcmp(p->name, name ? name->data : "") == 0) {
            return p;
        }
    }
    return NULL;
}

// The operation of that name, with one more reference, which is the caller's. NULL: the error is set.
static tri_operation *take(tri_call *call, const tri_string *name, tri_face *face)
{
    theatre *t = call->state;
    pthread_mutex_lock(&t->lock);
    puppet *p = find(t, name);
    tri_operation *op = p ? tri_operation_retain(p->op) : NULL;
    *face = p ? p->face : TRI_FACE_SYNC;
    pthread_mutex_unlock(&t->lock);
    if (!op) {
        (void)tri_error(call->host, TRI_E_INVALIDARG, "argument 'name': no operation '%s'",
                        name ? name->data : "");
    }
    return op;
}

// Takes the callback away before it frees what that is given. Not under the lock.
static void free_puppet(puppet *p)
{
    tri_on_cancel(p->op, NULL, NULL);
    tri_operation_release(p->op);
    free(p);
}

static void note_cancel(void *ctx)
{
    puppet *p = ctx;
    __atomic_fetch_add(&p->cancel_calls, 1, __ATOMIC_SEQ_CST);
}

static HRESULT enter(tri_operation *op, const name_args *args, tri_face face, uint64_t *serial)
{
    theatre *t = op->state;
    const char *name;
    HRESULT hr = tri_c_string(op->host, args->name, "name", &name);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    puppet *p = calloc(1, sizeof *p);
    if (!p) {
        return TRI_E_OUTOFMEMORY;
    }
    if (strlen(name) >= sizeof p->name) {
        free(p);
        return tri_error(op->host, TRI_E_INVALIDARG, "argument 'name': longer than %zu bytes",
                         sizeof p->name - 1);
    }
    memcpy(p->name, name, strlen(name) + 1);
    p->face = face;
    p->op = tri_operation_retain(op);
    tri_on_cancel(op, note_cancel, p);
    pthread_mutex_lock(&t->lock);
    bool used = find(t, args->name) != NULL;
    if (!used) {
        *serial = p->serial = ++t->serial;
        p->next = t->first;
        t->first = p;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    if (used) {
        free_puppet(p);
        return tri_error(op->host, TRI_E_INVALIDARG,
                         "argument 'name': there is an operation '%s' already", name);
    }
    return TRI_S_OK;
}

static HRESULT action(tri_operation *op, const name_args *args)
{
    uint64_t serial;
    return enter(op, args, TRI_FACE_ACTION, &serial);
}

static HRESULT action_with_progress(tri_operation *op, const name_args *args)
{
    uint64_t serial;
    return enter(op, args, TRI_FACE_ACTION_WITH_PROGRESS, &serial);
}

static HRESULT operation(tri_operation *op, const name_args *args)
{
    uint64_t serial;
    return enter(op, args, TRI_FACE_OPERATION, &serial);
}

static HRESULT operation_with_progress(tri_operation *op, const name_args *args)
{
    uint64_t serial;
    return enter(op, args, TRI_FACE_OPERATION_WITH_PROGRESS, &serial);
}

static struct timespec in_seconds(time_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    return until;
}

// Runs on the pool until its puppet is dropped, whatever the awaiter does; ten seconds at most.
static HRESULT work(tri_operation *op, const name_args *args)
{
    theatre *t = op->state;
    uint64_t serial;
    HRESULT hr = enter(op, args, TRI_FACE_OPERATION, &serial);
    if (TRI_FAILED(hr)) {
        return hr;
    }
    struct timespec until = in_seconds(10);
    pthread_mutex_lock(&t->lock);
    for (puppet *p = t->first; p;) {
        if (p->serial != serial) {
            p = p->next;
        } else if (pthread_cond_timedwait(&t->changed, &t->lock, &until) == 0) {
            p = t->first;
        } else {
            break;
        }
    }
    pthread_mutex_unlock(&t->lock);
    return TRI_S_OK;
}

// Has WorkAsync come to run? Waits for it, five seconds at most.
static HRESULT wait_for(tri_call *call, const name_args *args, uint8_t *result)
{
    theatre *t = call->state;
    struct timespec until = in_seconds(5);
    pthread_mutex_lock(&t->lock);
    while (!find(t, args->name) && pthread_cond_timedwait(&t->changed, &t->lock, &until) == 0) {
    }
    *result = find(t, args->name) != NULL;
    pthread_mutex_unlock(&t->lock);
    return TRI_S_OK;
}

// True if this was the outcome that counts. Uses up the caller's reference.
static bool finish(tri_operation *op, tri_face face, int32_t value)
{
    HRESULT hr = face == TRI_FACE_ACTION                 ? action_complete(op)
                 : face == TRI_FACE_ACTION_WITH_PROGRESS ? action_with_progress_complete(op)
                 : face == TRI_FACE_OPERATION            ? operation_complete(op, value)
                                              : operation_with_progress_complete(op, value);
    tri_operation_release(op);
    return hr == TRI_S_OK;
}

static HRESULT complete(tri_call *call, const value_args *args, uint8_t *result)
{
    tri_face face;
    tri_operation *op = take(call, args->name, &face);
    if (!op) {
        return TRI_E_INVALIDARG;
    }
    *result = finish(op, face, args->value);
    return TRI_S_OK;
}

static HRESULT fail_op(tri_call *call, const tri_string *name, HRESULT with,
                       const tri_string *message, uint8_t *result)
{
    tri_face face;
    tri_operation *op = take(call, name, &face);
    if (!op) {
        return TRI_E_INVALIDARG;
    }
    *result = tri_fail(op, with, "%s", message ? message->data : "") == TRI_S_OK;
    tri_operation_release(op);
    return TRI_S_OK;
}

static HRESULT fail(tri_call *call, const fail_args *args, uint8_t *result)
{
    HRESULT with = TRI_S_OK;
    HRESULT hr = failure(call->host, args->code, &with);
    return TRI_FAILED(hr) ? hr : fail_op(call, args->name, with, args->message, result);
}

static HRESULT fail_with(tri_call *call, const fail_with_args *args, uint8_t *result)
{
    return fail_op(call, args->name, args->hresult, args->message, result);
}

typedef struct late {
    tri_operation *op; // a reference of its own
    tri_face face;
    int32_t value;
    HRESULT hr; // to fail with; TRI_S_OK: complete
    tri_c_TimeSpan delay;
} late;

static void *run_late(void *arg)
{
    late *l = arg;
    struct timespec delay = {(time_t)(l->delay / TRI_TICKS_PER_SECOND),
                             (long)(l->delay % TRI_TICKS_PER_SECOND) * 100};
    nanosleep(&delay, NULL);
    if (TRI_FAILED(l->hr)) {
        (void)tri_fail(l->op, l->hr, "failed later");
        tri_operation_release(l->op);
    } else {
        (void)finish(l->op, l->face, l->value);
    }
    free(l);
    return NULL;
}

static HRESULT start_late(tri_call *call, const tri_string *name, late what)
{
    pthread_t thread;
    what.op = take(call, name, &what.face);
    late *l = what.op ? malloc(sizeof *l) : NULL;
    if (!l) {
        if (what.op) {
            tri_operation_release(what.op);
        }
        return what.op ? TRI_E_OUTOFMEMORY : TRI_E_INVALIDARG;
    }
    *l = what;
    int error = pthread_create(&thread, NULL, run_late, l);
    if (error) {
        tri_operation_release(l->op);
        free(l);
        return tri_error_errno(call->host, error, "pthread_create");
    }
    pthread_detach(thread);
    return TRI_S_OK;
}

static HRESULT complete_later(tri_call *call, const complete_later_args *args)
{
    return start_late(call, args->name,
                      (late){.value = args->value, .hr = TRI_S_OK, .delay = args->delay});
}

static HRESULT fail_later(tri_call *call, const fail_later_args *args)
{
    HRESULT with = TRI_S_OK;
    HRESULT hr = failure(call->host, args->code, &with);
    return TRI_FAILED(hr) ? hr
                          : start_late(call, args->name, (late){.hr = with, .delay = args->delay});
}

static HRESULT report(tri_call *call, const value_args *args)
{
    tri_face face;
    tri_operation *op = take(call, args->name, &face);
    if (!op) {
        return TRI_E_INVALIDARG;
    }
    HRESULT hr = TRI_S_OK;
    if (face == TRI_FACE_ACTION_WITH_PROGRESS) {
        action_with_progress_progress(op, args->value);
    } else if (face == TRI_FACE_OPERATION_WITH_PROGRESS) {
        operation_with_progress_progress(op, args->value);
    } else {
        hr = tri_error(call->host, TRI_E_INVALIDARG, "'%s' has no progress", args->name->data);
    }
    tri_operation_release(op);
    return hr;
}

static HRESULT drop(tri_call *call, const name_args *args)
{
    theatre *t = call->state;
    pthread_mutex_lock(&t->lock);
    puppet *p = find(t, args->name);
    for (puppet **link = &t->first; p && *link; link = &(*link)->next) {
        if (*link == p) {
            *link = p->next;
            break;
        }
    }
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    if (!p) {
        return tri_error(call->host, TRI_E_INVALIDARG, "argument 'name': no operation '%s'",
                         args->name ? args->name->data : "");
    }
    free_puppet(p);
    return TRI_S_OK;
}

static HRESULT is_canceled(tri_call *call, const name_args *args, uint8_t *result)
{
    tri_face face;
    tri_operation *op = take(call, args->name, &face);
    if (!op) {
        return TRI_E_INVALIDARG;
    }
    *result = tri_canceled(op);
    tri_operation_release(op);
    return TRI_S_OK;
}

static HRESULT cancel_calls(tri_call *call, const name_args *args, int32_t *result)
{
    theatre *t = call->state;
    pthread_mutex_lock(&t->lock);
    puppet *p = find(t, args->name);
    *result = p ? __atomic_load_n(&p->cancel_calls, __ATOMIC_SEQ_CST) : 0;
    pthread_mutex_unlock(&t->lock);
    return p ? TRI_S_OK
             : tri_error(call->host, TRI_E_INVALIDARG, "argument 'name': no such operation");
}

// The end of a scenario: what it left is abandoned.
static HRESULT reset(tri_call *call, const tri_no_args *args)
{
    (void)args;
    theatre *t = call->state;
    pthread_mutex_lock(&t->lock);
    puppet *p = t->first;
    t->first = NULL;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    while (p) {
        puppet *next = p->next;
        free_puppet(p);
        p = next;
    }
    return TRI_S_OK;
}

static HRESULT init(const tri_host *host, void **state)
{
    (void)host;
    theatre *t = calloc(1, sizeof *t);
    if (!t) {
        return TRI_E_OUTOFMEMORY;
    }
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    *state = t;
    return TRI_S_OK;
}

static void fini(const tri_host *host, void *state)
{
    theatre *t = state;
    (void)reset(&(tri_call){host, state}, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static const tri_type_def *const types[] = {ECHO_TYPES};

static const tri_member_def members[] = {
    TRI_METHOD_WITH(action, TRI_INLINE, "IAsyncAction ActionAsync(String name)",
                    "Starts an operation; the methods below end it."),
    TRI_METHOD_WITH(action_with_progress, TRI_INLINE,
                    "IAsyncActionWithProgress<Int32> ActionWithProgressAsync(String name)", "Likewise."),
    TRI_METHOD_WITH(operation, TRI_INLINE, "IAsyncOperation<Int32> OperationAsync(String name)",
                    "Likewise."),
    TRI_METHOD_WITH(operation_with_progress, TRI_INLINE,
                    "IAsyncOperationWithProgress<Int32, Int32> OperationWithProgressAsync(String name)",
                    "Likewise."),
    TRI_METHOD(work, "IAsyncOperation<Int32> WorkAsync(String name)",
               "Likewise, but runs on the pool until it is dropped."),
    TRI_METHOD(wait_for, "Boolean WaitFor(String name)", "Waits until WorkAsync runs."),
    TRI_METHOD(complete, "Boolean Complete(String name, Int32 value = 0)", "True if it counted."),
    TRI_METHOD(fail, "Boolean Fail(String name, String code, String message = \"\")",
               "True if it counted."),
    TRI_METHOD(fail_with, "Boolean FailWith(String name, Int32 hresult, String message = \"\")",
               "True if it counted."),
    TRI_METHOD(complete_later, "void CompleteLater(String name, Int32 value, TimeSpan delay)",
               "Completes from another thread."),
    TRI_METHOD(fail_later, "void FailLater(String name, String code, TimeSpan delay)",
               "Fails from another thread."),
    TRI_METHOD(report, "void Report(String name, Int32 value)", "Reports progress."),
    TRI_METHOD(drop, "void Drop(String name)", "Gives the provider's reference up."),
    TRI_METHOD(is_canceled, "Boolean IsCanceled(String name)", "Has somebody asked it to stop?"),
    TRI_METHOD(cancel_calls, "Int32 CancelCalls(String name)", "How often its cancel callback ran."),
    TRI_METHOD(reset, "void Reset()", "Drops all."),
    ECHO_MEMBERS
};

TRI_COMPONENT("Trivium.Puppet", "1.0", "Operations that a test drives from outside.", types, members,
              init, fini);
