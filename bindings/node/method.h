// A method of a component as a native function.
#ifndef NODE_METHOD_H
#define NODE_METHOD_H

#include "module.h"

struct node_method {
    node_env *self;
    const tri_method *method;
    node_method *next; // of the environment's list
    bool bigint;
    bool plain; // neither an argument nor the result holds memory
};

// Makes the function: (...arguments) -> result of a synchronous method; (at, ...arguments) -> place, as
// node_async_adopt, of an asynchronous one. Lives as long as the environment.
HRESULT node_method_new(node_env *self, const tri_method *method, bool bigint, napi_value *out,
                        bool *plain);

#endif
