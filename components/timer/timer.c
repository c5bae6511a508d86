// Trivium.Timer waits. Its methods run inline: they put the operation on a heap; a thread ends it.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <trivium/component.h>

#include "heap.h"

// Points in time are ticks of CLOCK_MONOTONIC.
typedef struct entry {
    heap_item item;    // when to look at it next; guarded by timer.lock, like `canceled`
    bool canceled;
    tri_operation *op; // our reference; immutable, as what follows
    int64_t end;       // when it is over
    int64_t interval;  // between two reports; 0: reports nothing
} entry;

typedef struct timer {
    pthread_mutex_t lock;
    pthread_cond_t changed; // the thread has something new to look at
    pthread_t thread;       // guarded by lock, as all that follows
    bool started, stopping;
    heap_item *heap;
} timer;

TRI_ARGS(delay_args, (TimeSpan, duration));
TRI_ACTION(delay, delay_args);
TRI_ARGS(countdown_args, (TimeSpan, duration), (TimeSpan, interval));
TRI_ACTION_WITH_PROGRESS(countdown, countdown_args, Double);

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * TRI_TICKS_PER_SECOND + t.tv_nsec / 100;
}

// The entry is due at once. It exists, for its callback is taken away before it is freed.
static void on_cancel(void *ctx)
{
    entry *e = ctx;
    timer *t = e->op->state;
    pthread_mutex_lock(&t->lock);
    e->canceled = true;
    if (heap_has(t->heap, &e->item)) {
        heap_advance(&t->heap, &e->item, 0);
        pthread_cond_signal(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
}

static void insert(timer *t, entry *e, int64_t due)
{
    heap_insert(&t->heap, &e->item, e->canceled ? 0 : due);
    if (t->heap == &e->item) {
        pthread_cond_signal(&t->changed);
    }
}

// Reports or completes. Lets go of the lock meanwhile, for what it calls may call us.
static void advance(timer *t, entry *e)
{
    int64_t time = now();
    pthread_mutex_unlock(&t->lock);
    if (time < e->end && !tri_canceled(e->op)) {
        countdown_progress(e->op, (double)(e->end - time) / TRI_TICKS_PER_SECOND);
        pthread_mutex_lock(&t->lock);
        insert(t, e, e->end - time > e->interval ? time + e->interval : e->end);
        return;
    }
    if (time >= e->end) { // else it was canceled: letting go of it says that the work has stopped
        (void)(e->interval ? countdown_complete(e->op) : delay_complete(e->op));
    }
    tri_on_cancel(e->op, NULL, NULL);
    tri_operation_release(e->op);
    free(e);
    pthread_mutex_lock(&t->lock);
}

static void *run(void *arg)
{
    timer *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->stopping) {
        int64_t due = t->heap ? t->heap->due : INT64_MAX;
        struct timespec until = {due / TRI_TICKS_PER_SECOND, due % TRI_TICKS_PER_SECOND * 100};
        if (due <= now()) {
            advance(t, (entry *)heap_take_first(&t->heap));
        } else {
            pthread_cond_timedwait(&t->changed, &t->lock, &until);
        }
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

// Under the lock. The thread takes no signals, those are the program's own, but for faults of its own.
static int start_thread(timer *t)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->started = error == 0;
    return error;
}

static HRESULT add(tri_operation *op, int64_t duration, int64_t interval)
{
    timer *t = op->state;
    if (duration <= 0) { // zero is Completed, for we have not kept it
        return duration == 0 ? TRI_S_OK
                             : tri_error(op->host, TRI_E_INVALIDARG,
                                         "argument 'duration': must not be negative");
    }
    entry *e = calloc(1, sizeof *e);
    if (!e) {
        return TRI_E_OUTOFMEMORY;
    }
    int64_t time = now();
    e->op = tri_operation_retain(op);
    e->end = duration < INT64_MAX - time ? time + duration : INT64_MAX;
    e->interval = interval;
    tri_on_cancel(op, on_cancel, e);
    pthread_mutex_lock(&t->lock);
    int error = t->started ? 0 : start_thread(t);
    if (!error) {
        insert(t, e, interval ? time : e->end);
    }
    pthread_mutex_unlock(&t->lock);
    if (error) {
        tri_on_cancel(op, NULL, NULL);
        tri_operation_release(op);
        free(e);
        return tri_error_errno(op->host, error, "starting a thread");
    }
    return TRI_S_OK;
}

static HRESULT delay(tri_operation *op, const delay_args *args)
{
    return add(op, args->duration, 0);
}

static HRESULT countdown(tri_operation *op, const countdown_args *args)
{
    if (args->interval <= 0) {
        return tri_error(op->host, TRI_E_INVALIDARG, "argument 'interval': must be above zero");
    }
    return add(op, args->duration, args->interval);
}

static HRESULT init(const tri_host *host TRI_UNUSED, void **state)
{
    timer *t = calloc(1, sizeof *t);
    if (!t) {
        return TRI_E_OUTOFMEMORY;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_mutex_init(&t->lock, NULL);
    *state = t;
    return TRI_S_OK;
}

static void fini(const tri_host *host TRI_UNUSED, void *state)
{
    timer *t = state;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    if (t->started) {
        pthread_join(t->thread, NULL);
    }
    free(t);
}

static const tri_member_def members[] = {
    TRI_METHOD_WITH(delay, TRI_INLINE, "IAsyncAction DelayAsync(TimeSpan duration)",
                    "Completes when the time has passed; at once if that is zero."),
    TRI_METHOD_WITH(countdown, TRI_INLINE,
                    "IAsyncActionWithProgress<Double> "
                    "CountdownAsync(TimeSpan duration, TimeSpan interval)",
                    "Likewise; reports at once and every interval how many seconds remain."),
};
TRI_COMPONENT("Trivium.Timer", "0.1.0", "Waits for time.", TRI_NO_TYPES, members, init, fini);
