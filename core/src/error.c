// Error info of a thread: the last failure and its message. Nothing is allocated, so that "out of memory" can
// be said when there is none.
#include "value.h"

#include <stdio.h>
#include <string.h>

// Thread-local, so nobody else sees it.
static _Thread_local struct {
    HRESULT hr;
    char message[TRI_MESSAGE_SIZE];
} error_info;

// Cuts a message that was too long where a character begins, not inside one; and sees to it that it is UTF-8, which
// the name of a file need not be.
static void error_trim(size_t wanted)
{
    if (wanted < TRI_MESSAGE_SIZE) {
        tri__utf8_scrub(error_info.message);
        return;
    }
    size_t end = TRI_MESSAGE_SIZE - 1;
    size_t start = end;
    while (start > 0 && ((unsigned char)error_info.message[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start > 0 && (unsigned char)error_info.message[start - 1] >= 0xC0) {
        start--;
    }
    // A complete last character stays; this only drops at most one that may be cut.
    error_info.message[start < end ? start : end] = '\0';
    tri__utf8_scrub(error_info.message);
}

HRESULT tri_error_set(HRESULT hr, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error_info.message, sizeof error_info.message, format, list);
    va_end(list);
    error_trim(length < 0 ? 0 : (size_t)length);
    error_info.hr = hr;
    return hr;
}

HRESULT tri_error_prefix(const char *format, ...)
{
    char rest[TRI_MESSAGE_SIZE];
    memcpy(rest, error_info.message, sizeof rest);
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error_info.message, sizeof error_info.message, format, list);
    va_end(list);
    size_t used = length < 0 ? 0 : (size_t)length;
    if (used < sizeof error_info.message) {
        size_t more = strlen(rest);
        size_t room = sizeof error_info.message - 1 - used;
        memcpy(error_info.message + used, rest, more < room ? more : room);
        error_info.message[used + (more < room ? more : room)] = '\0';
        used += more;
    }
    error_trim(used);
    return error_info.hr;
}

const char *tri_error_message(HRESULT hr)
{
    if (error_info.hr == hr && error_info.message[0]) {
        return error_info.message;
    }
    return tri_status_find(hr).message;
}

void tri_error_clear(void)
{
    error_info.hr = TRI_S_OK;
    error_info.message[0] = '\0';
}
