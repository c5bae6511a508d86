-- The runner of tests/conformance for Lua: conformance.cases(directory) gives a list of {name, run}.
-- As a program, `lua5.4 conformance.lua DIRECTORY`, it runs them all.

local here = (debug.getinfo(1, "S").source:match("^@(.*)/") or ".") .. "/"
package.path = here .. "?.lua;" .. package.path

local text = require "scenario_text"
local steps = require "scenario_steps"

local conformance = {}

local FACES = { "action", "action_with_progress", "operation", "operation_with_progress" }
local MODES = { all_faces = FACES, progress_faces = { FACES[2], FACES[4] } }

local function files(directory)
    local list = {}
    local found = io.popen("ls '" .. directory:gsub("'", "'\\''") .. "'")
    for name in found:lines() do
        if name:find("%.txt$") then
            list[#list + 1] = name
        end
    end
    found:close()
    table.sort(list)
    return list
end

local function add_scenario(cases, where, scenario)
    for _, face in ipairs(scenario.faces) do
        local suffix = #scenario.faces > 1 and " [" .. face .. "]" or ""
        cases[#cases + 1] = {
            name = where .. ": " .. scenario.name .. suffix,
            run = function() steps.run_scenario(scenario.lines, face) end,
        }
    end
end

local function begin_scenario(words)
    local ours = text.restricted(words)
    return { name = words[2].text, faces = ours and (MODES[words[3]] or { false }) or {}, lines = {} }
end

local function add_row(cases, where, number, words)
    if not text.restricted(words) then
        return
    end
    for _, row in ipairs(steps.rows(words)) do
        cases[#cases + 1] = { name = ("%s:%d: %s"):format(where, number, row.name), run = row.run }
    end
end

local function read_file(cases, directory, name)
    local scenario, number = nil, 0
    local scenarios = {}
    for line in io.lines(directory .. "/" .. name) do
        number = number + 1
        local words = text.words(line)
        if words[1] == "scenario" then
            scenario = begin_scenario(words)
            scenarios[#scenarios + 1] = scenario
        elseif #words > 0 and scenario then
            table.insert(scenario.lines, { number = number, text = line, words = words })
        elseif #words > 0 then
            add_row(cases, name, number, words)
        end
    end
    for _, each in ipairs(scenarios) do
        add_scenario(cases, name, each)
    end
end

function conformance.cases(directory)
    local cases = {}
    for _, name in ipairs(files(directory)) do
        read_file(cases, directory, name)
    end
    return cases
end

local function main(directory)
    local cases = conformance.cases(directory)
    local passed, failed = 0, 0
    for _, case in ipairs(cases) do
        local ok, err = pcall(case.run)
        if ok then
            passed = passed + 1
        else
            failed = failed + 1
            print("FAILED " .. case.name .. "\n    " .. tostring(err))
        end
    end
    print(("conformance: %d scenarios"):format(#cases))
    print(("%d passed, %d failed"):format(passed, failed))
    os.exit(failed == 0 and #cases > 0, true)
end

if arg and arg[0] and arg[0]:find("conformance%.lua$") then
    main(arg[1] or here .. "../conformance")
end

return conformance
