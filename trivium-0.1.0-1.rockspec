rockspec_format = "3.0"
package = "trivium"
version = "0.1.0-1"
source = { url = "git+file://." }
description = {
    summary = "Asynchronous components written in C, awaited from coroutines",
    detailed = [[
One C core implements the asynchronous interfaces of the Windows Runtime on every operating system; this rock
maps their operations to Lua coroutines, with progress, cancellation and deadlines.]],
    license = "MIT",
}
supported_platforms = { "unix" }
dependencies = { "lua >= 5.4, < 5.6" }
build = {
    type = "builtin",
    modules = {
        ["trivium"] = "lua/trivium/init.lua",
        ["trivium.async"] = "lua/trivium/async.lua",
        ["trivium.hashing"] = "lua/trivium/hashing.lua",
        ["trivium.loop.luv"] = "lua/trivium/loop/luv.lua",
        ["trivium.loop.scheduler"] = "lua/trivium/loop/scheduler.lua",
        ["trivium.meta"] = "lua/trivium/meta.lua",
        ["trivium.task"] = "lua/trivium/task.lua",
        ["trivium.timer"] = "lua/trivium/timer.lua",
        ["trivium.native"] = {
            sources = {
                "core/trivium.c",
                "bindings/lua/async.c",
                "bindings/lua/component.c",
                "bindings/lua/coroutine.c",
                "bindings/lua/dispatcher.c",
                "bindings/lua/error.c",
                "bindings/lua/method.c",
                "bindings/lua/module.c",
                "bindings/lua/operation.c",
                "bindings/lua/slot.c",
                "bindings/lua/value.c",
                "bindings/lua/waiter.c",
            },
            incdirs = { "core/include" },
            defines = { "_GNU_SOURCE" },
            libraries = { "pthread" },
        },
        -- Beside the native module, where core looks for components.
        ["trivium.components.timer"] = {
            sources = { "components/timer/timer.c" },
            incdirs = { "core/include" },
            defines = { "_GNU_SOURCE" },
            libraries = { "pthread" },
        },
    },
    platforms = { linux = { modules = { ["trivium.native"] = { libraries = { "pthread", "dl" } } } } },
    -- What core says when somebody asks for a component that is not there.
    install = { lib = { ["trivium.components.hashing"] = "bindings/lua/hashing.missing" } },
}
