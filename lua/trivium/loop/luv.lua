-- Trivium in a luv loop: require("trivium.loop.luv").attach(). From then on uv.run() delivers, and stays alive for as long
-- as something is waited for.

local uv = require "luv"
local native = require "trivium.native"
local scheduler = require "trivium.loop.scheduler"

local handles

local function step()
    scheduler.step(0)
end

-- The loop must not sleep while coroutines are ready, nor end while operations are waited for.
local function prepare()
    local poll, idle = handles.poll, handles.idle
    if scheduler.is_ready() then
        idle:start(step)
    else
        idle:stop()
    end
    if native.waiters() > 0 then
        poll:ref()
    else
        poll:unref()
    end
end

local function detach()
    for _, handle in pairs(handles or {}) do
        handle:close()
    end
    handles = nil
end

-- Attaches once; returns a function that ends it.
local function attach()
    if not handles then
        handles = { poll = uv.new_poll(native.fd()), idle = uv.new_idle(), prepare = uv.new_prepare() }
        handles.poll:start("r", step)
        handles.prepare:start(prepare)
        handles.prepare:unref()
    end
    return detach
end

return { attach = attach }
