// The raw face, op.operation: IAsyncInfo and its kin, rule for rule, as core has them.
'use strict';

const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { Subscription, checkHandler } = require('./progress.js');
const { statusName } = require('./status.js');

const { PROGRESS } = dispatcher;

class Operation {
  #lease;
  #index;
  #completed = null; // Subscription
  #completedHandler = null;
  #progress = null; // Subscription
  #progressHandler = null;
  #watched = false; // has the addon been asked for reports

  constructor(lease, index) {
    this.#lease = lease;
    this.#index = index;
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

  // Called once with (operation, status) when the work has stopped; can be set once, also to null. Empty again
  // after the call.
  get completed() {
    this.#check();
    return this.#completedHandler;
  }

  set completed(handler) {
    checkHandler('completed', handler);
    if (handler === null) {
      native.clearCompleted(this.#lease, this.#index);
      return;
    }
    this.#begin(native.putCompleted, (kind, status) => {
      const subscription = this.#completed;
      this.#completed = null;
      this.#completedHandler = null;
      subscription.call(this, statusName(status));
      subscription.end();
    });
    this.#completed = new Subscription(handler);
    this.#completedHandler = handler;
    dispatcher.flush();
  }

  // Called with (operation, value) for reports, the latest one wins; until the work has stopped, also after a cancel.
  get progress() {
    native.checkProgress(this.#lease, this.#index);
    return this.#progressHandler;
  }

  set progress(handler) {
    checkHandler('progress', handler);
    native.checkProgress(this.#lease, this.#index);
    if (handler !== null && !this.#watched) {
      this.#begin(native.putProgress, (kind, value) => {
        if (kind === PROGRESS) {
          this.#progress?.call(this, value);
        } else {
          this.#progress?.end();
          this.#progress = null;
        }
      });
      this.#watched = true;
    }
    this.#progress?.end();
    this.#progress = handler === null ? null : new Subscription(handler);
    this.#progressHandler = handler;
    dispatcher.flush();
  }

  // Lets the addon begin a wait, whose events go to `event`.
  #begin(put, event) {
    const at = dispatcher.place();
    dispatcher.put(at, event);
    try {
      put(this.#lease, this.#index, at);
    } catch (error) {
      dispatcher.give(at);
      throw error;
    }
  }

  // A closed operation refuses everything but cancel and close; core says so.
  #check() {
    native.status(this.#lease, this.#index);
  }

  get [Symbol.toStringTag]() {
    return 'Operation';
  }
}

module.exports = { Operation };
