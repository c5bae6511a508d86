// AbortSignals. Many operations may hang on one signal: it gets one listener, which goes when the last of them is over.
'use strict';

const { typeError } = require('./status.js');

const listeners = new WeakMap(); // signal -> Listener

class Listener {
  constructor(signal) {
    this.signal = signal;
    this.operations = new Set();
  }

  handleEvent() {
    const { reason } = this.signal;
    listeners.delete(this.signal);
    for (const operation of this.operations) {
      operation.abort(reason);
    }
    this.operations.clear();
  }
}

// `operation` has a method `abort(reason)`. Returns what removeOperation takes.
function addOperation(signal, operation) {
  let listener = listeners.get(signal);
  if (listener === undefined) {
    listener = new Listener(signal);
    listeners.set(signal, listener);
    signal.addEventListener('abort', listener, { once: true });
  }
  listener.operations.add(operation);
  return listener;
}

function removeOperation(listener, operation) {
  listener.operations.delete(operation);
  if (listener.operations.size === 0 && listeners.get(listener.signal) === listener) {
    listeners.delete(listener.signal);
    listener.signal.removeEventListener('abort', listener);
  }
}

function checkSignal(name, signal) {
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
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
