---@meta trivium
-- What a language server for Lua should know of trivium, trivium.timer and trivium.hashing. Nothing loads this file.

---The kinds of an operation's status.
---@alias trivium.Status "started"|"completed"|"canceled"|"error"|"closed"

---What operations and misuse raise.
---@class trivium.Error
---@field code string "ENOENT", "CANCELED", "TIMEOUT" ...: the same in every language
---@field message string
---@field hresult integer unsigned
---@field where string "file:line: ", where it was raised; empty if that is not known

---An asynchronous call under way. It can be awaited any number of times.
---@class trivium.Op<R>
---@field status trivium.Status
---@field id integer
---@field name string of the method, as the component has it
---@field operation trivium.Operation the raw face
---@field progress? fun(value: any) assign a function to hear of progress
local Op = {}

---In a coroutine: waits for the end, and gives the result; raises the failure. Nothing for an action.
---@async
---@return R
function Op:await() end

---As await, but a failure is nil and the error. True for an action.
---@async
---@return R?
---@return trivium.Error?
function Op:try_await() end

---Blocks until it is over, at most so many seconds; raises TIMEOUT then, and the operation goes on. Not from the loop itself.
---@param seconds? number
---@return R
function Op:get(seconds) end

---Blocks until it is over, at most so many seconds.
---@param seconds? number
---@return trivium.Status
function Op:wait(seconds) end

---Calls one of the functions from the loop when it is over, and `progress` meanwhile.
---@param ok? fun(result: R): any
---@param err? fun(err: trivium.Error): any
---@param progress? fun(value: any)
---@return trivium.Task task has the outcome of the function that was called
function Op:next(ok, err, progress) end

---@param f fun(value: any)
---@return fun() unsubscribe
function Op:on_progress(f) end

---@return fun(): any iterator over the reports, until it is over
function Op:reports() end

---@return any latest the latest report, nil before the first
function Op:latest() end

---Asks the work to stop; its awaiters see the code CANCELED at once.
function Op:cancel() end

---@param seconds number
---@return trivium.Op<R> op fails with the code TIMEOUT, and cancels this one, if that is not over in time
function Op:timeout(seconds) end

---@return boolean over is there an outcome
function Op:done() end

---@return boolean stopped has the work ended too, which may run on for a while after a cancel
function Op:stopped() end

---IAsyncInfo and its kin, rule for rule.
---@class trivium.Operation
---@field status trivium.Status
---@field id integer
---@field error_code integer
---@field completed? fun(operation: trivium.Operation, status: trivium.Status) can be set once
---@field progress? fun(operation: trivium.Operation, value: any)
local Operation = {}
function Operation:cancel() end
function Operation:close() end
---@return any
function Operation:get_results() end

---A coroutine that the loop runs.
---@class trivium.Task
---@field status trivium.Status
local Task = {}
---@async
---@return any ...
function Task:await() end
---@async
---@return any ...
function Task:try_await() end
function Task:cancel() end
---@return boolean
function Task:done() end
---@param ok? fun(...): any
---@param err? fun(err: any): any
---@return trivium.Task
function Task:next(ok, err) end

---@class trivium
---@field AsyncStatus table<string, trivium.Status>
---@field pollable table what cqueues and LuaSocket's select take
local trivium = {}

---Runs f(...) and all that it spawns until nothing is left to wait for; returns what f returned.
---@param f async fun(...): any
---@return any ...
function trivium.run(f, ...) end

---@param f async fun(...): any
---@return trivium.Task
function trivium.spawn(f, ...) end

---Awaits them all; when one fails, cancels the others and raises.
---@async
---@param list (trivium.Op<any>|trivium.Task)[]
---@return any[] results in the same order
function trivium.all(list) end

---Delivers what is ready; sleeps for it, at most so many seconds.
---@param seconds? number
---@return boolean pending is anything still waited for
function trivium.step(seconds) end

---@return integer descriptor readable when there is something to deliver
function trivium.fd() end

---@return number seconds
function trivium.now() end

---@param name_or_path string
---@return table component
function trivium.load(name_or_path) end

---@param code string
---@param message? string
---@return trivium.Error
function trivium.error(code, message) end

---@class trivium.timer
local timer = {}
---@param duration number seconds
---@return trivium.Op<nil>
function timer.delay(duration) end
---@param duration number seconds
---@param interval number seconds
---@return trivium.Op<nil> op its progress is the seconds that are left
function timer.countdown(duration, interval) end

---@alias trivium.hashing.Algorithm "sha256"|"sha1"|"sha512"|"sha3256"|"blake2b512"|"md5"

---@class trivium.hashing
---@field Algorithm table<string, trivium.hashing.Algorithm>
local hashing = {}
---@param path string
---@param algorithm? trivium.hashing.Algorithm
---@return trivium.Op<string> op the digest as bytes; its progress is the number of bytes read
function hashing.hash_file(path, algorithm) end
---@param root string
---@param algorithm? trivium.hashing.Algorithm
---@return trivium.Op<string> op its progress is {files_done, bytes_done}
function hashing.hash_tree(root, algorithm) end
---@param root string
---@return trivium.Op<integer>
function hashing.count_files(root) end
---@return string[]
function hashing.algorithms() end

return trivium
