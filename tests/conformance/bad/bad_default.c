// A default value that its type cannot hold.
#include <trivium/component.h>

TRI_ARGS(open_args, (String, path), (UInt8, mode));
TRI_ACTION(open_file, open_args);
static HRESULT open_file(tri_operation *op, const open_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static const tri_member_def members[] = {
    TRI_METHOD(open_file, "IAsyncAction OpenAsync(String path, UInt8 mode = 256)", "Opens."),
};

TRI_COMPONENT("Trivium.Bad.BadDefault", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
