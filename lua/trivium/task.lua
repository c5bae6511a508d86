-- Tasks: coroutines that Trivium runs, and that can be awaited and canceled like operations.

local native = require "trivium.native"
local scheduler = require "trivium.loop.scheduler"

local parked, tasks, wake = scheduler.parked, scheduler.tasks, scheduler.wake

local Task = { __name = "trivium.task" }
local alive, alive_count = {}, 0 -- the tasks that are not over
local unhandled = {} -- tasks that failed while nobody awaited them, oldest first

function Task.__index(task, key)
    if key == "status" then
        return task.state
    end
    return Task[key]
end

function Task.__tostring(task)
    return ("trivium.task: %s (%s)"):format(tostring(task.thread), task.state)
end

local function is_callable(f)
    return type(f) == "function" or type((debug.getmetatable(f) or {}).__call) == "function"
end

-- The handlers of next.
local function check_handlers(ok, err)
    for name, f in pairs { ok = ok, err = err } do
        if not is_callable(f) then
            error(native.error("INVALID_TYPE", ("next: argument '%s': expected a function, got %s"):format(name, type(f))))
        end
    end
end

local function finish(task, ok, ...)
    task.ok, task.values = ok, table.pack(...)
    if ok then
        task.state = "completed"
    else
        local err = ...
        local canceled = type(err) == "table" and err.code == "CANCELED"
        task.state = canceled and "canceled" or "error"
        if not task.waiters and not (canceled and task.cancel_asked) then
            unhandled[#unhandled + 1] = task
        end
    end
    alive[task] = nil
    alive_count = alive_count - 1
    local waiters = task.waiters
    if waiters then
        task.waiters, waiters.task = nil, nil
        for i = 1, #waiters do
            wake(waiters[i], task)
        end
    end
end

-- Where it failed is only known before its stack is gone.
local function on_error(err)
    local task = tasks[coroutine.running()]
    if task then
        task.traceback = debug.traceback("", 2):sub(2)
    end
    return err
end

-- spawn(f, ...): runs f(...) as a task. It begins in this turn of the loop, at once if none is under way.
local function spawn(f, ...)
    if not is_callable(f) then
        error(native.error("INVALID_TYPE", "trivium.spawn: expected a function, got " .. type(f)), 2)
    end
    local task = setmetatable({ state = "started" }, Task)
    local arguments = select("#", ...) > 0 and table.pack(...)
    task.thread = coroutine.create(function()
        if task.cancel_asked then
            return finish(task, false, native.error("CANCELED", "the task was canceled before it began"))
        end
        task.begun = true
        if arguments then
            return finish(task, xpcall(f, on_error, table.unpack(arguments, 1, arguments.n)))
        end
        return finish(task, xpcall(f, on_error))
    end)
    tasks[task.thread] = task
    alive[task] = true
    alive_count = alive_count + 1
    wake(task.thread)
    return task
end

-- The coroutines that await a task. Each leaves the list when its wait ends, also by coroutine.close.
local Waiters = {}

function Waiters.__close(waiters)
    if not waiters.task then
        return
    end
    local co = coroutine.running()
    for i = #waiters, 1, -1 do
        if waiters[i] == co then
            table.remove(waiters, i)
        end
    end
end

local function wait_for(task)
    task.handled = true
    if task.ok ~= nil then
        return
    end
    native.check("task:await()")
    local co = coroutine.running()
    if task.thread == co then
        error(native.error("ILLEGAL_METHOD_CALL", "a task cannot await itself"), 3)
    end
    local waiters <close> = task.waiters or setmetatable({ task = task }, Waiters)
    task.waiters = waiters
    waiters[#waiters + 1] = co
    repeat
        scheduler.park(task)
    until task.ok ~= nil
end

-- What f returned; raises what it raised.
function Task:await()
    wait_for(self)
    if not self.ok then
        error(self.values[1], 0)
    end
    return table.unpack(self.values, 1, self.values.n)
end

-- What f returned, true if that was nothing; nil and the error.
function Task:try_await()
    wait_for(self)
    if not self.ok then
        return nil, self.values[1]
    end
    if self.values.n == 0 then
        return true
    end
    return table.unpack(self.values, 1, self.values.n)
end

-- Cancels what the task waits for, which the task sees as an error with the code CANCELED; if it does not wait just now,
-- its next wait fails so.
function Task:cancel()
    if self.ok ~= nil then
        return
    end
    self.cancel_asked = true
    if not self.begun then
        return
    end
    local awaited = native.awaiting(self.thread) or parked[self.thread]
    if awaited and not awaited:done() then
        awaited:cancel()
    else
        native.cancel_next(self.thread)
    end
end

function Task:done()
    return self.ok ~= nil
end

-- A task that awaits an operation or a task, and has the outcome of the handler that takes what came of it; without such a
-- handler, that itself.
local function chain(awaited, ok, err)
    return spawn(function()
        local values = table.pack(pcall(awaited.await, awaited))
        local handler = err
        if values[1] then
            handler = ok
        end
        if handler then
            return handler(table.unpack(values, 2, values.n))
        elseif values[1] then
            return table.unpack(values, 2, values.n)
        end
        error(values[2], 0)
    end)
end

-- As op:next().
function Task:next(ok, err)
    check_handlers(ok, err)
    self.handled = true
    return chain(self, ok, err)
end

Task.__close = Task.cancel

-- The errors of tasks that nobody awaits.
scheduler.sources[#scheduler.sources + 1] = function()
    while #unhandled > 0 do
        local task = table.remove(unhandled, 1)
        if not task.handled then
            task.handled = true
            return task.values[1], task.traceback
        end
    end
end

local function check_awaitables(list)
    if type(list) ~= "table" then
        error(native.error("INVALID_TYPE",
            "trivium.all: expected a table of operations and tasks, got " .. type(list)), 3)
    end
    for i = 1, #list do
        local one = list[i]
        -- The methods of an operation check what they are called on.
        if getmetatable(one) ~= Task and not pcall(native.op.done, one) then
            error(native.error("INVALID_TYPE", ("trivium.all: element %d: expected an operation or a task, got %s"):format(
                i, type(one))), 3)
        end
    end
end

-- all{op, task, ...}: awaits them all, and returns a table of their (first) results in the same order. When one fails, the
-- others are canceled, and its error is raised.
local function all(list)
    check_awaitables(list)
    native.check("trivium.all()")
    local results, left, failure = { n = #list }, #list, nil
    local parent = coroutine.running()
    local group = {}
    function group.done() return left == 0 end
    function group.cancel()
        for _, one in ipairs(list) do
            one:cancel()
        end
    end
    for i, one in ipairs(list) do
        spawn(function()
            local ok, value = pcall(one.await, one)
            left = left - 1
            if ok then
                results[i] = value
            elseif not failure then
                failure = { value }
                group.cancel()
            end
            if left == 0 and parent then
                wake(parent, group)
                parent = nil
            end
        end)
    end
    while left > 0 do
        scheduler.park(group)
    end
    parent = nil
    if failure then
        error(failure[1], 0)
    end
    return results
end

local function cancel_all()
    for task in pairs(alive) do
        task:cancel()
    end
end

local function deadlock()
    return native.error("ILLEGAL_METHOD_CALL", ("deadlock: %d task(s) wait for one another, or for what has no end"):format(
        alive_count))
end

-- Turn after turn until nothing is left; returns {error} if something failed that ends all of it.
local function loop(main)
    local failure
    local function fail(err, traceback)
        if failure then
            scheduler.print_error(err, traceback)
        else
            failure = { scheduler.with_traceback(err, traceback) }
            cancel_all()
        end
    end
    local function check_main()
        if main.state == "error" and not main.handled then
            main.handled = true
            fail(main.values[1], main.traceback)
        end
    end
    check_main() -- it may have failed before it waited for anything
    -- Once something has failed, nobody waits any more for operations that are only listened to.
    while scheduler.is_ready() or alive_count > 0 or (not failure and native.waiters() > 0) do
        if not scheduler.is_pending() then
            -- Their coroutines are dropped; whoever looks at the tasks sees why.
            failure = failure or { deadlock() }
            for task in pairs(alive) do
                alive[task] = nil
                task.ok, task.state, task.values = false, "error", { failure[1], n = 1 }
            end
            alive_count = 0
            break
        end
        scheduler.turn()
        local err, traceback = scheduler.take_error()
        while err ~= nil do
            fail(err, traceback)
            err, traceback = scheduler.take_error()
        end
        check_main()
    end
    return failure
end

-- run(f, ...): runs f(...) and all that it spawns until nothing is left to wait for; returns what f returned. If f fails,
-- or a callback does, the rest is canceled, and the error raised when it has come to its end; the error of another task
-- that nobody awaited is raised at the end.
local function run(f, ...)
    if scheduler.running or native.is_turn() then
        error(native.error("ILLEGAL_METHOD_CALL", "trivium.run is under way already: use trivium.spawn"), 2)
    end
    scheduler.running = true
    local ok, main = pcall(spawn, f, ...)
    local failure
    if ok then
        ok, failure = pcall(loop, main)
    else
        failure = main
    end
    scheduler.running = false
    if not ok then
        cancel_all()
        error(failure, 0)
    end
    if failure then
        scheduler.print_errors()
        error(failure[1], 0)
    end
    scheduler.raise_errors()
    return main:await()
end

return { spawn = spawn, all = all, run = run, chain = chain, check_handlers = check_handlers }
