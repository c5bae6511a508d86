-- The turns of the loop: what the drain delivers, and then the coroutines that Lua code made ready.
-- The coroutines that wait for operations are resumed by the drain itself; only those that wait for one another
-- (tasks, reports) come through here.

local native = require "trivium.native"

local scheduler = {}

local sentinel = native.sentinel
local resume, close, status = coroutine.resume, coroutine.close, coroutine.status

local ready, first, last = {}, 1, 0 -- coroutines, for this turn
local reasons = {} -- at the same places: what each was parked for when it was woken
local later = {} -- coroutines that passed the turn on, for the next
local errors = {} -- of {error, traceback}
local flushing = false
scheduler.on_later = nil -- called when coroutines have passed on a turn that is not under way
scheduler.running = false -- is trivium.run under way

-- A coroutine that waits for something in Lua: what it waits for, which has a method `cancel`.
scheduler.parked = setmetatable({}, { __mode = "k" })
-- The tasks: coroutine -> task.
scheduler.tasks = setmetatable({}, { __mode = "k" })

-- A task that yields by itself, coroutine.yield(), passes the turn on. Other coroutines belong to somebody else.
local function on_yield(co)
    if scheduler.tasks[co] then
        later[#later + 1] = co
    end
end
native.on_yield(on_yield)

-- Somebody else may have resumed or closed the coroutine since it was woken: then it is no longer there to be resumed.
local function resume_one(co, reason)
    if status(co) ~= "suspended" or (reason ~= nil and scheduler.parked[co] ~= reason) then
        return
    end
    local ok, what = resume(co)
    if not ok then
        errors[#errors + 1] = { what, debug.traceback(co) }
        close(co)
    elseif what ~= sentinel and status(co) == "suspended" then
        on_yield(co)
    end
end

local function run_ready()
    while first <= last do
        local co, reason = ready[first], reasons[first]
        ready[first], reasons[first] = nil, nil
        first = first + 1
        resume_one(co, reason)
    end
    first, last = 1, 0
end

local function run_turn()
    local now = later
    if #now > 0 then
        later = {}
        table.move(now, 1, #now, last + 1, ready)
        last = last + #now
    end
    run_ready()
end

-- Makes a coroutine run: in this turn, or at once if none is under way. With a reason: only if it is parked for that.
function scheduler.wake(co, reason)
    last = last + 1
    ready[last], reasons[last] = co, reason
    if not (flushing or scheduler.running or native.is_turn()) then
        flushing = true
        local ok, err = pcall(run_ready)
        flushing = false
        if scheduler.on_later and #later > 0 then
            scheduler.on_later()
        end
        if not ok then
            error(err, 0)
        end
    end
end

-- Waits until somebody wakes the running coroutine; it must look itself whether what it waits for is there, for a resume
-- may come from anybody.
function scheduler.park(what)
    local co = coroutine.running()
    scheduler.parked[co] = what
    coroutine.yield(sentinel, what)
    scheduler.parked[co] = nil
end

function scheduler.is_ready()
    return first <= last or #later > 0
end

-- Is there anything that a turn could still bring about?
function scheduler.is_pending()
    return scheduler.is_ready() or native.waiters() > 0
end

-- One turn: sleeps until something is ready, at most so many seconds (nil: for ever), and delivers it.
function scheduler.turn(seconds)
    if seconds ~= 0 and not scheduler.is_ready() and not native.is_turn() then
        native.wait(seconds)
    end
    native.turn(run_turn)
end

-- The oldest error that nobody was told, with its traceback.
function scheduler.take_error()
    if #errors > 0 then
        return table.unpack(table.remove(errors, 1), 1, 2)
    end
    return native.take_error()
end

-- A text has no place to keep the traceback but itself.
function scheduler.with_traceback(err, traceback)
    if type(err) == "string" and traceback then
        return err .. "\n" .. traceback
    end
    return err
end

-- Errors that nobody awaits, one after the other, as (error, traceback); tasks add theirs.
scheduler.sources = { scheduler.take_error }

local function next_error()
    for _, source in ipairs(scheduler.sources) do
        local err, traceback = source()
        if err ~= nil then
            return err, traceback
        end
    end
end

-- What nobody else will say.
function scheduler.print_error(err, traceback)
    io.stderr:write("trivium: one more error: ", tostring(scheduler.with_traceback(err, traceback)), "\n")
end

function scheduler.print_errors()
    local err, traceback = next_error()
    while err ~= nil do
        scheduler.print_error(err, traceback)
        err, traceback = next_error()
    end
end

-- Raises the first of them; the others go to stderr, so that none is lost.
function scheduler.raise_errors()
    local err, traceback = next_error()
    if err ~= nil then
        scheduler.print_errors()
        error(scheduler.with_traceback(err, traceback), 0)
    end
end

-- step([seconds]): for a loop that is not ours. Delivers what is ready; with nothing ready it sleeps, at most so many
-- seconds (0: not at all; nil: until there is something). Returns whether anything is still waited for. Raises the errors
-- of callbacks and of tasks that nobody awaits.
function scheduler.step(seconds)
    if scheduler.running then
        error(native.error("ILLEGAL_METHOD_CALL", "trivium.run is under way: it makes the steps itself"), 2)
    end
    if not scheduler.is_pending() then
        seconds = 0
    end
    scheduler.turn(seconds)
    scheduler.raise_errors()
    return scheduler.is_pending()
end

return scheduler
