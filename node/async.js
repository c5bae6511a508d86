// AsyncOperation: a native promise for the outcome of an operation, with what else an operation can do.
'use strict';

const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { Operation } = require('./operation.js');
const { Subscription, Reports } = require('./progress.js');
const { AbortError, AsyncStatus, statusName, typeError, reportError } = require('./status.js');
const { addOperation, removeOperation, describe } = require('./signal.js');

const { then } = Promise.prototype;
const ignore = () => {};

const { RESULT, ERROR, CANCELED, PROGRESS } = dispatcher;

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
  watched = false; // has the addon been asked for progress
  enders = null; // Set of functions called at the end
  listener = null; // of the signal
  canceled = false; // by op.cancel()
  aborted = false; // by the signal
  reason = undefined; // of the signal
}

class AsyncOperation extends Promise {
  #resolve;
  #reject;
  #lease;
  #index;
  #method;
  #extras = null;

  constructor(token, method, lease, index) {
    if (token !== TOKEN) {
      throw typeError('AsyncOperation: Illegal constructor; call an asynchronous method of a component');
    }
    super(take);
    this.#resolve = takenResolve;
    this.#reject = takenReject;
    this.#method = method;
    this.#lease = lease;
    this.#index = index;
  }

  // Called by the dispatcher, and for what ended before it began.
  event(kind, value) {
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

  // What the options of a call ask for. Not for scripts.
  static listen(operation, { signal, onProgress }) {
    if (onProgress !== undefined) {
      operation.onProgress(onProgress);
    }
    if (signal !== undefined && operation.status === AsyncStatus.Started) {
      operation.#more().listener = addOperation(signal, operation);
    }
  }

  abort(reason) {
    const extras = this.#more();
    extras.listener = null; // it fires once
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
      if (this.status !== AsyncStatus.Started) {
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
      const failed = new AsyncOperation(TOKEN, this.#method, null, 0);
      then.call(this, undefined, failed.#reject);
      return failed;
    }
    return begin(this.#method, (at) =>
      native.timeout(this.#lease, this.#index, at, ms, this.#method.plain),
    );
  }

  get [Symbol.toStringTag]() {
    return 'AsyncOperation';
  }
}
// `await` takes a promise as it is, without a second one and two more ticks, if its constructor is Promise itself.
delete AsyncOperation.prototype.constructor;

// Makes an operation of what `start(at)` begins; a failure becomes one that is rejected already.
function begin(method, start) {
  const at = dispatcher.place();
  let found;
  try {
    found = start(at);
  } catch (error) {
    dispatcher.give(at);
    return refused(method, error);
  }
  return begun(method, at, found);
}

// The operation that a native function has begun at a place.
function begun(method, at, found) {
  const index = typeof found === 'number' ? found : 0;
  const operation = new AsyncOperation(TOKEN, method, dispatcher.leaseOf(found), index);
  dispatcher.put(at, operation);
  dispatcher.started.count++;
  dispatcher.flush();
  return operation;
}

function refused(method, error) {
  const operation = new AsyncOperation(TOKEN, method, null, 0);
  operation.event(ERROR, error);
  return operation;
}

const { listen } = AsyncOperation;
delete AsyncOperation.listen;

module.exports = { AsyncOperation, begun, refused, listen };
