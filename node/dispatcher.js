// The way of events from C: a table of what is pending, and the function that the addon calls with what happened.
'use strict';

const native = require('./native.js');

// What is told of events, by its place in the table: an object with a method `event(kind, value)`.
const pending = [];
const free = [];

function place() {
  return free.length > 0 ? free.pop() : pending.length;
}

function put(at, target) {
  pending[at] = target;
}

function give(at) {
  pending[at] = undefined;
  free.push(at);
}

// Kinds of events, and cells of the shared array, as in bindings/node/module.h.
const RESULT = 0;
const ERROR = 1;
const CANCELED = 2;
const PROGRESS = 3;
const READY = 0;
const LAST = 1;
const TURN = 2;
const EVENTS = 3;

const cells = native.connect(deliver);
// The cells are read event by event, and a listener in between may begin something that is over at once: it waits in the
// row for the next call, instead of being written over what was not read yet.
let delivering = false;

function deliver(count, ...values) {
  delivering = true;
  for (let i = 0; i < count; i++) {
    const at = cells[EVENTS + 2 * i];
    const kind = cells[EVENTS + 2 * i + 1];
    const target = pending[at];
    if (kind !== PROGRESS) {
      pending[at] = undefined;
      free.push(at);
    }
    target.event(kind, values[i]);
  }
  delivering = false;
  if (cells[TURN] === 1) {
    cells[TURN] = 0;
    setImmediate(native.turn);
  }
  if (cells[LAST] === 1 && !resuming) {
    resuming = true;
    rounds = 0;
    seen = started.count;
    settled.then(resume);
  }
}

// While a drain and its continuations run, the addon keeps the jobs back that they start, so that the pool is woken
// once for all. The continuations are microtasks; this one stands behind them, and goes to the end of the queue
// again as long as they start something, but not for ever.
const MAX_ROUNDS = 8;
const settled = Promise.resolve();
const started = { count: 0 };
let resuming = false;
let rounds = 0;
let seen = 0;

function resume() {
  if (started.count !== seen && rounds < MAX_ROUNDS) {
    seen = started.count;
    rounds++;
    settled.then(resume);
    return;
  }
  resuming = false;
  native.resume();
}

// Operations that hold nothing but plain numbers share a native object; the addon's LEASE_ROOM is this number.
const LEASE_ROOM = 32;
const shared = { lease: native.lease() };

// The lease of an operation that was just begun, from what the addon said: an index in the shared one, or a lease.
function leaseOf(found) {
  if (typeof found !== 'number') {
    return found;
  }
  const lease = shared.lease;
  if (found === LEASE_ROOM - 1) {
    shared.lease = native.lease();
  }
  return lease;
}

// Something may have been over before anybody could wait for it.
function flush() {
  if (cells[READY] !== 0 && !delivering) {
    native.flush();
  }
}

module.exports = { RESULT, ERROR, CANCELED, PROGRESS, place, put, give, flush, leaseOf, started };
