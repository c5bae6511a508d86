// The operation as a promise, and what it can do besides.
import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { gc } from './gc.mjs';
import { AsyncOperation, AsyncStatus, load } from 'trivium';
import timer from 'trivium/timer';

const puppet = load('puppet');

function started(name = 'op') {
  return puppet.operationWithProgress(name);
}

describe('AsyncOperation', () => {
  beforeEach(() => puppet.reset());
  afterEach(() => puppet.reset());

  it('is a promise', async () => {
    const op = started();
    assert.ok(op instanceof Promise);
    assert.ok(op instanceof AsyncOperation);
    assert.equal(op.constructor, Promise);
    assert.equal(Promise.resolve(op), op);
    puppet.complete('op', 7);
    assert.equal(await op, 7);
    assert.equal(await op, 7);
    assert.equal(await Promise.all([op]).then(([value]) => value), 7);
  });

  it('resolves an await in one tick, like a native promise', async () => {
    const order = [];
    const op = timer.delay(0);
    await turn();
    const ticks = (async () => {
      for (let i = 0; i < 4; i++) {
        await null;
        order.push(i);
      }
    })();
    const awaiting = (async () => {
      await op;
      order.push('op');
    })();
    await Promise.all([ticks, awaiting]);
    assert.deepEqual(order, [0, 'op', 1, 2, 3]);
  });

  it('cannot be constructed', () => {
    assert.throws(() => new AsyncOperation(() => {}), { name: 'TypeError', message: /Illegal constructor/ });
  });

  it('is settled by nobody else', async () => {
    const op = started();
    const keys = (object) => Reflect.ownKeys(object).map(String).sort();
    assert.deepEqual(keys(op), []);
    assert.deepEqual(keys(AsyncOperation.prototype), [
      'Symbol(Symbol.toStringTag)', 'cancel', 'done', 'id', 'onProgress', 'operation', 'progress', 'reports', 'status',
      'then', 'timeout',
    ]);
    assert.deepEqual(keys(AsyncOperation), ['length', 'name', 'prototype']);
    op.cancel();
  });

  it('never calls a handler inside the call that registers it', async () => {
    const op = timer.delay(0);
    let called = false;
    op.then(() => {
      called = true;
    });
    assert.equal(called, false);
    await op;
    assert.equal(called, true);
  });

  it('then takes three functions, and returns a native promise', async () => {
    const op = started();
    const reports = [];
    const chained = op.then((value) => value + 1, undefined, (report) => reports.push(report));
    assert.ok(!(chained instanceof AsyncOperation));
    puppet.report('op', 1);
    await turn();
    puppet.report('op', 2);
    await turn();
    puppet.complete('op', 41);
    assert.equal(await chained, 42);
    assert.deepEqual(reports, [1, 2]);
  });

  it('catch and finally', async () => {
    const op = started();
    puppet.fail('op', 'ENOENT', 'gone');
    let ended = false;
    const error = await op
      .finally(() => {
        ended = true;
      })
      .catch((reason) => reason);
    assert.ok(ended);
    assert.equal(error.code, 'ENOENT');
    assert.match(error.message, /gone/);
  });

  it('done returns nothing and calls its handlers', async () => {
    const op = started();
    const values = [];
    assert.equal(op.done((value) => values.push(value), undefined, (report) => values.push(`r${report}`)), undefined);
    puppet.report('op', 1);
    await turn();
    puppet.complete('op', 5);
    await op;
    await turn();
    assert.deepEqual(values, ['r1', 5]);
  });

  it('has a status and an id', async () => {
    const op = started();
    const other = started('other');
    assert.equal(op.status, AsyncStatus.Started);
    assert.ok(Number.isInteger(op.id) && op.id > 0);
    assert.notEqual(op.id, other.id);
    puppet.complete('op', 1);
    assert.equal(op.status, AsyncStatus.Completed);
    other.cancel();
    assert.equal(other.status, AsyncStatus.Canceled);
    await op;
    assert.equal(op.status, 'completed');
  });

  describe('cancel', () => {
    it('rejects with an AbortError, and counts as handled', async () => {
      const unhandled = [];
      const note = (reason) => unhandled.push(reason);
      process.on('unhandledRejection', note);
      try {
        const op = started();
        op.cancel();
        await sleep(10);
        assert.ok(puppet.isCanceled('op'));
        await assert.rejects(op, { name: 'AbortError', code: 'ABORT_ERR', hresult: 0x800704c7 });
        assert.deepEqual(unhandled, []);
      } finally {
        process.off('unhandledRejection', note);
      }
    });

    it('counts as handled for the operation, not for what is chained to it', async () => {
      const unhandled = new Set(); // mocha emits each a second time
      const note = (reason, promise) => unhandled.add(promise);
      process.on('unhandledRejection', note);
      try {
        const op = started();
        const chained = op.then(() => {});
        op.cancel();
        await sleep(10);
        assert.deepEqual([...unhandled], [chained]);
      } finally {
        process.off('unhandledRejection', note);
      }
    });

    it('does nothing when there is an outcome', async () => {
      const op = started();
      puppet.complete('op', 3);
      op.cancel();
      assert.equal(await op, 3);
      op.cancel();
      assert.equal(op.status, 'completed');
    });

    it('a failure with the code of a cancel is a failure', async () => {
      const op = started();
      puppet.fail('op', 'CANCELED', 'by itself');
      await assert.rejects(op, { name: 'Error', code: 'CANCELED', message: /by itself/ });
    });
  });

  describe('timeout', () => {
    it('fails as TIMEOUT and cancels the operation', async () => {
      const op = started();
      await assert.rejects(op.timeout(20), { name: 'Error', code: 'TIMEOUT', hresult: 0x800705b4 });
      assert.equal(op.status, 'canceled');
      await assert.rejects(op, { code: 'ABORT_ERR' });
    });

    it('passes the result on in time', async () => {
      const op = started();
      const limited = op.timeout(5000);
      assert.ok(limited instanceof AsyncOperation);
      puppet.complete('op', 9);
      assert.equal(await limited, 9);
    });

    it('rejects a bad deadline', async () => {
      const op = started();
      await assert.rejects(op.timeout('soon'), { name: 'TypeError', code: 'INVALID_TYPE', message: /'ms'.*a string/ });
      await assert.rejects(op.timeout(NaN), { name: 'TypeError' });
      await assert.rejects(op.timeout(-1), { code: 'INVALID_ARGUMENT' });
    });

    it('of a call that was refused, is refused with the same error', async () => {
      const op = puppet.operation(42);
      await assert.rejects(op.timeout(10), { code: 'INVALID_TYPE' });
    });
  });

  it('keeps the loop alive only while something is pending', async () => {
    // The suite itself ends, or mocha hangs; here: that a pending operation is enough.
    assert.equal(await timer.delay(30), undefined);
  });

  it('does not keep back what a synchronous method waits for', async () => {
    await puppet.echoByte(1);
    // Still in the continuation: what is started here is handed to the pool when it ends.
    const op = puppet.work('work');
    assert.ok(puppet.waitFor('work'));
    puppet.complete('work', 5);
    puppet.drop('work');
    assert.equal(await op, 5);
  });

  it('works for ten thousand at once', async () => {
    const delays = Array.from({ length: 10_000 }, (unused, i) => timer.delay(i % 7));
    await Promise.all(delays);
    assert.ok(delays.every((op) => op.status === 'completed'));
  });
});

describe('the raw face', () => {
  beforeEach(() => puppet.reset());
  afterEach(() => puppet.reset());

  it('is one object', () => {
    const op = started();
    assert.equal(op.operation, op.operation);
    assert.equal(op.operation.id, op.id);
    op.cancel();
  });

  it('refuses what is no handler', () => {
    const op = started();
    assert.throws(() => (op.operation.completed = 5), { name: 'TypeError', message: /completed.*a number/ });
    assert.throws(() => (op.operation.progress = {}), { name: 'TypeError', message: /progress.*an object/ });
    op.cancel();
  });

  it('throws what core says', () => {
    const op = started();
    assert.throws(() => op.operation.getResults(), { code: 'ILLEGAL_METHOD_CALL', hresult: 0x8000000e });
    assert.throws(() => op.operation.close(), { code: 'ILLEGAL_STATE_CHANGE' });
    op.cancel();
    assert.equal(op.operation.errorCode, 0);
    op.operation.close();
    assert.throws(() => op.status, { code: 'ILLEGAL_METHOD_CALL', message: /Closed/ });
  });

  it('has progress only where something is reported', () => {
    const op = puppet.operation('plain');
    assert.throws(() => (op.operation.progress = () => {}), { code: 'NO_INTERFACE' });
    op.cancel();
  });

  it('an operation that was canceled and closed is still canceled for its awaiter', async () => {
    const op = started();
    op.operation.cancel();
    op.operation.close();
    await assert.rejects(op, { name: 'AbortError', message: /^operation 'OperationWithProgressAsync' was canceled$/ });
  });

  it('is null where there is no operation', async () => {
    const op = puppet.operation(42);
    assert.equal(op.operation, null);
    assert.equal(op.id, 0);
    assert.equal(op.status, 'error');
    op.cancel();
    await assert.rejects(op, TypeError);
  });

  it('still has the result long after the await', async () => {
    const op = started();
    puppet.complete('op', 11);
    await op;
    gc();
    await turn();
    assert.equal(op.operation.getResults(), 11);
    assert.equal(op.operation.status, 'completed');
  });
});
