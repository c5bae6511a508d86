// HSTRINGs, off Windows with the layout that Windows has: a client that reads one through its own
// header-only library (as C++/WinRT does) finds what it expects.
#include "alloc.h"
#include "value.h"
#include <stdatomic.h>

// hstring.h and the SDK's own users agree on this header: 24 bytes with 64-bit pointers.
typedef struct hstring_header {
    uint32_t flags;  // bit 0: a reference, that is a header on somebody's stack
    uint32_t length; // units, without the NUL
    uint32_t padding1;
    uint32_t padding2;
    const uint16_t *data;
} hstring_header;

typedef struct hstring_block {
    hstring_header header; // first; immutable
    // atomic: a release by one thread is ordered before the free by another, see tri_hstring_release.
    atomic_int references;
    uint16_t units[];
} hstring_block;

_Static_assert(offsetof(hstring_header, data) == 16, "the layout of Windows");

static hstring_block *hstring_of(tri_hstring string)
{
    return (hstring_block *)(void *)string;
}

// Decodes one character of valid UTF-8 and moves on.
static uint32_t hstring_decode(const unsigned char **at)
{
    const unsigned char *p = *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    }
    *at += 4;
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

HRESULT tri_hstring_new(const char *utf8, size_t length, tri_hstring *out)
{
    *out = NULL;
    if (!length) {
        return TRI_S_OK; // NULL is the empty string
    }
    size_t valid = tri__utf8_valid(utf8, length);
    if (valid != length) {
        return tri__utf8_error(utf8, valid);
    }
    const unsigned char *at = (const unsigned char *)utf8;
    const unsigned char *end = at + length;
    size_t units = 0;
    while (at < end) {
        units += hstring_decode(&at) > 0xFFFF ? 2 : 1;
    }
    size_t room = SIZE_MAX / 2 - sizeof(hstring_block);
    hstring_block *block = units < UINT32_MAX && units < room / 2
                               ? tri__alloc(sizeof *block + (units + 1) * sizeof(uint16_t))
                               : NULL;
    if (!block) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for an HSTRING of %zu units", units);
    }
    block->header = (hstring_header){.length = (uint32_t)units, .data = block->units};
    atomic_init(&block->references, 1);
    uint16_t *to = block->units;
    for (at = (const unsigned char *)utf8; at < end;) {
        uint32_t c = hstring_decode(&at);
        if (c > 0xFFFF) {
            *to++ = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            *to++ = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            *to++ = (uint16_t)c;
        }
    }
    *to = 0;
    *out = (tri_hstring)(void *)block;
    return TRI_S_OK;
}

HRESULT tri__hstring_of(const tri_string *string, tri_hstring *out)
{
    return tri_hstring_new(string ? string->data : "", string ? string->length : 0, out);
}

tri_hstring tri_hstring_retain(tri_hstring string)
{
    if (string) {
        // Relaxed: whoever retains has a reference already, so nothing is published here.
        atomic_fetch_add_explicit(&hstring_of(string)->references, 1, memory_order_relaxed);
    }
    return string;
}

void tri_hstring_release(tri_hstring string)
{
    // The release half pairs with the acquire half of the last of these: all uses come before the free.
    if (string &&
        atomic_fetch_sub_explicit(&hstring_of(string)->references, 1, memory_order_acq_rel) == 1) {
        tri__free(hstring_of(string));
    }
}

const uint16_t *tri_hstring_data(tri_hstring string, uint32_t *length)
{
    static const uint16_t empty[1] = {0};
    *length = string ? hstring_of(string)->header.length : 0;
    return string ? hstring_of(string)->header.data : empty;
}
