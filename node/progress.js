// Those who want to hear of an operation's progress.
'use strict';

const { AsyncResource } = require('node:async_hooks');
const { reportError, typeError } = require('./status.js');
const { describe } = require('./signal.js');

// One callback, called in the asynchronous context in which it was handed over: reports come from the loop, and
// AsyncLocalStorage would show whatever was current when the module was loaded.
class Subscription extends AsyncResource {
  #callback;

  constructor(callback) {
    super('TriviumProgress');
    this.#callback = callback;
  }

  call(...args) {
    try {
      this.runInAsyncScope(this.#callback, undefined, ...args);
    } catch (error) {
      reportError(error);
    }
  }

  end() {
    this.emitDestroy();
  }
}

// What a property that calls somebody back is set to.
function checkHandler(name, handler) {
  if (handler !== null && typeof handler !== 'function') {
    throw typeError(`${name}: expected a function or null, got ${describe(handler)}`);
  }
}

// The reports of an operation as an async iterator. Whoever is slow gets the latest one.
class Reports {
  #latest;
  #isNew = false;
  #over = false;
  #wake = null;
  #unsubscribe;

  // `subscribe(report, end)` returns the function that ends it.
  constructor(subscribe) {
    this.#unsubscribe = subscribe(
      (value) => {
        this.#latest = value;
        this.#isNew = true;
        this.#resume();
      },
      () => {
        this.#over = true;
        this.#resume();
      },
    );
  }

  #resume() {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  async next() {
    while (!this.#isNew && !this.#over) {
      await new Promise((resolve) => {
        const earlier = this.#wake;
        this.#wake = () => {
          earlier?.();
          resolve();
        };
      });
    }
    if (!this.#isNew) {
      return { done: true, value: undefined };
    }
    this.#isNew = false;
    return { done: false, value: this.#latest };
  }

  async return(value) {
    this.#over = true;
    this.#isNew = false;
    this.#unsubscribe();
    this.#resume();
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

module.exports = { Subscription, Reports, checkHandler };
