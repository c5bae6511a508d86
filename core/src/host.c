// The table that a component is given.
#include "alloc.h"
#include "async.h"
#include "runtime.h"
#include "value.h"

#include <trivium/version.h>

static void *host_alloc(const tri_host *host, size_t size)
{
    (void)host;
    return tri__alloc(size);
}

static void host_free(const tri_host *host, void *memory)
{
    (void)host;
    tri__free(memory);
}

static HRESULT host_originate_error(const tri_host *host, HRESULT hr, const char *utf8, size_t length)
{
    (void)host;
    return tri_error_set(hr, "%.*s", (int)(length < TRI_MESSAGE_SIZE ? length : TRI_MESSAGE_SIZE - 1),
                         utf8);
}

const tri_host tri__host = {
    .size = sizeof(tri_host),
    .abi_version = TRI_ABI_VERSION,
    .alloc = host_alloc,
    .free = host_free,
    .string_new = tri__string_new,
    .string_retain = tri__string_retain,
    .string_release = tri__string_release,
    .buffer_new = tri__buffer_new,
    .buffer_retain = tri__buffer_retain,
    .buffer_release = tri__buffer_release,
    .originate_error = host_originate_error,
    .status_from_errno = tri_status_from_errno,
    .operation_retain = tri__provider_retain,
    .operation_release = tri__provider_release,
    .operation_complete = tri__provider_complete,
    .operation_fail = tri__provider_fail,
    .operation_progress = tri__provider_progress,
    .operation_canceled = tri__provider_canceled,
    .operation_on_cancel = tri__provider_on_cancel,
};

const tri_host *tri_core_host(void)
{
    return &tri__host;
}

const char *tri_version(void)
{
    return TRI_VERSION;
}
