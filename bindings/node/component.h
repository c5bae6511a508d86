// Loading a component, and its description as plain JavaScript data.
#ifndef NODE_COMPONENT_H
#define NODE_COMPONENT_H

#include "module.h"

// (name or path, bigint) -> { name, namespace, version, doc, path, methods: [...], enums: [...] }; see
// node/component.js, which makes the object with the functions of it.
napi_value node_component_load(napi_env env, napi_callback_info info);

#endif
