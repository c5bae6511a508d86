// AsyncOperation: a native promise for the outcome of an operation, with what else an operation can do.
'use strict';

const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { Operation } = require('./operation.js');
const { Subscription, Reports, checkHandler } = require('./progress.js');
const { AbortError, AsyncStatus, statusName, typeError, reportError } = require('./status.js');
const { addOperation, removeOperation, describe } = require('./signal.js');

const { then } = Promise.prototype;
const ignore = () => {};

const { RESULT, CANCELED, PROGRESS } = dispatcher;

// The executor that all operations share: what it is given is picked up right behind super().
let takenResolve;
let takenReject;
const take = (resolve, reject) => {
  takenResolve = resolve;
  takenReject = reject;
};

// What only this file has: scripts call methods to get operations.
const TOKEN = Symbol('AsyncOperation');

// What only few operations need.
class Extras {
  operation = null; // the raw face
  subscriptions = null; // Set of Subscription
  progress = null; // handler, and the function that ends its subscription
  endProgress = null;
  watched = false; // has the addon been asked for progress
  enders = null; // Set of functions called at the end
  listener = null; // of the signal
  canceled = false; // by op.cancel()
  aborted = false; // by the signal
  reason = undefined; // of the signal
}

let prepare;
let begun;
let refuse;
let refused;
let listen;

class AsyncOperation extends Promise {
  #resolve;
  #reject;
  #lease = null; // until it has begun
  #index = 0;
  #method;
  #extras = null;

  // What the other files may do and scripts may not.
  static {
    dispatcher.serve((operation, kind, value) => operation.#event(kind, value));

    // An operation that is about to begin. What happens to it comes to the place `at` from now on.
    prepare = (method, at) => {
      const operation = new AsyncOperation(TOKEN, method);
      dispatcher.put(at, operation);
      return operation;
    };

    // A native function has begun it, and `found` is what it said.
    begun = (operation, found) => {
      operation.#lease = dispatcher.leaseOf(found);
      operation.#index = typeof found === 'number' ? found : 0;
      dispatcher.started.count++;
      dispatcher.flush();
      return operation;
    };

    // It did not begin.
    refuse = (operation, at, error) => {
      dispatcher.give(at);
      operation.#reject(error);
      return operation;
    };

    // As refuse, before there is a place.
    refused = (method, error) => {
      const operation = new AsyncOperation(TOKEN, method);
      operation.#reject(error);
      return operation;
    };

    // What the options of a call ask for. If the signal cannot do it, nobody could stop the work as they meant to: it
    // is stopped now.
    const abort = (operation, reason) => operation.#abort(reason);
    listen = (operation, signal, onProgress) => {
      try {
        if (onProgress !== undefined) {
          operation.onProgress(onProgress);
        }
        if (signal === undefined || operation.#isOver()) {
          return;
        }
        if (signal.aborted) {
          operation.#abort(signal.reason); // by what reading the arguments called
        } else {
          operation.#more().listener = addOperation(signal, operation, abort);
        }
      } catch (error) {
        operation.#reject(error);
        native.cancel(operation.#lease, operation.#index);
      }
    };
  }

  constructor(token, method) {
    if (token !== TOKEN) {
      throw typeError('AsyncOperation: Illegal constructor; call an asynchronous method of a component');
    }
    super(take);
    this.#resolve = takenResolve;
    this.#reject = takenReject;
    this.#method = method;
  }

  #event(kind, value) {
    if (kind === RESULT) {
      if (this.#extras !== null) {
        this.#end();
      }
      this.#resolve(value);
      return;
    }
    if (kind === PROGRESS) {
      const subscriptions = this.#extras?.subscriptions;
      if (subscriptions) {
        for (const subscription of subscriptions) {
          subscription.call(value);
        }
      }
      return;
    }
    const extras = this.#extras;
    if (extras !== null) {
      this.#end();
    }
    if (kind !== CANCELED) {
      this.#reject(value);
    } else {
      this.#reject(extras?.aborted ? extras.reason : new AbortError(value?.message));
    }
  }

  #more() {
    return (this.#extras ??= new Extras());
  }

  #end() {
    const extras = this.#extras;
    if (extras.listener !== null) {
      removeOperation(extras.listener, this);
      extras.listener = null;
    }
    if (extras.subscriptions !== null) {
      for (const subscription of extras.subscriptions) {
        subscription.end();
      }
      extras.subscriptions = null;
    }
    if (extras.enders !== null) {
      for (const ender of extras.enders) {
        ender();
      }
      extras.enders = null;
    }
  }

  #handled() {
    then.call(this, undefined, ignore);
  }

  // Is there an outcome, told or not?
  #isOver() {
    return this.#lease === null || native.isDone(this.#lease, this.#index);
  }

  #abort(reason) {
    const extras = this.#more();
    extras.listener = null; // it fires once
    if (this.#isOver()) {
      return; // another cancel may have come first
    }
    extras.aborted = true;
    extras.reason = reason;
    native.cancel(this.#lease, this.#index);
  }

  then(onfulfilled, onrejected, onprogress) {
    if (typeof onprogress === 'function') {
      this.onProgress(onprogress);
    }
    return then.call(this, onfulfilled, onrejected);
  }

  // As then, for the end of a chain: returns nothing, and what nobody handled is an uncaught exception.
  done(onfulfilled, onrejected, onprogress) {
    this.then(onfulfilled, onrejected, onprogress).then(undefined, (error) => {
      const asked = this.#extras?.canceled && typeof onrejected !== 'function';
      if (!asked || error?.name !== 'AbortError') {
        reportError(error);
      }
    });
  }

  // Asks the work to stop. The promise rejects with an AbortError, unless there is an outcome already; that
  // rejection counts as handled, since who asked for it knows.
  cancel() {
    if (this.#lease === null) {
      return;
    }
    this.#more().canceled = true;
    this.#handled();
    native.cancel(this.#lease, this.#index);
  }

  get status() {
    return this.#lease === null ? AsyncStatus.Error : statusName(native.status(this.#lease, this.#index));
  }

  // Unique in the process; 0 for a call that was refused before it became an operation.
  get id() {
    return this.#lease === null ? 0 : native.id(this.#lease, this.#index);
  }

  // The raw face; null for a call that was refused before it became an operation.
  get operation() {
    if (this.#lease === null) {
      return null;
    }
    const extras = this.#more();
    return (extras.operation ??= new Operation(this.#lease, this.#index));
  }

  // Calls `callback(value)` for reports of progress, on the loop, never after the end. Returns the function that
  // ends that.
  onProgress(callback) {
    if (typeof callback !== 'function') {
      throw typeError(`onProgress() argument 'callback': expected a function, got ${describe(callback)}`);
    }
    return this.#subscribe(callback);
  }

  // The one function(value) that this property has set, or null; the next one takes its place.
  get progress() {
    return this.#extras?.progress ?? null;
  }

  set progress(handler) {
    checkHandler('progress', handler);
    const extras = this.#more();
    extras.endProgress?.();
    extras.progress = handler;
    extras.endProgress = handler === null ? null : this.#subscribe(handler);
  }

  #subscribe(callback) {
    if (this.#lease === null || !this.#method.reports) {
      return ignore;
    }
    const extras = this.#more();
    if (!extras.watched) {
      extras.watched = true;
      native.watch(this.#lease, this.#index);
    }
    const subscription = new Subscription(callback);
    (extras.subscriptions ??= new Set()).add(subscription);
    dispatcher.flush();
    return () => {
      if (extras.subscriptions?.delete(subscription)) {
        subscription.end();
      }
    };
  }

  // for await (const value of op.reports()): the latest report each time, until the operation is over. How it ended
  // is for `await op` to say.
  reports() {
    return new Reports((report, end) => {
      const unsubscribe = this.#subscribe(report);
      if (this.#isOver()) {
        end();
        return unsubscribe;
      }
      const enders = (this.#more().enders ??= new Set());
      enders.add(end);
      return () => {
        enders.delete(end);
        unsubscribe();
      };
    });
  }

  // A new operation with the outcome of this one; if that takes longer than `ms` milliseconds, it cancels this one
  // and fails with code TIMEOUT.
  timeout(ms) {
    this.#handled();
    if (this.#lease === null) {
      const failed = new AsyncOperation(TOKEN, this.#method);
      then.call(this, undefined, failed.#reject);
      return failed;
    }
    const at = dispatcher.place();
    const limited = prepare(this.#method, at);
    let found;
    try {
      found = native.timeout(this.#lease, this.#index, at, ms, this.#method.plain);
    } catch (error) {
      return refuse(limited, at, error);
    }
    return begun(limited, found);
  }

  get [Symbol.toStringTag]() {
    return 'AsyncOperation';
  }
}
// `await` takes a promise as it is, without a second one and two more ticks, if its constructor is Promise itself.
delete AsyncOperation.prototype.constructor;

module.exports = { AsyncOperation, prepare, begun, refuse, refused, listen };
