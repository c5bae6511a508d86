-- The text of tests/conformance/*.txt: lines of words, values, expectations. See tests/conformance/README.md.

local text = {}

local escapes = { ['"'] = '"', ["\\"] = "\\", n = "\n", t = "\t" }

-- The string that begins at the quote at `at`; returns it and the position after it.
local function read_string(line, at)
    local parts, i = {}, at + 1
    while true do
        local c = line:sub(i, i)
        if c == "" then
            error("a string has no end: " .. line)
        elseif c == '"' then
            return table.concat(parts), i + 1
        elseif c ~= "\\" then
            parts[#parts + 1] = c
            i = i + 1
        elseif line:find("^\\x%x%x", i) then
            parts[#parts + 1] = string.char(tonumber(line:sub(i + 2, i + 3), 16))
            i = i + 4
        elseif line:find("^\\u{%x+}", i) then
            local hex = line:match("^\\u{(%x+)}", i)
            parts[#parts + 1] = utf8.char(tonumber(hex, 16))
            i = i + 4 + #hex
        else
            parts[#parts + 1] = escapes[line:sub(i + 1, i + 1)] or error("unknown escape: " .. line)
            i = i + 2
        end
    end
end

-- The words of a line: strings for plain words, {text = ...} for quoted ones.
function text.words(line)
    local words, i = {}, 1
    while true do
        i = line:find("%S", i)
        if not i or line:sub(i, i) == "#" then
            return words
        end
        local quote = line:match('^b?"', i)
        if quote then
            local value, after = read_string(line, i + #quote - 1)
            words[#words + 1] = { text = value }
            i = after
        else
            local word = line:match("^%S+", i)
            words[#words + 1] = word
            i = i + #word
        end
    end
end

local constants = { ["true"] = true, ["false"] = false, inf = math.huge, ["-inf"] = -math.huge, nan = 0 / 0 }

local function camel(name)
    return name:sub(1, 1):lower() .. name:sub(2)
end

function text.snake(name)
    return (name:gsub("(%l)(%u)", "%1_%2"):lower())
end

-- The value at words[i]; returns it and the index after it. `none` is nil.
function text.value(words, i)
    local word = words[i]
    if type(word) == "table" then
        return word.text, i + 1
    elseif constants[word] ~= nil then
        return constants[word], i + 1
    elseif word == "none" then
        return nil, i + 1
    elseif word == "function" then
        return print, i + 1
    elseif word == "[" then
        local list = {}
        i = i + 1
        while words[i] ~= "]" do
            list[#list + 1], i = text.value(words, i)
        end
        return list, i + 1
    elseif word == "{" then
        local struct = {}
        i = i + 1
        while words[i] ~= "}" do
            local field = text.snake(words[i])
            struct[field], i = text.value(words, i + 1)
        end
        return struct, i + 1
    elseif word:find("^%-?[%d.]+s$") then
        return tonumber((word:sub(1, -2))) + 0.0, i + 1
    elseif tonumber(word) then
        return math.tointeger(word) or tonumber(word), i + 1
    elseif word:find("^%u%w*%l%w*$") then
        return camel(word), i + 1
    end
    error("not a value: " .. word)
end

-- All values from words[i] on, as a packed table.
function text.values(words, i)
    local list = { n = 0 }
    while i <= #words do
        list.n = list.n + 1
        list[list.n], i = text.value(words, i)
    end
    return list
end

-- What stands after "->": {code, fragments}, {nothing = true} or {value}; nil without an arrow. Also the words before it.
function text.expectation(words)
    for i, word in ipairs(words) do
        if word == "->" then
            local before = table.move(words, 1, i - 1, 1, {})
            local first = words[i + 1]
            local expected = { words = table.move(words, i + 1, #words, 1, {}) }
            if first == "nothing" then
                expected.nothing = true
            elseif type(first) == "string" and first:find("^%u[%u%d_]+$") then
                expected.code, expected.fragments = first, {}
                for j = i + 2, #words do
                    table.insert(expected.fragments, words[j].text)
                end
            end
            return before, expected
        end
    end
    return words, nil
end

-- Takes the words @c, @lua ... off the end; false if this language is not among them.
function text.restricted(words)
    local any, ours = false, false
    while type(words[#words]) == "string" and words[#words]:find("^@") do
        any = true
        ours = ours or words[#words] == "@lua"
        words[#words] = nil
    end
    return not any or ours
end

local function same_number(a, b)
    if a ~= a or b ~= b then
        return a ~= a and b ~= b
    end
    if a == 0 and b == 0 and math.type(a) == "float" and math.type(b) == "float" then
        return 1 / a == 1 / b
    end
    return a == b
end

function text.equal(a, b)
    if type(a) ~= type(b) then
        return false
    elseif type(a) == "number" then
        return same_number(a, b)
    elseif type(a) ~= "table" then
        return a == b
    end
    for key, value in pairs(a) do
        if not text.equal(value, b[key]) then
            return false
        end
    end
    for key in pairs(b) do
        if a[key] == nil then
            return false
        end
    end
    return true
end

function text.show(value)
    if type(value) == "string" then
        return ("%q"):format(value)
    elseif type(value) ~= "table" or getmetatable(value) then
        return tostring(value)
    end
    local parts = {}
    for key, item in pairs(value) do
        parts[#parts + 1] = tostring(key) .. "=" .. text.show(item)
    end
    return "{" .. table.concat(parts, " ") .. "}"
end

return text
