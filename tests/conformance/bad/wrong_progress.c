// The C function reports another progress than the member string says.
#include <trivium/component.h>

TRI_ARGS(copy_args, (String, path));
TRI_ACTION_WITH_PROGRESS(copy, copy_args, Double);
static HRESULT copy(tri_operation *op, const copy_args *args)
{
    (void)args;
    copy_progress(op, 0.5);
    return TRI_S_OK;
}

static const tri_member_def members[] = {
    TRI_METHOD(copy, "IAsyncActionWithProgress<UInt64> CopyAsync(String path)", "Copies."),
};

TRI_COMPONENT("Trivium.Bad.WrongProgress", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
