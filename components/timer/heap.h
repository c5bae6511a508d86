// A pairing heap of points in time: the earliest is at hand, and any can be made earlier. It
// allocates nothing, so nothing here can fail. A heap is a pointer to its earliest item, or NULL.
#ifndef TIMER_HEAP_H
#define TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct heap_item {
    int64_t due; // no later than that of any child
    struct heap_item *child;
    struct heap_item *next; // sibling
    struct heap_item *prev; // sibling, or the parent of a first child; NULL: the root, or outside
} heap_item;

// Two heaps become one. Neither root has siblings.
static heap_item *heap_merge(heap_item *a, heap_item *b)
{
    if (!a || !b) {
        return a ? a : b;
    }
    heap_item *first = b->due < a->due ? b : a;
    heap_item *other = first == a ? b : a;
    other->prev = first;
    other->next = first->child;
    if (other->next) {
        other->next->prev = other;
    }
    first->child = other;
    return first;
}

static void heap_insert(heap_item **heap, heap_item *item, int64_t due)
{
    *item = (heap_item){.due = due};
    *heap = heap_merge(*heap, item);
}

static bool heap_has(const heap_item *heap, const heap_item *item)
{
    return item == heap || item->prev != NULL;
}

// The item, which is in the heap, becomes due earlier than it was.
static void heap_advance(heap_item **heap, heap_item *item, int64_t due)
{
    item->due = due;
    if (item == *heap) {
        return;
    }
    if (item->prev->child == item) {
        item->prev->child = item->next;
    } else {
        item->prev->next = item->next;
    }
    if (item->next) {
        item->next->prev = item->prev;
    }
    item->next = item->prev = NULL;
    *heap = heap_merge(*heap, item);
}

// Takes the first child off a list of siblings.
static heap_item *heap_shift(heap_item **siblings)
{
    heap_item *item = *siblings;
    if (item) {
        *siblings = item->next;
        item->next = item->prev = NULL;
    }
    return item;
}

// The heap must not be empty.
static heap_item *heap_take_first(heap_item **heap)
{
    heap_item *first = *heap;
    heap_item *children = first->child;
    heap_item *pairs = NULL; // the last pair first
    while (children) {
        heap_item *one = heap_shift(&children);
        heap_item *pair = heap_merge(one, heap_shift(&children));
        pair->next = pairs;
        pairs = pair;
    }
    first->child = NULL;
    *heap = NULL;
    while (pairs) {
        *heap = heap_merge(*heap, heap_shift(&pairs));
    }
    return first;
}

#endif
