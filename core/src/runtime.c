// What there is once per copy of core and per process: the pools, what the end must cancel, and the end itself.
//
// A fork leaves the threads behind and may leave locks taken. The child's handler therefore only counts; whatever looks at the
// runtime afterwards finds that it is another process's, leaves it alone and makes its own.
#include "runtime.h"

#include "alloc.h"
#include "async.h"
#include "thread_pool.h"

#include <stdlib.h>

#define EXIT_TIMEOUT_MS 5000 // how long the end of a process waits for work that was told to stop
#define BLOCKING_THREADS 128u

typedef struct runtime {
    uint32_t epoch; // immutable
    pthread_mutex_t load_lock;
    _Atomic(tri__pool *) pools[2]; // the usual one, and the one for blocking methods; set once, with mutex
    _Atomic uint32_t calls;        // methods that run on their callers' threads; seq_cst, against closing
    pthread_mutex_t mutex;         // protects the next two, and the making of pools
    tri_async *held;
    pthread_cond_t released; // something was taken out of held
} runtime;

static _Atomic(runtime *) runtime_current;   // seq_cst; of the epoch that is in it
static _Atomic uint32_t runtime_epoch;       // written by the fork handler, alone in its process
static _Atomic uint32_t runtime_closing;     // 1 + the epoch of the process that is ending
static pthread_once_t runtime_once = PTHREAD_ONCE_INIT;

uint32_t tri__runtime_epoch(void)
{
    // relaxed: it changes only where there is no other thread.
    return atomic_load_explicit(&runtime_epoch, memory_order_relaxed);
}

static void runtime_forked(void)
{
    atomic_fetch_add_explicit(&runtime_epoch, 1, memory_order_relaxed);
}

// Registered more than once: the first call that finds all work stopped is the one that ends the components.
static void runtime_exit(void)
{
    static atomic_flag ended = ATOMIC_FLAG_INIT;
    static bool gave_up; // exit handlers run one after the other; the process waits once, not once for each of them
    bool stopped = tri_shutdown(gave_up ? 0 : EXIT_TIMEOUT_MS) == TRI_S_OK;
    gave_up = !stopped;
    if (stopped && !atomic_flag_test_and_set(&ended)) {
        tri__components_fini();
    }
}

static void runtime_init_process(void)
{
    pthread_atfork(NULL, NULL, runtime_forked);
    tri__os_pin_self();
    atexit(runtime_exit);
}

void tri__runtime_enter(void)
{
    pthread_once(&runtime_once, runtime_init_process);
}

static runtime *runtime_get(void)
{
    runtime *current = atomic_load(&runtime_current);
    while (!current || current->epoch != tri__runtime_epoch()) {
        tri__runtime_enter();
        runtime *fresh = tri__calloc(sizeof *fresh);
        if (!fresh) {
            return NULL;
        }
        fresh->epoch = tri__runtime_epoch();
        pthread_mutex_init(&fresh->load_lock, NULL);
        pthread_mutex_init(&fresh->mutex, NULL);
        tri__os_cond_init(&fresh->released);
        // The one of the parent is left as it is: its locks may be taken by threads that are not here.
        if (atomic_compare_exchange_strong(&runtime_current, &current, fresh)) {
            current = fresh;
        } else {
            pthread_mutex_destroy(&fresh->load_lock);
            pthread_mutex_destroy(&fresh->mutex);
            pthread_cond_destroy(&fresh->released);
            tri__free(fresh);
        }
    }
    return current;
}

// The runtime of this process if there is one already.
static runtime *runtime_peek(void)
{
    runtime *current = atomic_load(&runtime_current);
    return current && current->epoch == tri__runtime_epoch() ? current : NULL;
}

pthread_mutex_t *tri__runtime_load_lock(void)
{
    runtime *rt = runtime_get();
    return rt ? &rt->load_lock : NULL;
}

void tri__runtime_after_init(void)
{
    // Exit handlers run newest first: ours must come before those of the libraries that a component has just set up.
    // It does its work once; the earlier registrations find nothing left to do.
    atexit(runtime_exit);
}

bool tri__runtime_is_closing(void)
{
    // relaxed: a hint to stop; what must be ordered is ordered by the mutexes.
    return atomic_load_explicit(&runtime_closing, memory_order_relaxed) == tri__runtime_epoch() + 1;
}

tri__pool *tri__runtime_pool(bool blocking)
{
    runtime *rt = runtime_get();
    if (!rt) {
        return NULL;
    }
    // acquire: pairs with the release below; the pool is whole.
    tri__pool *pool = atomic_load_explicit(&rt->pools[blocking], memory_order_acquire);
    if (!pool) {
        pthread_mutex_lock(&rt->mutex);
        pool = atomic_load_explicit(&rt->pools[blocking], memory_order_relaxed); // under the mutex
        if (!pool) {
            unsigned cpus = tri__os_cpu_count();
            pool = blocking ? tri__pool_new(BLOCKING_THREADS, true)
                            : tri__pool_new(cpus < 2 ? 2 : cpus, false);
            atomic_store_explicit(&rt->pools[blocking], pool, memory_order_release);
        }
        pthread_mutex_unlock(&rt->mutex);
    }
    return pool;
}

HRESULT tri__runtime_call_begin(_Atomic uint32_t **calls)
{
    *calls = NULL;
    runtime *rt = runtime_get();
    if (!rt) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for the runtime");
    }
    // Counted in before the look, and the end says so before it looks at the count: one of the two sees the other.
    atomic_fetch_add(&rt->calls, 1);
    if (atomic_load(&runtime_closing) == rt->epoch + 1) {
        atomic_fetch_sub(&rt->calls, 1);
        return tri_error_set(TRI_E_CLOSED, "the process is ending: nothing is started any more");
    }
    *calls = &rt->calls;
    return TRI_S_OK;
}

void tri__runtime_call_end(_Atomic uint32_t *calls)
{
    atomic_fetch_sub(calls, 1);
}

void tri__runtime_hold(tri_async *op)
{
    runtime *rt = runtime_get();
    if (!rt || op->epoch != rt->epoch) {
        return; // Without memory for a runtime there is no end to prepare for either.
    }
    pthread_mutex_lock(&rt->mutex);
    if (!op->held) {
        op->held = true;
        op->held_prev = NULL;
        op->held_next = rt->held;
        if (rt->held) {
            rt->held->held_prev = op;
        }
        rt->held = op;
    }
    pthread_mutex_unlock(&rt->mutex);
}

void tri__runtime_unhold(tri_async *op)
{
    // Only a holder of a provider reference may hold, and this is the last one: nobody sets `held` now.
    if (!op->held) {
        return;
    }
    runtime *rt = runtime_peek();
    if (!rt || op->epoch != rt->epoch) {
        return;
    }
    pthread_mutex_lock(&rt->mutex);
    if (op->held_prev) {
        op->held_prev->held_next = op->held_next;
    } else {
        rt->held = op->held_next;
    }
    if (op->held_next) {
        op->held_next->held_prev = op->held_prev;
    }
    op->held = false;
    pthread_cond_broadcast(&rt->released);
    pthread_mutex_unlock(&rt->mutex);
}

// Cancels all that is held; each is retained over its cancel, which runs foreign code.
static void runtime_cancel_held(runtime *rt)
{
    for (;;) {
        pthread_mutex_lock(&rt->mutex);
        tri_async *op = rt->held;
        while (op && tri_async_is_done(op)) {
            op = op->held_next;
        }
        if (op) {
            tri_async_retain(op);
        }
        pthread_mutex_unlock(&rt->mutex);
        if (!op) {
            return;
        }
        tri_async_cancel(op); // Has an outcome now, so it is not found again.
        tri_async_release(op);
    }
}

static void runtime_drop_queue(tri__pool *pool)
{
    tri__job *job = pool ? tri__pool_close(pool) : NULL;
    while (job) {
        tri__job *next = job->next;
        job->run(job); // It is canceled: it does not run, but is told to whoever waits.
        job = next;
    }
}

static bool runtime_wait_released(runtime *rt, int64_t until)
{
    pthread_mutex_lock(&rt->mutex);
    while ((rt->held || atomic_load(&rt->calls)) && tri__os_now() < until) {
        // Short turns: a call ends without a word.
        (void)tri__os_cond_wait(&rt->released, &rt->mutex, tri__os_now() + 10000000);
    }
    bool released = !rt->held && !atomic_load(&rt->calls);
    pthread_mutex_unlock(&rt->mutex);
    return released;
}

HRESULT tri_shutdown(int64_t timeout_ms)
{
    atomic_store(&runtime_closing, tri__runtime_epoch() + 1);
    runtime *rt = runtime_peek();
    if (!rt) {
        return TRI_S_OK;
    }
    int64_t longest = INT64_C(1000) * 86400 * 365; // milliseconds
    int64_t until = tri__os_now() + (timeout_ms < longest ? timeout_ms : longest) * 1000000;
    tri__pool *pools[2] = {atomic_load(&rt->pools[0]), atomic_load(&rt->pools[1])};
    for (int i = 0; i < 2; i++) {
        runtime_drop_queue(pools[i]);
    }
    runtime_cancel_held(rt);
    bool quiet = true;
    for (int i = 0; i < 2; i++) {
        quiet = (!pools[i] || tri__pool_wait_quiet(pools[i], until)) && quiet;
    }
    quiet = runtime_wait_released(rt, until) && quiet;
    return quiet ? TRI_S_OK : TRI_S_FALSE;
}
