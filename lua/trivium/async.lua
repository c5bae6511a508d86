-- What Lua says better than C about operations: more methods for them.

local native = require "trivium.native"
local scheduler = require "trivium.loop.scheduler"
local task = require "trivium.task"

local Op = native.op

-- op:next(ok, err, progress): calls ok(result) or err(error) when it is over, and progress(value) meanwhile, from the loop.
-- Returns a task with what the handler returned; a failure that no handler took is the failure of that task.
function Op:next(ok, err, progress)
    task.check_handlers(ok, err)
    if progress ~= nil then
        self:on_progress(progress)
    end
    return task.chain(self, ok, err)
end

-- for value in op:reports() do ... end: the reports, until it is over; a slow reader gets the latest. Whether it failed is
-- what op:await() says afterwards. When several coroutines share one iterator, each report goes to one of them.
function Op:reports()
    local value, fresh, over
    local waiting = {} -- a set of coroutines
    local function wake()
        local woken = waiting
        if next(woken) then
            waiting = {}
            for co in pairs(woken) do
                scheduler.wake(co, self)
            end
        end
    end
    local stop, listens = native.watch(self, function(report)
        value, fresh = report, true
        wake()
    end, function()
        over = true
        wake()
    end)
    over = not listens
    local function next_report()
        while not fresh and not over do
            native.check("op:reports()")
            waiting[coroutine.running()] = true
            scheduler.park(self)
        end
        if fresh then
            fresh = false
            return value
        end
    end
    return next_report, nil, nil, setmetatable({}, { __close = stop })
end

return Op
