// The async object: one atomic state, four faces, and the waiters.
#ifndef TRI_ASYNC_INTERNAL_H
#define TRI_ASYNC_INTERNAL_H

#include "dispatcher.h"
#include "method.h"
#include "thread_pool.h"

#include <stdatomic.h>
#include <trivium/async.h>

typedef enum tri__state {
#define TRI_STATE(name, status, outcome, stopped) TRI__##name,
#include "async_states.def"
#undef TRI_STATE
    TRI__STATE_COUNT
} tri__state;

typedef enum tri__event {
    TRI__EVENT_START,
    TRI__EVENT_COMPLETE,
    TRI__EVENT_FAIL,
    TRI__EVENT_CANCEL,
    TRI__EVENT_CLOSE,
    TRI__EVENT_STOP,
    TRI__EVENT_COUNT
} tri__event;

typedef enum tri__rule {
#define TRI_RULE(method, created, started, completed, canceled, error, closed) TRI__RULE_##method,
#include "async_states.def"
#undef TRI_RULE
    TRI__RULE_COUNT
} tri__rule;

tri_async_status tri__state_status(tri__state state);
bool tri__state_has_outcome(tri__state state);
bool tri__state_is_stopped(tri__state state);
const char *tri__state_name(tri__state state); // "Started", as a client would call it
// Where an event leads, and what its caller is told.
tri__state tri__state_next(tri__event event, tri__state from, HRESULT *hr);
// What a method says in a state: TRI_S_OK, a refusal, or TRI_S_FALSE for "the stored failure".
HRESULT tri__state_rule(tri__rule rule, tri__state state);

// A delegate in a slot. Counted, so that a reader can take it out of the slot without calling the delegate's own
// AddRef under our lock.
typedef struct tri__handler {
    _Atomic uint32_t refs;
    void *delegate;
} tri__handler;

HRESULT tri__handler_new(void *delegate, tri__handler **out);
tri__handler *tri__handler_retain(tri__handler *handler);
void tri__handler_release(tri__handler *handler);

// A progress report, counted: taking a reference is all that is done under the lock, copying may allocate.
typedef struct tri__report {
    _Atomic uint32_t refs;
    const tri_type *type;
    _Alignas(16) char value[]; // type->size bytes
} tri__report;

// Takes the value over and zeroes it. NULL: no memory; the value is dropped.
tri__report *tri__report_new(const tri_type *type, void *value);
void tri__report_release(tri__report *report);

struct tri_waiter {
    tri__node node; // of the dispatcher's inbox: the pusher's until pushed, then the loop's
    _Atomic unsigned bits;      // tri_wait_events not delivered; queued while not 0 (direct: see waiter.c)
    unsigned flags;             // immutable
    tri_dispatcher *dispatcher; // NULL: called on the thread that completes; immutable
    tri_waiter *op_next;        // guarded by the operation's lock
    bool listed;                // is in the operation's list: guarded by the operation's lock
    bool dead;                  // loop thread only: canceled, or being delivered for the last time
    tri_async *op;              // a reference; immutable
    tri_waiter_fn *fn;          // immutable
    void *ctx;                  // immutable
    tri_waiter *loop_prev;      // loop thread only
    tri_waiter *loop_next;      // loop thread only; of a direct waiter: the thread's that reports to it
};

struct tri_async {
    // What both a worker and the loop touch in the life of every operation stands together; it is what travels from one
    // processor to the other.
    const void *face_vtbl; // tri_IAsyncActionVtbl ... by tri_face; immutable
    const tri_IAsyncInfoVtbl *info_vtbl; // immutable
    tri_operation provider;              // the component's view; immutable
    _Atomic uint32_t refs;          // strong; the provider side holds one of them until it stops
    _Atomic uint32_t provider_refs; // acq_rel: what a provider did is seen by whoever drops the last
    _Atomic uint32_t state;         // tri__state. Publishes result and error: release / acquire
    uint32_t epoch;                 // the fork epoch it belongs to; immutable
    atomic_flag claimed;            // whoever sets it writes the outcome, once
    _Atomic bool locked;            // a leaf lock: held for a few loads and stores, never over foreign code
    _Atomic bool has_run;           // a flag on its own
    _Atomic bool canceled;          // a Cancel was what ended it: a flag that outlives Close, set after the state
    _Atomic bool first_waiter_used; // set under the lock, cleared by the loop that used it (release / acquire)
    bool held;                      // guarded by the runtime's mutex
    const tri__method *method;      // NULL where there is none; immutable
    tri__job job;                   // the pool's while queued
    tri_waiter first_waiter;        // room for one, so that the usual wait allocates nothing

    struct { // guarded by lock
        // The latest report of a type that holds references. A plain one lies at `progress`, under the lock too.
        struct tri__report *report;
        tri_waiter *waiters;
        tri_waiter **waiters_tail;
        tri__handler *completed;
        tri__handler *progress_handler;
        bool has_progress;
        bool slot_taken;
        bool fired;
        bool cancel_running;
        tri_cancel_fn *cancel_fn;
        void *cancel_ctx;
        pthread_t cancel_thread; // valid while cancel_running
    } guarded;

    const tri_type *result_type; // immutable, as all of this group
    const tri_type *progress_type;
    tri_face face;
    const char *name;
    void *args;
    void *result;
    void *progress; // room for a plain report

    // The outcome: written by the one who claimed it, read after state says there is one.
    HRESULT error;
    tri_string *error_message; // NULL: the message of the code
    tri_async *result_from;    // the operation whose result this one passes on

    tri_async *held_prev; // guarded by the runtime's mutex
    tri_async *held_next;
    _Atomic uint32_t id; // 0 until asked for; then unique in this copy of core
};

typedef struct tri__async_spec {
    tri_face face;
    const tri_type *result_type;
    const tri_type *progress_type;
    const char *name;
    const tri__method *method; // may be NULL
    uint32_t args_size;
    void *component_state;
} tri__async_spec;

// Makes an operation in state CREATED. *out is the caller's. Errors: TRI_E_OUTOFMEMORY.
HRESULT tri__async_new(const tri__async_spec *spec, tri_async **out);
tri__state tri__async_state(const tri_async *op);
bool tri__async_is_forked(const tri_async *op);
void tri__async_lock(tri_async *op);
void tri__async_unlock(tri_async *op);
// Moves the state by an event; returns what its caller is told, and in *to where it went.
HRESULT tri__async_move(tri_async *op, tri__event event, tri__state *from, tri__state *to);
// Tells waiters: those who wait for what has happened are taken out of the list. Then wakes. True: there is a delegate in
// a slot, for tri__async_fire to see to.
bool tri__async_notify(tri_async *op, bool stopped);
// Waits until nobody holds the lock that was held when the caller came.
void tri__async_lock_pass(tri_async *op);
// Under the lock: takes the one Completed slot, as put_Completed in that state; does not set error info.
HRESULT tri__async_take_slot(tri_async *op, tri__state state);
// Refuses a call, with error info that names what was called and the state it came in; returns `hr`.
HRESULT tri__async_refuse(HRESULT hr, const char *what, tri__state state);
// Calls the Completed handler, if there is one that was not called yet.
void tri__async_fire(tri_async *op);

// ---- the provider's side
// START, with one provider reference.
HRESULT tri__provider_begin(tri_async *op);
HRESULT tri__provider_complete(tri_operation *operation, void *value);
HRESULT tri__provider_fail(tri_operation *operation, HRESULT hr, const char *utf8, size_t length);
// As fail, taking the message over (may be NULL).
HRESULT tri__provider_fail_with(tri_async *op, HRESULT hr, tri_string *message);
// Completed with the result of another operation, which is kept.
HRESULT tri__provider_complete_from(tri_async *op, tri_async *from);
void tri__provider_progress(tri_operation *operation, void *value);
bool tri__provider_canceled(tri_operation *operation);
void tri__provider_on_cancel(tri_operation *operation, tri_cancel_fn *fn, void *ctx);
void tri__provider_retain(tri_operation *operation);
void tri__provider_release(tri_operation *operation);
// Runs the method of an operation that has begun, on this thread.
void tri__provider_run(tri_async *op);

// ---- waiters
// A waiter that is called on the thread that completes, with no lock held; in storage of the caller's that lives until
// DONE was delivered. TRI_S_FALSE: over already.
HRESULT tri__waiter_attach_direct(tri_waiter *waiter, tri_async *op, unsigned flags, tri_waiter_fn *fn,
                                  void *ctx);
// From a drain.
void tri__waiter_deliver(tri__node *node);
// From tri_dispatcher_close.
void tri__waiter_close(tri_waiter *waiter, bool cancel);

// Under the lock: tells those who want progress; tri__waiters_told does the rest after unlocking.
typedef struct tri__told {
    struct tri__wakes {
        unsigned count;
        tri_dispatcher *owed[4];
    } wake;
    tri_waiter *direct;
} tri__told;
void tri__waiters_progress(tri_async *op, tri__told *told);
void tri__waiters_told(tri__told *told);

// ---- the faces
extern const tri_IAsyncInfoVtbl tri__info_vtbl;
const void *tri__face_vtbl(tri_face face);

#endif
