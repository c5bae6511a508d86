// The pool that methods run on.
//
// The shared queue is a list under a mutex. A worker takes a share of it into slots of its own, from which it and
// any idle worker claim jobs by compare-and-swap, so that a long job holds up none of those taken with it. Who goes to
// sleep looks, under the mutex, at the queue and at all slots; slots are filled only under the mutex, so no job is missed.
#include "thread_pool.h"

#include "alloc.h"
#include "runtime.h"

#include <string.h>
#include <trivium/dispatcher.h>

#define POOL_SHARE 16u         // jobs a worker takes at most per lock
#define POOL_HELD_MAX 512u     // jobs that a thread keeps back at most
#define POOL_IDLE_SECONDS 5    // after which an elastic worker goes
#define POOL_WORKERS_MAX 256u

typedef struct pool_worker {
    tri__pool *pool;
    // What may be claimed: epoch << 32 | count << 16 | next. The epoch changes with every filling, so that a
    // claim prepared before it fails. release by the filler / acquire by the claimers.
    _Atomic uint64_t slots_word;
    _Atomic(tri__job *) slots[POOL_SHARE]; // relaxed: ordered by slots_word
    bool alive;                            // guarded by the pool's mutex
} pool_worker;

struct tri__pool {
    unsigned max_threads; // immutable
    bool elastic;         // immutable
    pthread_mutex_t mutex; // protects what follows, to the next comment
    pthread_cond_t work;
    pthread_cond_t quiet;
    tri__job *head;
    tri__job *tail;
    size_t queued;
    unsigned threads;  // alive
    unsigned sleeping; // in a wait
    unsigned signaled; // of those, woken but not yet running again
    unsigned starting; // alive, but have not looked at the queue yet
    bool closed;
    // Set under the mutex, read without it (a hint): is there a worker at all?
    _Atomic unsigned started;
    pool_worker workers[]; // max_threads of them
};

static uint64_t slots_pack(uint64_t epoch, uint64_t count, uint64_t next)
{
    return epoch << 32 | count << 16 | next;
}

static tri__job *slots_claim(pool_worker *worker)
{
    uint64_t word = atomic_load_explicit(&worker->slots_word, memory_order_acquire); // slots_fill
    for (;;) {
        uint64_t next = word & 0xFFFF;
        if (next >= ((word >> 16) & 0xFFFF)) {
            return NULL;
        }
        tri__job *job = atomic_load_explicit(&worker->slots[next], memory_order_relaxed);
        // acquire: pairs with slots_fill; the job is ours only if the word has not changed meanwhile.
        if (atomic_compare_exchange_weak_explicit(&worker->slots_word, &word, word + 1,
                                                  memory_order_acquire, memory_order_acquire)) {
            return job;
        }
    }
}

static bool slots_empty(pool_worker *worker)
{
    uint64_t word = atomic_load_explicit(&worker->slots_word, memory_order_acquire); // slots_fill
    return (word & 0xFFFF) >= ((word >> 16) & 0xFFFF);
}

// Under the mutex: takes this worker's share of the queue; returns the first job of it.
static tri__job *slots_fill(tri__pool *pool, pool_worker *worker)
{
    tri__job *first = pool->head;
    if (!first) {
        return NULL;
    }
    size_t share = pool->elastic ? 1 : pool->queued / pool->threads;
    share = share < 1 ? 1 : share > POOL_SHARE ? POOL_SHARE : share;
    pool->head = first->next;
    size_t count = 0;
    for (; count + 1 < share; count++) {
        atomic_store_explicit(&worker->slots[count], pool->head, memory_order_relaxed);
        pool->head = pool->head->next;
    }
    pool->queued -= count + 1;
    if (!pool->head) {
        pool->tail = NULL;
    }
    if (count > 0) {
        uint64_t epoch = (atomic_load_explicit(&worker->slots_word, memory_order_relaxed) >> 32) + 1;
        // release: pairs with slots_claim and slots_empty.
        atomic_store_explicit(&worker->slots_word, slots_pack(epoch & 0xFFFFFFFF, count, 0),
                              memory_order_release);
    }
    return first;
}

// Under the mutex: wakes up to `count` workers that sleep.
static void pool_signal(tri__pool *pool, size_t count)
{
    for (; count > 0 && pool->signaled < pool->sleeping; count--) {
        pool->signaled++;
        pthread_cond_signal(&pool->work);
    }
}

static tri__job *pool_steal(tri__pool *pool, pool_worker *self)
{
    unsigned count = atomic_load_explicit(&pool->started, memory_order_relaxed); // a hint
    for (unsigned i = 0; i < count; i++) {
        if (&pool->workers[i] != self) {
            tri__job *job = slots_claim(&pool->workers[i]);
            if (job) {
                return job;
            }
        }
    }
    return NULL;
}

static bool pool_has_slots(tri__pool *pool)
{
    unsigned count = atomic_load_explicit(&pool->started, memory_order_relaxed); // under the mutex
    for (unsigned i = 0; i < count; i++) {
        if (!slots_empty(&pool->workers[i])) {
            return true;
        }
    }
    return false;
}

// Under the mutex. False: an elastic worker that has been idle for long.
static bool pool_sleep(tri__pool *pool)
{
    bool stay = true;
    pool->sleeping++;
    if (pool->sleeping == pool->threads) {
        pthread_cond_broadcast(&pool->quiet);
    }
    if (pool->elastic) {
        stay = tri__os_cond_wait(&pool->work, &pool->mutex,
                                 tri__os_now() + POOL_IDLE_SECONDS * INT64_C(1000000000));
    } else {
        pthread_cond_wait(&pool->work, &pool->mutex);
    }
    pool->sleeping--;
    // Whoever comes back counts as one that was woken, also when time was up: too low a count wakes one too many, too high
    // a count wakes none.
    if (pool->signaled > 0) {
        pool->signaled--;
    }
    return stay;
}

// The next job, or NULL when this worker is to end.
static tri__job *pool_next(tri__pool *pool, pool_worker *self)
{
    tri__job *job = slots_claim(self);
    if (job) {
        return job;
    }
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        job = slots_fill(pool, self);
        if (job) {
            // What was taken beside the first, and what is left, is there for those who sleep.
            size_t more = pool->queued + (slots_empty(self) ? 0 : 1);
            pool_signal(pool, more);
            break;
        }
        if (pool_has_slots(pool)) {
            pthread_mutex_unlock(&pool->mutex);
            job = pool_steal(pool, self);
            if (job) {
                return job;
            }
            pthread_mutex_lock(&pool->mutex);
            continue;
        }
        if (!pool_sleep(pool) && !pool->head) {
            self->alive = false;
            pool->threads--;
            if (pool->sleeping == pool->threads) {
                pthread_cond_broadcast(&pool->quiet);
            }
            break;
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

static void *pool_work(void *arg)
{
    pool_worker *self = arg;
    pthread_mutex_lock(&self->pool->mutex);
    self->pool->starting--;
    pthread_mutex_unlock(&self->pool->mutex);
    for (tri__job *job; (job = pool_next(self->pool, self)) != NULL;) {
        job->run(job);
    }
    return NULL;
}

// Under the mutex: one more worker, if there may be one.
static HRESULT pool_grow(tri__pool *pool)
{
    for (unsigned i = 0; i < pool->max_threads; i++) {
        pool_worker *worker = &pool->workers[i];
        if (!worker->alive) {
            worker->alive = true;
            worker->pool = pool;
            pool->threads++;
            pool->starting++;
            HRESULT hr = tri__os_thread_start(pool_work, worker);
            if (TRI_FAILED(hr)) {
                worker->alive = false;
                pool->threads--;
                pool->starting--;
                return hr;
            }
            if (i >= atomic_load_explicit(&pool->started, memory_order_relaxed)) {
                atomic_store_explicit(&pool->started, i + 1, memory_order_relaxed); // a hint
            }
            return TRI_S_OK;
        }
    }
    return TRI_S_FALSE;
}

tri__pool *tri__pool_new(unsigned max_threads, bool elastic)
{
    max_threads = max_threads < POOL_WORKERS_MAX ? max_threads : POOL_WORKERS_MAX;
    tri__pool *pool = tri__calloc(sizeof *pool + max_threads * sizeof pool->workers[0]);
    if (pool) {
        pool->max_threads = max_threads;
        pool->elastic = elastic;
        pthread_mutex_init(&pool->mutex, NULL);
        tri__os_cond_init(&pool->work);
        tri__os_cond_init(&pool->quiet);
    }
    return pool;
}

// Under the mutex: sees to it that somebody takes what is queued: who sleeps, then new workers as far as is allowed. That
// a thread cannot be started counts only if there is no worker at all.
static HRESULT pool_recruit(tri__pool *pool)
{
    HRESULT hr = TRI_S_OK;
    size_t coming = pool->signaled + pool->starting;
    if (pool->queued > coming) {
        pool_signal(pool, pool->queued - coming);
    }
    while (hr == TRI_S_OK && pool->queued > pool->signaled + pool->starting) {
        hr = pool_grow(pool);
    }
    return pool->threads > 0 ? TRI_S_OK : hr;
}

static void pool_append(tri__pool *pool, tri__job *head, tri__job *tail, size_t count)
{
    pthread_mutex_lock(&pool->mutex);
    tail->next = NULL;
    if (pool->tail) {
        pool->tail->next = head;
    } else {
        pool->head = head;
    }
    pool->tail = tail;
    pool->queued += count;
    // There is a worker: tri__pool_submit has seen to that, so this cannot fail.
    (void)pool_recruit(pool);
    pthread_mutex_unlock(&pool->mutex);
}

// Jobs that this thread keeps back. Only those of a fixed pool: an elastic one is for jobs that are long anyway.
static _Thread_local struct {
    uint32_t epoch; // what follows belongs to this process; else it is the parent's, and not ours to hand over
    unsigned depth;
    tri__pool *pool;
    tri__job *head;
    tri__job *tail;
    size_t count;
} held_jobs;

// A fork may come in the middle of a drain. The child finds nothing held, and a depth of 0.
static void held_check(void)
{
    if (held_jobs.epoch != tri__runtime_epoch()) {
        memset(&held_jobs, 0, sizeof held_jobs);
        held_jobs.epoch = tri__runtime_epoch();
    }
}

void tri__pool_flush_held(void)
{
    held_check();
    if (held_jobs.head) {
        pool_append(held_jobs.pool, held_jobs.head, held_jobs.tail, held_jobs.count);
        held_jobs.head = held_jobs.tail = NULL;
        held_jobs.count = 0;
    }
}

void tri_submit_hold(void)
{
    held_check();
    held_jobs.depth++;
}

void tri_submit_resume(void)
{
    held_check();
    if (held_jobs.depth > 0 && --held_jobs.depth == 0) {
        tri__pool_flush_held();
    }
}

HRESULT tri__pool_submit(tri__pool *pool, tri__job *job)
{
    job->next = NULL;
    held_check();
    bool hold = held_jobs.depth > 0 && !pool->elastic;
    // relaxed: a thread that sees workers needs nothing else from those who started them.
    if (!hold || atomic_load_explicit(&pool->started, memory_order_relaxed) == 0) {
        pthread_mutex_lock(&pool->mutex);
        HRESULT hr = pool->closed ? tri_error_set(TRI_E_CLOSED, "the process is ending: nothing is "
                                                                "started any more")
                     : pool->threads == 0 ? pool_grow(pool) : TRI_S_OK;
        pthread_mutex_unlock(&pool->mutex);
        if (TRI_FAILED(hr)) {
            return hr;
        }
    }
    if (!hold) {
        pool_append(pool, job, job, 1);
        return TRI_S_OK;
    }
    if (held_jobs.pool != pool) {
        tri__pool_flush_held();
        held_jobs.pool = pool;
    }
    if (held_jobs.tail) {
        held_jobs.tail->next = job;
    } else {
        held_jobs.head = job;
    }
    held_jobs.tail = job;
    if (++held_jobs.count >= POOL_HELD_MAX) {
        tri__pool_flush_held(); // The workers begin while the loop still submits.
    }
    return TRI_S_OK;
}

tri__job *tri__pool_close(tri__pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->closed = true;
    tri__job *jobs = pool->head;
    pool->head = pool->tail = NULL;
    pool->queued = 0;
    pthread_mutex_unlock(&pool->mutex);
    return jobs;
}

bool tri__pool_wait_quiet(tri__pool *pool, int64_t until)
{
    pthread_mutex_lock(&pool->mutex);
    while (pool->sleeping < pool->threads || pool->head) {
        if (tri__os_now() >= until) {
            break;
        }
        (void)tri__os_cond_wait(&pool->quiet, &pool->mutex, until);
    }
    bool quiet = pool->sleeping >= pool->threads && !pool->head;
    pthread_mutex_unlock(&pool->mutex);
    return quiet;
}
