-- How many operations a second, 1,000 in flight, trivial work on the pool: Trivium against luv's new_work.
-- Both in one run, in turns, so that the machine matters less; medians of 5.
-- Needs TRIVIUM_PATH with the component `noop` (bench/noop.c), and luv.

local trivium = require "trivium"
local noop = trivium.load("noop")
local uv = require "luv"

local IN_FLIGHT = 1000
local TOTAL = tonumber(arg and arg[1]) or 200000
local LUV_TOTAL = TOTAL // 4
local ROUNDS = 5
local TARGET = 2.5

local function seconds()
    return uv.hrtime() / 1e9
end

-- 1,000 coroutines, each of which awaits one operation after another.
local function run_trivium()
    local add = noop.add
    local per_task = TOTAL // IN_FLIGHT
    local sum = 0
    local start = seconds()
    trivium.run(function()
        for i = 1, IN_FLIGHT do
            trivium.spawn(function()
                for j = 1, per_task do
                    local value = add(i, j):await() -- others add while this one waits
                    sum = sum + value
                end
            end)
        end
    end)
    local elapsed = seconds() - start
    local expected = per_task * IN_FLIGHT * (IN_FLIGHT + 1) // 2 + IN_FLIGHT * per_task * (per_task + 1) // 2
    assert(sum == expected, "wrong sum")
    return IN_FLIGHT * per_task / elapsed
end

-- The same with luv: coroutines that are resumed by the callback of new_work.
local function run_luv()
    local per_task = LUV_TOTAL // IN_FLIGHT
    local sum = 0
    local waiting = {}
    local work = uv.new_work(function(id, a, b)
        return id, a + b
    end, function(id, value)
        coroutine.resume(waiting[id], value)
    end)
    local start = seconds()
    for i = 1, IN_FLIGHT do
        waiting[i] = coroutine.create(function()
            for j = 1, per_task do
                work:queue(i, i, j)
                local value = coroutine.yield()
                sum = sum + value
            end
        end)
        coroutine.resume(waiting[i])
    end
    uv.run()
    local elapsed = seconds() - start
    local expected = per_task * IN_FLIGHT * (IN_FLIGHT + 1) // 2 + IN_FLIGHT * per_task * (per_task + 1) // 2
    assert(sum == expected, "wrong sum")
    return IN_FLIGHT * per_task / elapsed
end

local function median(values)
    table.sort(values)
    return values[#values // 2 + 1]
end

run_trivium()
run_luv()
local ours, theirs, ratios = {}, {}, {}
for round = 1, ROUNDS do
    collectgarbage()
    ours[round] = run_trivium()
    collectgarbage()
    theirs[round] = run_luv()
    ratios[round] = ours[round] / theirs[round]
end
local ratio = median(ratios)
print(("%-28s %10.0f ops/s %8.2f us"):format("trivium op:await()", median(ours), 1e6 / median(ours)))
print(("%-28s %10.0f ops/s %8.2f us"):format("luv new_work", median(theirs), 1e6 / median(theirs)))
print(("%-28s %10.2f times (target %.1f)%s"):format("ratio", ratio, TARGET, ratio < TARGET and "  MISSED" or ""))
