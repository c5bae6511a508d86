// Components as tables of functions and enumerations.
#ifndef TRI_LUA_COMPONENT_H
#define TRI_LUA_COMPONENT_H

#include "module.h"

#pragma GCC visibility push(hidden)

#define TRI_LUA_COMPONENT "trivium.component"

#pragma GCC visibility pop

#endif
