// The way of events from C: a table of what is pending, and the function that the addon calls with what happened.
'use strict';

const native = require('./native.js');
const { reportError } = require('./status.js');

// What is told of events, by its place in the table: an operation, or a function (kind, value) of a raw face.
const pending = [];
const free = [];
let tellOperation; // (operation, kind, value): only the class itself can

function serve(tell) {
  tellOperation = tell;
}

// A place for what is about to begin: something is to be put there before anything else can ask for one.
function place() {
  if (cells[FULL] !== 0) {
    shared.lease = native.lease();
  }
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
const FULL = 3;
const EVENTS = 4;

const cells = native.connect(deliver);
// The cells are read event by event, and a listener in between may begin something that is over at once: it waits in the
// row for the next call, instead of being written over what was not read yet.
let delivering = false;

function deliver(count, ...values) {
  delivering = true;
  try {
    for (let i = 0; i < count; i++) {
      tell(cells[EVENTS + 2 * i], cells[EVENTS + 2 * i + 1], values[i]);
    }
  } finally {
    delivering = false;
    delivered();
  }
}

// What goes wrong with one event is reported, and stops none of the others.
function tell(at, kind, value) {
  const target = pending[at];
  if (kind !== PROGRESS) {
    give(at);
  }
  try {
    if (typeof target === 'function') {
      target(kind, value);
    } else if (target !== undefined) {
      tellOperation(target, kind, value);
    }
  } catch (error) {
    reportError(error);
  }
}

function delivered() {
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

// Operations that hold nothing but plain numbers share a native object, until that is full.
const shared = { lease: native.lease() };

// The lease of an operation that was just begun, from what the addon said: an index in the shared one, or a lease.
function leaseOf(found) {
  return typeof found === 'number' ? shared.lease : found;
}

// Something may have been over before anybody could wait for it. It is told in a microtask: here the stack may be
// nearly full, and what is lost by an overflow in the middle of the delivery is lost for ever.
let flushing = false;

function flush() {
  if (cells[READY] !== 0 && !flushing) {
    settled.then(flushNow);
    flushing = true;
  }
}

function flushNow() {
  flushing = false;
  if (cells[READY] !== 0 && !delivering) {
    native.flush();
  }
}

module.exports = { RESULT, ERROR, CANCELED, PROGRESS, serve, place, put, give, flush, leaseOf, started };
