// See arena.h. Pieces are cut from chunks in a row, and a chunk is never returned alone.
#include "arena.h"

#define ARENA_CHUNK 4000u
#define ARENA_ALIGN 16u

struct arena_chunk {
    struct arena_chunk *next;
    size_t used; // bytes of `room`
    size_t size;
    _Alignas(ARENA_ALIGN) unsigned char room[];
};

void *tri__arena_alloc(tri__arena *arena, size_t size)
{
    size_t need = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    struct arena_chunk *chunk = arena->chunks;
    if (need < size) {
        tri_error_set(TRI_E_OUTOFMEMORY, "out of memory");
        return NULL;
    }
    if (!chunk || chunk->size - chunk->used < need) {
        size_t room = need > ARENA_CHUNK ? need : ARENA_CHUNK;
        chunk = tri__calloc(sizeof *chunk + room);
        if (!chunk) {
            tri_error_set(TRI_E_OUTOFMEMORY, "out of memory");
            return NULL;
        }
        chunk->size = room;
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *memory = chunk->room + chunk->used;
    chunk->used += need;
    return memory;
}

char *tri__arena_text(tri__arena *arena, const char *text, size_t length)
{
    char *copy = tri__arena_alloc(arena, length + 1);
    if (copy && length) {
        memcpy(copy, text, length);
    }
    return copy;
}

void tri__arena_free(tri__arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        tri__free(arena->chunks);
        arena->chunks = next;
    }
}
