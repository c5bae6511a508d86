-- Trivium in a luv loop: require("trivium.loop.luv").attach(). From then on uv.run() delivers, and stays alive for as long
-- as something is waited for.

local uv = require "luv"
local native = require "trivium.native"
local scheduler = require "trivium.loop.scheduler"

local handles

local step

-- The loop must not sleep while coroutines are ready, nor end while operations are waited for. So this is looked at before
-- it sleeps, for what its callbacks began before it decides whether to end, and whenever something begins outside of it.
local function update()
    if not handles then
        return
    end
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

function step()
    local ok, err = pcall(scheduler.step, 0)
    update()
    if not ok then
        error(err, 0)
    end
end

local function detach()
    native.on_wait(nil)
    scheduler.on_later = nil
    for _, handle in pairs(handles or {}) do
        handle:close()
    end
    handles = nil
end

-- Attaches once; returns a function that ends it.
local function attach()
    if not handles then
        handles = {
            poll = uv.new_poll(native.fd()),
            idle = uv.new_idle(),
            prepare = uv.new_prepare(),
            check = uv.new_check(),
        }
        handles.poll:start("r", step)
        for _, name in ipairs { "prepare", "check" } do
            handles[name]:start(update)
            handles[name]:unref()
        end
        native.on_wait(update)
        scheduler.on_later = update
    end
    return detach
end

return { attach = attach }
