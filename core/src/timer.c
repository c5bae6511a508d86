// Deadlines: a binary heap of timers, and one thread that sleeps until the first is due.
#include "timer.h"

#include "alloc.h"
#include "runtime.h"

#include <stdatomic.h>

typedef struct timer_queue {
    uint32_t epoch; // immutable
    pthread_mutex_t mutex; // protects what follows
    pthread_cond_t changed;
    tri__timer **heap;
    size_t count;
    size_t capacity;
    bool running;
} timer_queue;

static _Atomic(timer_queue *) timer_current; // seq_cst; anew in a forked child, as the runtime

static timer_queue *timer_get(void)
{
    tri__runtime_enter();
    timer_queue *current = atomic_load(&timer_current);
    while (!current || current->epoch != tri__runtime_epoch()) {
        timer_queue *fresh = tri__calloc(sizeof *fresh);
        if (!fresh) {
            return NULL;
        }
        fresh->epoch = tri__runtime_epoch();
        pthread_mutex_init(&fresh->mutex, NULL);
        tri__os_cond_init(&fresh->changed);
        if (atomic_compare_exchange_strong(&timer_current, &current, fresh)) {
            current = fresh;
        } else {
            pthread_mutex_destroy(&fresh->mutex);
            pthread_cond_destroy(&fresh->changed);
            tri__free(fresh);
        }
    }
    return current;
}

static void heap_place(timer_queue *queue, size_t at, tri__timer *timer)
{
    queue->heap[at] = timer;
    timer->index = at;
}

static void heap_up(timer_queue *queue, size_t at, tri__timer *timer)
{
    while (at > 0 && queue->heap[(at - 1) / 2]->due > timer->due) {
        heap_place(queue, at, queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_place(queue, at, timer);
}

static void heap_down(timer_queue *queue, size_t at, tri__timer *timer)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= queue->count) {
            break;
        }
        if (child + 1 < queue->count && queue->heap[child + 1]->due < queue->heap[child]->due) {
            child++;
        }
        if (queue->heap[child]->due >= timer->due) {
            break;
        }
        heap_place(queue, at, queue->heap[child]);
        at = child;
    }
    heap_place(queue, at, timer);
}

static void heap_remove(timer_queue *queue, tri__timer *timer)
{
    size_t at = timer->index;
    tri__timer *last = queue->heap[--queue->count];
    timer->index = TRI__TIMER_IDLE;
    if (last != timer) {
        if (at > 0 && queue->heap[(at - 1) / 2]->due > last->due) {
            heap_up(queue, at, last);
        } else {
            heap_down(queue, at, last);
        }
    }
}

static void *timer_work(void *arg)
{
    timer_queue *queue = arg;
    pthread_mutex_lock(&queue->mutex);
    for (;;) {
        if (queue->count == 0) {
            pthread_cond_wait(&queue->changed, &queue->mutex);
            continue;
        }
        tri__timer *first = queue->heap[0];
        int64_t now = tri__os_now();
        if (first->due <= now) {
            heap_remove(queue, first);
            pthread_mutex_unlock(&queue->mutex);
            first->fn(first);
            pthread_mutex_lock(&queue->mutex);
            continue;
        }
        (void)tri__os_cond_wait(&queue->changed, &queue->mutex, first->due);
    }
    return NULL;
}

// Under the mutex: room for one more, and a thread to look after it.
static HRESULT timer_prepare(timer_queue *queue)
{
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity ? queue->capacity * 2 : 16;
        tri__timer **heap = tri__alloc(capacity * sizeof *heap);
        if (!heap) {
            return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for a timer");
        }
        for (size_t i = 0; i < queue->count; i++) {
            heap[i] = queue->heap[i];
        }
        tri__free(queue->heap);
        queue->heap = heap;
        queue->capacity = capacity;
    }
    if (!queue->running) {
        HRESULT hr = tri__os_thread_start(timer_work, queue);
        queue->running = hr == TRI_S_OK;
        return hr;
    }
    return TRI_S_OK;
}

HRESULT tri__timer_arm(tri__timer *timer)
{
    timer->index = TRI__TIMER_IDLE;
    timer_queue *queue = timer_get();
    if (!queue) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "no memory for a timer");
    }
    pthread_mutex_lock(&queue->mutex);
    HRESULT hr = timer_prepare(queue);
    if (hr == TRI_S_OK) {
        queue->count++;
        heap_up(queue, queue->count - 1, timer);
        if (timer->index == 0) {
            pthread_cond_signal(&queue->changed);
        }
    }
    pthread_mutex_unlock(&queue->mutex);
    return hr;
}

bool tri__timer_disarm(tri__timer *timer)
{
    timer_queue *queue = timer_get();
    if (!queue) {
        return false;
    }
    pthread_mutex_lock(&queue->mutex);
    bool armed = timer->index != TRI__TIMER_IDLE;
    if (armed) {
        heap_remove(queue, timer);
    }
    pthread_mutex_unlock(&queue->mutex);
    return armed;
}
