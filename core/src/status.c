// What an HRESULT is called, and the way from errno to it.
#include <trivium/status.h>

#include <errno.h>

#define WIN32_HRESULT(code) ((HRESULT)(0x80070000u | (code)))
#define ERRNO_HRESULT(error) ((HRESULT)(0xA0CE0000u | (uint32_t)(error)))

// ENOENT -> "No such file or directory" is strerror's to say; a row needs a fixed text only.
static const tri_status status_table[] = {
#define TRI_STATUS(name, code, message, python, js) {name, #name, code, message, python, js},
#include "status.def"
#undef TRI_STATUS
#define TRI_ERRNO_WIN(error, code, python)                                                         \
    {WIN32_HRESULT(code), #error, #error, "The system reported " #error, python, "Error"},
#define TRI_ERRNO(error, python)                                                                   \
    {ERRNO_HRESULT(error), #error, #error, "The system reported " #error, python, "Error"},
#include "status_errno.def"
#undef TRI_ERRNO
#undef TRI_ERRNO_WIN
};

static const size_t status_count = sizeof status_table / sizeof status_table[0];

tri_status tri_status_find(HRESULT hr)
{
    const tri_status *fallback = status_table; // replaced by the row of TRI_E_FAIL
    for (size_t i = 0; i < status_count; i++) {
        if (status_table[i].hr == hr) {
            return status_table[i];
        }
        if (status_table[i].hr == TRI_E_FAIL) {
            fallback = &status_table[i];
        }
    }
    tri_status found = *fallback;
    found.hr = hr;
    return found;
}

const tri_status *tri_status_at(size_t index)
{
    return index < status_count ? &status_table[index] : NULL;
}

HRESULT tri_status_from_errno(int error)
{
    switch (error) {
    case 0:
        return TRI_E_FAIL;
    case ENOENT:
        return TRI_E_FILE_NOT_FOUND;
    case EACCES:
        return TRI_E_ACCESSDENIED;
    case ENOMEM:
        return TRI_E_OUTOFMEMORY;
    case EINVAL:
        return TRI_E_INVALIDARG;
    case ECANCELED:
        return TRI_E_CANCELED;
    case ETIMEDOUT:
        return TRI_E_TIMEOUT;
#define TRI_ERRNO_WIN(name, code, python)                                                          \
    case name:                                                                                     \
        return WIN32_HRESULT(code);
#define TRI_ERRNO(name, python)
#include "status_errno.def"
#undef TRI_ERRNO
#undef TRI_ERRNO_WIN
    default:
        return ERRNO_HRESULT(error & 0xFFFF);
    }
}
