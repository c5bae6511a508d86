// The C struct has one parameter more than the member string.
#include <trivium/component.h>

TRI_ARGS(open_args, (String, path), (UInt32, mode));
TRI_ACTION(open_file, open_args);
static HRESULT open_file(tri_operation *op, const open_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static const tri_member_def members[] = {
    TRI_METHOD(open_file, "IAsyncAction OpenAsync(String path)", "Opens."),
};

TRI_COMPONENT("Trivium.Bad.WrongCount", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
