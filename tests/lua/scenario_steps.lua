-- The steps of scenarios, and the rows, in Lua.

local text = require "scenario_text"
local trivium = require "trivium"
local native = require "trivium.native"

local steps = {}
local WATCHDOG = 10

local puppet
local function load_puppet()
    puppet = puppet or trivium.load("puppet")
    return puppet
end

local function is_operation(value)
    return type(value) == "userdata" and tostring(value):find("^trivium%.op") ~= nil
end

-- Lets the loop run until `over` says so, at most so long.
local function run_until(over, seconds)
    local deadline = os.time() + (seconds or WATCHDOG) + 1
    while not over() do
        trivium.step(0.05)
        if not over() and not trivium.step(0) then
            trivium.load("timer").delay(0.001):get()
        end
        if os.time() > deadline then
            error("the watchdog: nothing came for " .. (seconds or WATCHDOG) .. " s")
        end
    end
end

local function drain()
    repeat
        trivium.step(0)
    until not native.wait(0)
end

local function begin_await(op)
    local wait = {}
    trivium.spawn(function()
        wait.result = table.pack(pcall(op.await, op))
    end)
    return wait
end

local function end_await(wait)
    run_until(function() return wait.result end)
    return table.unpack(wait.result, 1, wait.result.n)
end

local function check_error(err, expected)
    assert(type(err) == "table" and err.code, "expected an error with a code, got " .. tostring(err))
    assert(err.code == expected.code, ("expected %s, got %s"):format(expected.code, tostring(err)))
    for _, fragment in ipairs(expected.fragments) do
        assert(tostring(err):find(fragment, 1, true), ("the message lacks %q: %s"):format(fragment, tostring(err)))
    end
end

-- Compares what pcall gave with what stands after the arrow. An action has no result.
local function check_outcome(expected, is_action, ok, ...)
    local count = select("#", ...)
    if not expected then
        assert(ok, tostring((...)))
    elseif expected.code == "OK" then
        assert(ok, tostring((...)))
    elseif expected.code then
        assert(not ok, "expected " .. expected.code .. ", but it succeeded")
        check_error(..., expected)
    else
        assert(ok, tostring((...)))
        if expected.nothing or is_action then
            assert(count == 0, "expected nothing, got " .. text.show(...))
        else
            assert(count == 1, "expected one value, got " .. count)
            local value = text.value(expected.words, 1)
            assert(text.equal(value, (...)), ("expected %s, got %s"):format(text.show(value), text.show(...)))
        end
    end
end

-- What a step that answers at once says, against what is expected.
local function check_word(expected, got)
    if expected then
        local wanted = expected.words[1]
        assert(wanted == tostring(got), ("expected %s, got %s"):format(tostring(wanted), tostring(got)))
    end
end

local function check_call(expected, f, ...)
    check_outcome(expected, false, pcall(f, ...))
end

local function pascal(status)
    return status:sub(1, 1):upper() .. status:sub(2)
end

-- Each takes the scenario's state, the words, and the expectation.
local step = {}

local function named(s, kind, name)
    return s[kind][name] or error(("the scenario has no %s '%s'"):format(kind, tostring(name)))
end
local function op_of(s, words) return named(s, "ops", words[2]) end

function step.start(s, words)
    local face = words[3] or s.face
    s.ops[words[2]] = puppet[face](words[2])
    s.actions[words[2]] = face:find("^action") ~= nil
end

function step.start_on_pool(s, words)
    s.ops[words[2]] = puppet.work(words[2])
    puppet.wait_for(words[2])
end

local function driver(method)
    return function(_, words, expected)
        local values = text.values(words, 3)
        check_call(expected, puppet[method], words[2], table.unpack(values, 1, values.n))
    end
end
step.report, step.drop = driver "report", driver "drop"
step.canceled, step.cancel_calls, step.complete_later = driver "is_canceled", driver "cancel_calls", driver "complete_later"

function step.complete(_, words, expected)
    check_call(expected, puppet.complete, words[2], words[3] and text.value(words, 3) or 0)
end

function step.fail(_, words, expected)
    check_call(expected, puppet.fail, words[2], words[3], words[4].text)
end

function step.fail_later(_, words, expected)
    check_call(expected, puppet.fail_later, words[2], words[3], (text.value(words, 4)))
end

-- The raw face.
function step.status(s, words, expected)
    local ok, status = pcall(function() return op_of(s, words).operation.status end)
    if ok then
        check_word(expected, pascal(status))
    else
        check_outcome(expected, false, ok, status)
    end
end

function step.id(s, words, expected)
    local ok, id = pcall(function() return op_of(s, words).operation.id end)
    if ok then
        assert(math.type(id) == "integer")
        check_word(expected, id ~= 0 and "nonzero" or "0")
    else
        check_outcome(expected, false, ok, id)
    end
end

function step.error_code(s, words, expected)
    local ok, code = pcall(function() return op_of(s, words).operation.error_code end)
    if ok then
        check_word(expected, (native.status(code)))
    else
        check_outcome(expected, false, ok, code)
    end
end

function step.cancel(s, words, expected)
    check_call(expected, function() op_of(s, words).operation:cancel() end)
end

function step.close(s, words, expected)
    check_call(expected, function() op_of(s, words).operation:close() end)
end

function step.get_results(s, words, expected)
    check_outcome(expected, s.actions[words[2]], pcall(function()
        return op_of(s, words).operation:get_results()
    end))
end

function step.on_completed(s, words, expected)
    local operation, name = op_of(s, words).operation, words[3]
    local handler
    if name ~= "none" then
        s.fired[name] = s.fired[name] or {}
        handler = function(sender, status)
            assert(sender == operation or tostring(sender) == tostring(operation))
            table.insert(s.fired[name], pascal(status))
        end
        s.handlers[name] = handler
    end
    check_call(expected, function() operation.completed = handler end)
end

function step.fired(s, words, expected)
    local calls = s.fired[words[2]] or {}
    check_word(expected, #calls == 0 and "never" or table.concat(calls, ", "))
end

function step.completed_is(s, words, expected)
    local ok, handler = pcall(function() return op_of(s, words).operation.completed end)
    if ok then
        local wanted = s.handlers[words[3]] -- nil for none
        check_word(expected, handler == wanted)
    else
        check_outcome(expected, false, ok, handler)
    end
end

function step.on_progress(s, words, expected)
    local operation, name = op_of(s, words).operation, words[3]
    local handler
    if name ~= "none" then
        s.reported[name] = s.reported[name] or {}
        handler = function(_, value) table.insert(s.reported[name], value) end
    end
    check_call(expected, function() operation.progress = handler end)
end

-- Lua's own way.
step["await"] = function(s, words, expected)
    check_outcome(expected, s.actions[words[2]], end_await(begin_await(op_of(s, words))))
end

function step.begin_await(s, words)
    s.waits[words[2]] = begin_await(named(s, "ops", words[3]))
    s.wait_is_action[words[2]] = s.actions[words[3]]
end

function step.pending(s, words, expected)
    check_word(expected, named(s, "waits", words[2]).result == nil)
end

function step.end_await(s, words, expected)
    check_outcome(expected, s.wait_is_action[words[2]], end_await(named(s, "waits", words[2])))
end

function step.listen(s, words)
    local values = {}
    s.reported[words[3]] = values
    op_of(s, words):on_progress(function(value) table.insert(values, value) end)
end

function step.reported(s, words, expected)
    local got = s.reported[words[2]] or {}
    local wanted = expected.nothing and {} or text.values(expected.words, 1)
    wanted.n = nil
    assert(text.equal(wanted, got), ("expected %s, got %s"):format(text.show(wanted), text.show(got)))
end

function step.timeout(s, words)
    s.ops[words[2]] = named(s, "ops", words[3]):timeout((text.value(words, 4)))
    s.actions[words[2]] = s.actions[words[3]]
end

function step.ask_cancel(s, words, expected)
    check_call(expected, function() op_of(s, words):cancel() end)
end

function step.done(s, words, expected)
    check_word(expected, op_of(s, words):done())
end

function step.same_id(s, words, expected)
    check_word(expected, op_of(s, words).id == named(s, "ops", words[3]).id)
end

function step.forget(s, words)
    s.ops[words[2]] = nil
    collectgarbage()
    collectgarbage()
end

function step.drain()
    drain()
end

function step.sleep(_, words)
    local over = begin_await(trivium.load("timer").delay((text.value(words, 2))))
    end_await(over)
end

function steps.run_scenario(lines, face)
    load_puppet().reset()
    local s = { face = face, ops = {}, actions = {}, waits = {}, wait_is_action = {}, fired = {}, handlers = {},
        reported = {} }
    local ok, err
    for _, line in ipairs(lines) do
        local words, expected = text.expectation(line.words)
        local run = step[words[1]]
        if run then
            ok, err = pcall(run, s, words, expected)
        else
            ok, err = false, "no such step"
        end
        if not ok then
            err = ("line %d: %s\n    %s"):format(line.number, line.text, tostring(err))
            break
        end
    end
    s = nil
    puppet.reset()
    collectgarbage()
    drain()
    if not ok then
        error(err, 0)
    end
end

-- Rows.
local function call(component, method, words, from)
    local values = text.values(words, from)
    local f = component[text.snake(method)] or error("no method " .. text.snake(method))
    local result = table.pack(f(table.unpack(values, 1, values.n)))
    if result.n == 1 and is_operation(result[1]) then
        local outcome = table.pack(end_await(begin_await(result[1])))
        if not outcome[1] then
            error(outcome[2], 0)
        end
        return table.unpack(outcome, 2, outcome.n)
    end
    return table.unpack(result, 1, result.n)
end

local function test_components()
    for directory in (os.getenv("TRIVIUM_PATH") or ""):gmatch("[^:]+") do
        local file = io.open(directory .. "/puppet.so")
        if file then
            file:close()
            return directory
        end
    end
    error("TRIVIUM_PATH has no directory with puppet.so")
end

local row = {}

function row.load(words, expected)
    check_call(expected, function() trivium.load(words[2].text) end)
end

function row.load_path(words, expected)
    check_call(expected, function() trivium.load(test_components() .. "/" .. words[2].text) end)
end

function row.same(words, expected)
    check_word(expected, rawequal(trivium.load(words[2].text), trivium.load(words[3].text)))
end

function row.call(words, expected)
    local component = load_puppet()
    check_outcome(expected, false, pcall(call, component, words[2], words, 3))
end

local function describe(words)
    local parts = {}
    for _, word in ipairs(words) do
        parts[#parts + 1] = type(word) == "table" and ("%q"):format(word.text) or word
    end
    return table.concat(parts, " ")
end

-- The cases of one line: `echo` is two.
function steps.rows(words)
    local name = describe(words)
    local before, expected = text.expectation(words)
    if before[1] == "echo" then
        local list = {}
        for _, method in ipairs { "Echo" .. before[2] .. "Sync", "Echo" .. before[2] } do
            local called = { "call", method, table.unpack(before, 3) }
            list[#list + 1] = { name = name .. " (" .. method .. ")", run = function() row.call(called, expected) end }
        end
        return list
    end
    local run = row[before[1]] or error("no such row: " .. name)
    return { { name = name, run = function() run(before, expected) end } }
end

return steps
