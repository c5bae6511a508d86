/*
 * trivium/dispatcher.h - one script loop's inbox and the way to wake it.
 *
 * Any thread puts into the inbox; the loop's thread drains it. The loop is woken once for each time that the
 * inbox goes from empty to not empty, and never while a drain is under way.
 */
#ifndef TRIVIUM_DISPATCHER_H
#define TRIVIUM_DISPATCHER_H

#include <trivium/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tri_dispatcher tri_dispatcher;

/* Wakes the loop. Called on any thread; never again once tri_dispatcher_close has returned. Must neither block nor call
 * back into Trivium: it may run in the middle of telling the waiters of an operation. */
typedef void tri_wake_fn(void *ctx);

/*
 * Makes a dispatcher of the calling thread. With `wake` NULL it has a file descriptor that becomes readable
 * when there is something to drain; else `wake` is called for that.
 * Ownership: *out is the caller's. Errors: TRI_E_OUTOFMEMORY, tri_status_from_errno of eventfd or pipe.
 */
TRI_API TRI_NODISCARD HRESULT tri_dispatcher_new(tri_wake_fn *wake, void *ctx, tri_dispatcher **out);
TRI_API tri_dispatcher *tri_dispatcher_retain(tri_dispatcher *dispatcher);
/* NULL is allowed. Close it before the last release. Threads: any. */
TRI_API void tri_dispatcher_release(tri_dispatcher *dispatcher);

/* The descriptor to watch for reading; -1 with a wake function. It stays the dispatcher's. */
TRI_API int tri_dispatcher_fd(const tri_dispatcher *dispatcher);

/* Was it made before the process forked? Then it is the parent's, nothing is delivered here any more, and what waited on it
 * waits for operations that read as TRI_E_FORKED: make another one, and release this one. Threads: any. Blocks: no. */
TRI_API bool tri_dispatcher_is_forked(const tri_dispatcher *dispatcher);

/*
 * Delivers what is there: calls the waiters, in the order in which they became ready, at most `budget` of them
 * (0: no limit but fairness: what was there when it began, and what that made ready at once). Jobs that are
 * started meanwhile are handed to the pool together, at the end. Returns how many were delivered. When some are
 * left, the loop has been woken again. Threads: its own. Blocks: no. Re-entered, it returns 0.
 */
TRI_API uint32_t tri_dispatcher_drain(tri_dispatcher *dispatcher, uint32_t budget);

/* Sleeps until there is something to drain, or `timeout_ms` have passed (-1: for ever). TRI_S_OK: drain now;
 * TRI_S_FALSE: time is up; TRI_E_ABORT: a signal came. Only for one with a descriptor. Threads: its own.
 * Blocks: yes. */
TRI_API HRESULT tri_dispatcher_wait(tri_dispatcher *dispatcher, int64_t timeout_ms);

/* How many waiters wait on it. Threads: its own. */
TRI_API size_t tri_dispatcher_waiters(const tri_dispatcher *dispatcher);

/*
 * Ends it: asks every operation waited for to cancel, if `cancel`, tells each waiter TRI_EVENT_CLOSED, and makes
 * sure that no thread is inside `wake` or will be. Idempotent. Threads: its own. Blocks: only for a wake under way.
 */
TRI_API void tri_dispatcher_close(tri_dispatcher *dispatcher, bool cancel);

/*
 * Between hold and resume (they nest), jobs that this thread starts are kept back, and handed to the pool together: at the
 * resume, and before it when there are 512, before a synchronous method, and before tri_dispatcher_wait. A drain does this by
 * itself; a loop that runs its continuations after the drain holds longer. Jobs of TRI_BLOCKING methods are never kept back.
 * Threads: any, each for itself; in a forked child nothing is held. Blocks: no. Errors: none; a resume without a hold does
 * nothing.
 */
TRI_API void tri_submit_hold(void);
TRI_API void tri_submit_resume(void);

#ifdef __cplusplus
}
#endif
#endif
