// The C function is an action, the member string an operation.
#include <trivium/component.h>

TRI_ARGS(size_args, (String, path));
TRI_ACTION(size_of, size_args);
static HRESULT size_of(tri_operation *op, const size_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static const tri_member_def members[] = {
    TRI_METHOD(size_of, "IAsyncOperation<UInt64> SizeOfAsync(String path)", "Its size."),
};

TRI_COMPONENT("Trivium.Bad.WrongFace", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
