// Reference-counted bytes: header and bytes in one piece of memory.
#include "alloc.h"
#include "value.h"
#include <stdatomic.h>

typedef struct buffer_block {
    tri_buffer pub; // first; immutable, but for the bytes behind `data`
    // atomic: a release by one thread is ordered before the free by another, see buffer_release.
    atomic_uint references;
    _Alignas(16) uint8_t bytes[];
} buffer_block;

HRESULT tri__buffer_new(const tri_host *host, size_t length, tri_buffer **out)
{
    *out = NULL;
    size_t size = sizeof(buffer_block) + length;
    buffer_block *block = size > length ? tri__calloc(size) : NULL;
    if (!block) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for a Buffer of %zu bytes", length);
    }
    block->pub.host = host;
    block->pub.data = block->bytes;
    block->pub.length = length;
    atomic_init(&block->references, 1u);
    *out = &block->pub;
    tri__live_add(TRI_LIVE_BUFFER, 1);
    return TRI_S_OK;
}

void tri__buffer_retain(tri_buffer *buffer)
{
    // Relaxed: whoever retains has a reference already, so nothing is published here.
    atomic_fetch_add_explicit(&((buffer_block *)buffer)->references, 1u, memory_order_relaxed);
}

void tri__buffer_release(tri_buffer *buffer)
{
    buffer_block *block = (buffer_block *)buffer;
    // The release half pairs with the acquire half of the last of these: all uses come before the free.
    if (atomic_fetch_sub_explicit(&block->references, 1u, memory_order_acq_rel) == 1u) {
        tri__free(block);
        tri__live_add(TRI_LIVE_BUFFER, -1);
    }
}
