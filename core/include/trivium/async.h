/*
 * trivium/async.h - an operation, from the side of whoever waits for it.
 *
 * A tri_async is one object with the faces of abi.h: IAsyncInfo and one of IAsyncAction,
 * IAsyncActionWithProgress<P>, IAsyncOperation<R>, IAsyncOperationWithProgress<R, P>. What stands here are
 * the direct ways to the same state, for the bindings and for C programs. The rules of every state are in
 * core/src/async_states.def, their source is the contract of the Windows Runtime.
 *
 * Threads: any, unless a function says otherwise. Nothing here blocks, unless it says so.
 */
#ifndef TRIVIUM_ASYNC_H
#define TRIVIUM_ASYNC_H

#include <trivium/dispatcher.h>
#include <trivium/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tri_async tri_async;
typedef struct tri_waiter tri_waiter;

/* One more, or one less, reference; retain returns its argument, release takes NULL. Dropping the last
 * one does not stop the work; it goes on unseen. */
TRI_API tri_async *tri_async_retain(tri_async *op);
TRI_API void tri_async_release(tri_async *op);

/* Which of the four interfaces it has, and the types in it; never changes. The types are static. */
TRI_API tri_face tri_async_face(const tri_async *op);
TRI_API const tri_type *tri_async_result_type(const tri_async *op);   /* Void for an action */
TRI_API const tri_type *tri_async_progress_type(const tri_async *op); /* Void where there is none */

/* ---- IAsyncInfo and its kin, rule for rule; the out value is written even where the call is refused. */
TRI_API HRESULT tri_async_get_id(tri_async *op, uint32_t *id);
TRI_API HRESULT tri_async_get_status(tri_async *op, int32_t *status);
TRI_API HRESULT tri_async_get_error_code(tri_async *op, HRESULT *code);
/* Asks the work to stop. Status is Canceled at once if it was Started; never waits. Always TRI_S_OK. */
TRI_API HRESULT tri_async_cancel(tri_async *op);
/* Gives the result up. TRI_E_ILLEGAL_STATE_CHANGE while Started. Idempotent. */
TRI_API HRESULT tri_async_close(tri_async *op);
/*
 * The outcome, as GetResults: TRI_S_OK and a pointer to the result (NULL for an action), borrowed from the
 * operation until it is released; the stored failure, with its message as error info of this thread;
 * TRI_E_ILLEGAL_METHOD_CALL (the message names the state) while Started, when Canceled, after Close.
 */
TRI_API HRESULT tri_async_get_results(tri_async *op, const void **result);

/* ---- What a language needs beside it. */
/* get_results for an awaiter: TRI_E_CANCELED where get_results says that Canceled is illegal, also after a Close. */
TRI_API HRESULT tri_async_outcome(tri_async *op, const void **result);
/* Is there an outcome (Status is not Started)? */
TRI_API bool tri_async_is_done(tri_async *op);
/* Has the work stopped too? It may run on for a while after a Cancel. */
TRI_API bool tri_async_is_stopped(tri_async *op);
/* Did the work ever begin? False for one that was canceled in the queue. */
TRI_API bool tri_async_has_run(tri_async *op);
/* put_Completed(NULL): uses the Completed slot up, and nobody is told. Errors: as put_Completed. */
TRI_API HRESULT tri_async_clear_completed(tri_async *op);
/* What setting or reading Progress says in this state: TRI_S_OK; TRI_E_NOINTERFACE where nothing is reported;
 * TRI_E_ILLEGAL_METHOD_CALL after Close. */
TRI_API HRESULT tri_async_check_progress(tri_async *op);
/* "Started", "Completed", "Canceled", "Error", "Closed"; "Created" for any other value. Static. */
TRI_API const char *tri_async_status_name(int32_t status);
/* The method it came from, "hash_file"-style names aside: "HashFileAsync". Never NULL. */
TRI_API const char *tri_async_name(const tri_async *op);
/* Copies the latest progress report: TRI_S_OK; TRI_S_FALSE if there is none yet (*value is zeroed).
 * Errors: TRI_E_OUTOFMEMORY. */
TRI_API HRESULT tri_async_latest_progress(tri_async *op, void *value);
/*
 * A new operation of the same shape that has the outcome of `op`, or, when `ticks` have passed first, cancels
 * `op` and fails with TRI_E_TIMEOUT. Canceling it cancels `op`. Progress is passed on.
 * Ownership: *out is the caller's. Errors: TRI_E_OUTOFMEMORY, TRI_E_INVALIDARG (negative), and what starting a
 * thread may say.
 */
TRI_API TRI_NODISCARD HRESULT tri_async_timeout(tri_async *op, int64_t ticks, tri_async **out);

/* ---- Waiting, on a dispatcher. */
typedef enum tri_wait_flags {
    TRI_WAIT_PROGRESS = 1u, /* wake for progress too */
    TRI_WAIT_STOPPED = 2u,  /* done is when the work has stopped; without it, when there is an outcome */
    TRI_WAIT_SLOT = 4u      /* uses the one Completed slot up, as put_Completed does; implies STOPPED */
} tri_wait_flags;

typedef enum tri_wait_events {
    TRI_EVENT_PROGRESS = 1u, /* there is a newer report: tri_async_latest_progress */
    TRI_EVENT_DONE = 2u,     /* over; the waiter is gone when the callback returns */
    TRI_EVENT_CLOSED = 4u    /* the dispatcher was closed first; the waiter is gone as with DONE */
} tri_wait_events;

/* Called on the dispatcher's thread, from tri_dispatcher_drain or _close; `events` has at least one of
 * tri_wait_events, and PROGRESS comes before DONE when both are set. May do anything but drain. */
typedef void tri_waiter_fn(tri_waiter *waiter, void *ctx, unsigned events);

/*
 * Waits for `op` on `dispatcher`. TRI_S_OK: fn will be called, from a drain; *out is the waiter, borrowed, valid
 * until DONE or CLOSED was delivered or it was canceled. TRI_S_FALSE: it is over already, nothing was begun,
 * *out is NULL. Any number of waiters may wait for one operation, without touching its Completed slot.
 * The waiter keeps `op` alive. Threads: the dispatcher's only.
 * Errors: TRI_E_OUTOFMEMORY, TRI_E_CLOSED (dispatcher), TRI_E_ILLEGAL_DELEGATE_ASSIGNMENT and
 * TRI_E_ILLEGAL_METHOD_CALL (with SLOT, as put_Completed).
 */
TRI_API TRI_NODISCARD HRESULT tri_async_wait(tri_async *op, tri_dispatcher *dispatcher, unsigned flags,
                                             tri_waiter_fn *fn, void *ctx, tri_waiter **out);
/* Ends a wait: fn is not called again. Threads: the dispatcher's only. */
TRI_API void tri_waiter_cancel(tri_waiter *waiter);
/* The operation it waits for, borrowed. */
TRI_API tri_async *tri_waiter_async(tri_waiter *waiter);

/* ---- The faces. */
/* The async interface pointer (IAsyncAction* ...), with one more reference, which is the caller's. */
TRI_API void *tri_async_to_abi(tri_async *op);

#ifdef __cplusplus
}
#endif
#endif
