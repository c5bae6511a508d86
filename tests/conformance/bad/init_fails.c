// A component that cannot work on this machine, and says so.
#include <trivium/component.h>

TRI_ACTION(nothing, tri_no_args);
static HRESULT nothing(tri_operation *op, const tri_no_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static HRESULT init(const tri_host *host, void **state)
{
    (void)state;
    return tri_error(host, TRI_E_ACCESSDENIED, "the device is %s", "locked");
}

static const tri_member_def members[] = {
    TRI_METHOD(nothing, "IAsyncAction NothingAsync()", "Does nothing."),
};

TRI_COMPONENT("Trivium.Bad.InitFails", "1.0", "", TRI_NO_TYPES, members, init, NULL);
