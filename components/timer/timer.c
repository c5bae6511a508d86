// Trivium.Timer waits. Its methods run inline: they list the operation, which a thread completes later.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <trivium/component.h>

typedef struct entry {
    struct entry *next, *prev; // guarded by timer.lock
    tri_operation *op;         // our reference
    int64_t due;               // when the thread must look at it next, in ticks of CLOCK_MONOTONIC
    int64_t end;               // when it is over
    int64_t interval;          // between two reports; 0: reports nothing
} entry;

typedef struct timer {
    pthread_mutex_t lock;
    pthread_cond_t changed; // the thread has something new to look at
    pthread_t thread;       // guarded by lock, as all that follows
    bool started, stopping, canceled; // canceled: some operation was
    entry list; // the head of a ring in the order of `due`; its own is the end of time
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

// Under the lock. Most new entries belong at the end, or near it.
static void insert(timer *t, entry *e)
{
    entry *before = t->list.prev;
    while (before != &t->list && before->due > e->due) {
        before = before->prev;
    }
    e->prev = before;
    e->next = before->next;
    e->prev->next = e->next->prev = e;
}

// Takes out one that is due or was canceled, under the lock. NULL: there is none.
static entry *take_ready(timer *t)
{
    int64_t time = now();
    for (entry *e = t->list.next; e != &t->list && (t->canceled || e->due <= time); e = e->next) {
        if (e->due <= time || tri_canceled(e->op)) {
            e->prev->next = e->next;
            e->next->prev = e->prev;
            return e;
        }
    }
    t->canceled = false;
    return NULL;
}

// Reports or completes. Lets go of the lock meanwhile, for what it calls may call us.
static void advance(timer *t, entry *e)
{
    int64_t time = now();
    pthread_mutex_unlock(&t->lock);
    if (time < e->end && !tri_canceled(e->op)) {
        countdown_progress(e->op, (double)(e->end - time) / TRI_TICKS_PER_SECOND);
        e->due = e->end - time > e->interval ? time + e->interval : e->end;
        pthread_mutex_lock(&t->lock);
        insert(t, e);
        return;
    }
    // Where it was canceled this is no outcome any more, but it says that the work has stopped.
    (void)(e->interval ? countdown_complete(e->op) : delay_complete(e->op));
    tri_operation_release(e->op);
    free(e);
    pthread_mutex_lock(&t->lock);
}

static void *run(void *arg)
{
    timer *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->stopping) {
        entry *e = take_ready(t);
        int64_t due = t->list.next->due;
        struct timespec until = {due / TRI_TICKS_PER_SECOND, due % TRI_TICKS_PER_SECOND * 100};
        if (e) {
            advance(t, e);
        } else {
            pthread_cond_timedwait(&t->changed, &t->lock, &until);
        }
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

// Under the lock. The thread takes no signals: those are the program's own.
static int start_thread(timer *t)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->started = error == 0;
    return error;
}

// Its context is the component's state, which outlives every operation and every entry.
static void on_cancel(void *state)
{
    timer *t = state;
    pthread_mutex_lock(&t->lock);
    t->canceled = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static HRESULT add(tri_operation *op, int64_t duration, int64_t interval)
{
    timer *t = op->state;
    if (duration <= 0) { // zero is Completed, for we have not kept it
        return duration == 0 ? TRI_S_OK
                             : tri_error(op->host, TRI_E_INVALIDARG,
                                         "argument 'duration': must not be negative");
    }
    int64_t time = now(), end = duration < INT64_MAX - time ? time + duration : INT64_MAX;
    pthread_mutex_lock(&t->lock);
    int error = t->started ? 0 : start_thread(t);
    entry *e = error ? NULL : malloc(sizeof *e);
    if (e) {
        *e = (entry){NULL, NULL, tri_operation_retain(op), interval ? time : end, end, interval};
        insert(t, e);
        if (t->list.next == e) {
            pthread_cond_signal(&t->changed);
        }
    }
    pthread_mutex_unlock(&t->lock);
    if (!e) {
        return error ? tri_error_errno(op->host, error, "starting a thread") : TRI_E_OUTOFMEMORY;
    }
    tri_on_cancel(op, on_cancel, t);
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
    t->list = (entry){.next = &t->list, .prev = &t->list, .due = INT64_MAX};
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
