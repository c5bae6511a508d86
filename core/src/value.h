// Strings, buffers and types: what stands behind the host table and the description of a component.
#ifndef TRI_VALUE_INTERNAL_H
#define TRI_VALUE_INTERNAL_H

#include <trivium/value.h>

// As in component.h. tri__string_new checks the UTF-8 and says at which byte it breaks.
HRESULT tri__string_new(const tri_host *host, const char *utf8, size_t length, tri_string **out);
void tri__string_retain(tri_string *string);
void tri__string_release(tri_string *string);
HRESULT tri__buffer_new(const tri_host *host, size_t length, tri_buffer **out);
void tri__buffer_retain(tri_buffer *buffer);
void tri__buffer_release(tri_buffer *buffer);

// How many bytes from the start are well-formed UTF-8: `length` if all are.
size_t tri__utf8_valid(const char *text, size_t length);
// Sets error info for text that breaks at byte `position`, and returns TRI_E_INVALID_UTF8.
HRESULT tri__utf8_error(const char *text, size_t position);
// Puts a '?' in the place of each byte that is not UTF-8.
void tri__utf8_scrub(char *text);
// The largest length up to `limit` at which `text` can be cut without splitting a character.
size_t tri__utf8_cut(const char *text, size_t length, size_t limit);

// A string in memory that somebody else frees (an arena), and that no release ever frees: it holds a
// reference to itself, and is not counted as a live object. `utf8` is valid.
size_t tri__string_place_size(size_t length);
tri_string *tri__string_place(void *memory, const tri_host *host, const char *utf8, size_t length);

// An HSTRING with the text of a string; NULL is empty.
HRESULT tri__hstring_of(const tri_string *string, tri_hstring *out);

// What every T[] looks like: tri_c_<T>Array of component.h.
typedef struct tri__array {
    size_t length;
    void *data; // tri__alloc
} tri__array;

// The built-in type of that name ("UInt8", "Windows.Foundation.TimeSpan"), or NULL.
const tri_type *tri__type_find(const char *name, size_t length);
// The array of a built-in type, NULL where there is none (of Void, of Buffer).
const tri_type *tri__type_array(tri_kind element);
// Calls a Progress delegate with an enum, or with a boxed T[]. Values are as abi_value.h has them.
tri_invoke_fn tri__invoke_enum;
tri_invoke_fn tri__invoke_pointer;

#endif
