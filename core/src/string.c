// Immutable, reference-counted UTF-8 text: header and characters in one piece of memory.
#include "alloc.h"
#include "value.h"
#include <stdatomic.h>

typedef struct string_block {
    tri_string pub; // first; immutable
    // atomic: a release by one thread is ordered before the free by another, see string_release.
    atomic_uint references;
    bool placed; // immutable; the memory is not ours
    char text[];
} string_block;

// The length of the well-formed sequence at `at`, 0 if it is none: no overlong forms, no surrogates,
// nothing above U+10FFFF (table 3-7 of the Unicode standard).
static size_t utf8_sequence(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80) {
        return 1;
    }
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead < 0xC2 || lead > 0xF4 || left < length || at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

size_t tri__utf8_valid(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        // Most text is ASCII: eight bytes at a time.
        uint64_t word;
        if (length - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        size_t step = utf8_sequence(bytes + at, length - at);
        if (!step) {
            return at;
        }
        at += step;
    }
    return length;
}

HRESULT tri__utf8_error(const char *text, size_t position)
{
    return tri_error_set(TRI_E_INVALID_UTF8, "expected UTF-8, got the byte 0x%02x at position %zu",
                         (unsigned)(unsigned char)text[position], position);
}

void tri__utf8_scrub(char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; (at += tri__utf8_valid(text + at, length - at)) < length;) {
        text[at] = '?';
    }
}

size_t tri__utf8_cut(const char *text, size_t length, size_t limit)
{
    if (length <= limit) {
        return length;
    }
    while (limit && ((unsigned char)text[limit] & 0xC0) == 0x80) {
        limit--;
    }
    return limit;
}

size_t tri__string_place_size(size_t length)
{
    return sizeof(string_block) + length + 1;
}

tri_string *tri__string_place(void *memory, const tri_host *host, const char *utf8, size_t length)
{
    string_block *block = memory;
    block->pub.host = host;
    block->pub.data = block->text;
    block->pub.length = length;
    block->placed = true;
    atomic_init(&block->references, 1u);
    if (length) {
        memcpy(block->text, utf8, length);
    }
    block->text[length] = '\0';
    return &block->pub;
}

HRESULT tri__string_new(const tri_host *host, const char *utf8, size_t length, tri_string **out)
{
    *out = NULL;
    size_t valid = length ? tri__utf8_valid(utf8, length) : 0;
    if (valid != length) {
        return tri__utf8_error(utf8, valid);
    }
    size_t size = tri__string_place_size(length);
    string_block *block = size > length ? tri__alloc(size) : NULL;
    if (!block) {
        return tri_error_set(TRI_E_OUTOFMEMORY, "out of memory for a String of %zu bytes", length);
    }
    *out = tri__string_place(block, host, utf8, length);
    block->placed = false;
    tri__live_add(TRI_LIVE_STRING, 1);
    return TRI_S_OK;
}

void tri__string_retain(tri_string *string)
{
    // Relaxed: whoever retains has a reference already, so nothing is published here.
    atomic_fetch_add_explicit(&((string_block *)string)->references, 1u, memory_order_relaxed);
}

void tri__string_release(tri_string *string)
{
    string_block *block = (string_block *)string;
    // The release half pairs with the acquire half of the last of these: all uses come before the free.
    if (atomic_fetch_sub_explicit(&block->references, 1u, memory_order_acq_rel) == 1u &&
        !block->placed) {
        tri__free(block);
        tri__live_add(TRI_LIVE_STRING, -1);
    }
}
