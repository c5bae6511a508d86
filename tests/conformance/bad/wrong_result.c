// The C function gives another result than the member string says.
#include <trivium/component.h>

TRI_ARGS(size_args, (String, path));
TRI_OPERATION(size_of, size_args, UInt32);
static HRESULT size_of(tri_operation *op, const size_args *args)
{
    (void)args;
    return size_of_complete(op, 0);
}

static const tri_member_def members[] = {
    TRI_METHOD(size_of, "IAsyncOperation<UInt64> SizeOfAsync(String path)", "Its size."),
};

TRI_COMPONENT("Trivium.Bad.WrongResult", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
