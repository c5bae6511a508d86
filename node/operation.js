// The raw face, op.operation: IAsyncInfo and its kin, rule for rule, as core has them.
'use strict';

const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { Subscription } = require('./progress.js');
const { statusName, typeError } = require('./status.js');
const { describe } = require('./signal.js');

class Operation {
  #lease;
  #index;
  #listen;
  #completed = null;
  #progress = null;
  #forgetProgress = null;

  // `listen(callback)` subscribes to progress, and returns the function that ends that.
  constructor(lease, index, listen) {
    this.#lease = lease;
    this.#index = index;
    this.#listen = listen;
  }

  get id() {
    return native.id(this.#lease, this.#index);
  }

  get status() {
    return statusName(native.status(this.#lease, this.#index));
  }

  // The HRESULT of the failure, 0 if there is none.
  get errorCode() {
    return native.errorCode(this.#lease, this.#index);
  }

  cancel() {
    native.cancel(this.#lease, this.#index);
  }

  close() {
    native.close(this.#lease, this.#index);
  }

  getResults() {
    return native.getResults(this.#lease, this.#index);
  }

  // Called once with (operation, status) when the work has stopped; can be set once.
  get completed() {
    this.#check();
    return this.#completed;
  }

  set completed(handler) {
    checkHandler('completed', handler);
    if (handler === null) {
      native.putCompleted(this.#lease, this.#index, -1);
      return;
    }
    const subscription = new Subscription(handler);
    const at = dispatcher.place();
    dispatcher.put(at, {
      event: (kind, status) => {
        subscription.call(this, statusName(status));
        subscription.end();
      },
    });
    try {
      native.putCompleted(this.#lease, this.#index, at);
    } catch (error) {
      dispatcher.give(at);
      throw error;
    }
    this.#completed = handler;
    dispatcher.flush();
  }

  // Called with (operation, value) for reports; the latest one wins.
  get progress() {
    this.#check();
    return this.#progress;
  }

  set progress(handler) {
    checkHandler('progress', handler);
    this.#check();
    this.#forgetProgress?.();
    this.#progress = handler;
    this.#forgetProgress = handler === null ? null : this.#listen((value) => handler(this, value));
  }

  // A closed operation refuses everything but cancel and close; core says so.
  #check() {
    native.status(this.#lease, this.#index);
  }

  get [Symbol.toStringTag]() {
    return 'Operation';
  }
}

function checkHandler(name, handler) {
  if (handler !== null && typeof handler !== 'function') {
    throw typeError(`${name}: expected a function or null, got ${describe(handler)}`);
  }
}

module.exports = { Operation };
