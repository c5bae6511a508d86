// The least that an operation can do: what remains is the cost of an operation. All languages measure with it.
#include <trivium/component.h>

TRI_ARGS(add_args, (UInt64, a), (UInt64, b));
TRI_OPERATION(add, add_args, UInt64);

static HRESULT add(tri_operation *op, const add_args *args)
{
    return add_complete(op, args->a + args->b);
}

static const tri_member_def noop_members[] = {
    TRI_METHOD(add, "IAsyncOperation<UInt64> AddAsync(UInt64 a, UInt64 b)", "The sum, from the pool."),
};

TRI_COMPONENT("Trivium.Noop", "1.0", "Nothing, asynchronously.", TRI_NO_TYPES, noop_members, NULL, NULL);
