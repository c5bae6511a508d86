// AbortSignals. Many operations may hang on one signal: it gets one listener, which goes when the last of them is over.
'use strict';

const { reportError, typeError } = require('./status.js');

const listeners = new WeakMap(); // signal -> Listener

class Listener {
  constructor(signal, abort) {
    this.signal = signal;
    this.abort = abort;
    this.operations = new Set();
  }

  handleEvent() {
    const { reason } = this.signal;
    listeners.delete(this.signal);
    for (const operation of this.operations) {
      this.abort(operation, reason);
    }
    this.operations.clear();
  }
}

// Calls `abort(operation, reason)`, the same function every time, when the signal fires. Returns what removeOperation
// takes.
function addOperation(signal, operation, abort) {
  let listener = listeners.get(signal);
  if (listener === undefined) {
    listener = new Listener(signal, abort);
    signal.addEventListener('abort', listener, { once: true });
    listeners.set(signal, listener);
  }
  listener.operations.add(operation);
  return listener;
}

// Never throws: a signal need not be one of Node's.
function removeOperation(listener, operation) {
  listener.operations.delete(operation);
  if (listener.operations.size === 0 && listeners.get(listener.signal) === listener) {
    listeners.delete(listener.signal);
    try {
      listener.signal.removeEventListener('abort', listener);
    } catch (error) {
      reportError(error);
    }
  }
}

function checkSignal(name, signal) {
  const isSignal =
    signal !== null &&
    typeof signal === 'object' &&
    'aborted' in signal &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function';
  if (!isSignal) {
    throw typeError(`${name}() option 'signal': expected an AbortSignal, got ${describe(signal)}`);
  }
}

function describe(value) {
  if (value === null || value === undefined) {
    return String(value);
  }
  if (Array.isArray(value)) {
    return 'an array';
  }
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

module.exports = { addOperation, removeOperation, checkSignal, describe };
