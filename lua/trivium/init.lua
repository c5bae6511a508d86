-- Trivium: asynchronous components written in C, awaited from coroutines.
--
--   local trivium = require "trivium"
--   local hashing = require "trivium.hashing"
--   trivium.run(function()
--       print(#hashing.hash_file("/etc/hostname"):await())
--   end)

local native = require "trivium.native"
local scheduler = require "trivium.loop.scheduler"
local task = require "trivium.task"
require "trivium.async"

local trivium = {
    _VERSION = "trivium " .. native.version,

    -- The status of an operation, as op.status and op:wait() give it.
    AsyncStatus = {
        Started = "started",
        Completed = "completed",
        Canceled = "canceled",
        Error = "error",
        Closed = "closed", -- after op.operation:close()
    },

    -- load(name_or_path): a component, as a table of functions and enumerations. What a program writes is
    -- `require "trivium.hashing"`; this is for a component that has no module.
    load = native.load,
    -- error(code [, message]): an error object like those that operations raise.
    error = native.error,
    -- now(): seconds of a clock that nobody sets, to measure with.
    now = native.now,
    -- live(): how many objects of each kind core has; for tests.
    live = native.live,

    spawn = task.spawn,
    all = task.all,
    run = task.run,

    step = scheduler.step,
    fd = native.fd,
}

-- What a foreign loop watches. The methods are those of cqueues (pollfd, events, timeout) and of LuaSocket's select
-- (getfd, dirty); call trivium.step(0) when it is readable or the timeout is 0.
local pollable = {}
trivium.pollable = pollable
function pollable.pollfd() return native.fd() end
function pollable.events() return "r" end
function pollable.timeout() return scheduler.is_ready() and 0 or nil end
function pollable.getfd() return native.fd() end
function pollable.dirty() return scheduler.is_ready() end

return trivium
