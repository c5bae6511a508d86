// A member string with a type that is not described. (Its C name exists: the author forgot the table of types.)
#include <trivium/component.h>

TRI_ENUM(Mode, "", (Read, 0), (Write, 1));
TRI_ARGS(open_args, (String, path), (Mode, mode));
TRI_ACTION(open_file, open_args);
static HRESULT open_file(tri_operation *op, const open_args *args)
{
    (void)op;
    (void)args;
    return TRI_S_OK;
}

static const tri_member_def members[] = {
    TRI_METHOD(open_file, "IAsyncAction OpenAsync(String path, Mode mode)", "Opens."),
};
const tri_type_def *unknown_type_unused = &Mode_type;

TRI_COMPONENT("Trivium.Bad.UnknownType", "1.0", "", TRI_NO_TYPES, members, NULL, NULL);
