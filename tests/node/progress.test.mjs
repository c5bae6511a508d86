// Progress: on the loop, latest value, never after the end, in the context of whoever listens.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { load } from 'trivium';
import timer from 'trivium/timer';

const puppet = load('puppet');

describe('progress', () => {
  beforeEach(() => puppet.reset());
  afterEach(() => puppet.reset());

  it('comes through onProgress, until it is ended', async () => {
    const op = puppet.actionWithProgress('op');
    const values = [];
    const end = op.onProgress((value) => values.push(value));
    puppet.report('op', 1);
    await turn();
    end();
    end();
    puppet.report('op', 2);
    await turn();
    puppet.complete('op');
    assert.equal(await op, undefined);
    assert.deepEqual(values, [1]);
  });

  it('comes through the option of the call', async () => {
    const values = [];
    const op = puppet.operationWithProgress('op', { onProgress: (value) => values.push(value) });
    puppet.report('op', 1);
    puppet.report('op', 2);
    await turn();
    puppet.complete('op', 3);
    assert.equal(await op, 3);
    assert.deepEqual(values, [2], 'the latest of two reports between two turns');
  });

  it('comes through the property, one handler at a time', async () => {
    const op = puppet.operationWithProgress('op');
    const values = [];
    const first = (value) => values.push(`first ${value}`);
    const second = (value) => values.push(`second ${value}`);
    assert.equal(op.progress, null);
    op.progress = first;
    assert.equal(op.progress, first);
    op.onProgress((value) => values.push(value));
    puppet.report('op', 1);
    await turn();
    op.progress = second;
    puppet.report('op', 2);
    await turn();
    op.progress = null;
    assert.equal(op.progress, null);
    puppet.report('op', 3);
    await turn();
    assert.throws(() => (op.progress = 5), { name: 'TypeError', code: 'INVALID_TYPE', message: /progress.*a number/ });
    puppet.complete('op', 0);
    await op;
    assert.deepEqual(values.sort(), [1, 2, 3, 'first 1', 'second 2']);
    op.progress = first;
    const refused = puppet.operationWithProgress(5);
    refused.progress = first;
    await assert.rejects(refused, TypeError);
  });

  it('tells a late listener the latest value', async () => {
    const op = puppet.operationWithProgress('op');
    puppet.report('op', 5);
    await turn();
    const values = [];
    op.onProgress((value) => values.push(value));
    assert.deepEqual(values, [], 'not inside the call that registers it');
    await turn();
    assert.deepEqual(values, [5]);
    op.cancel();
  });

  it('reports() yields the latest one until the end', async () => {
    const op = puppet.operationWithProgress('op');
    const reports = op.reports();
    puppet.report('op', 1);
    assert.deepEqual(await reports.next(), { done: false, value: 1 });
    puppet.report('op', 2);
    await turn();
    puppet.report('op', 3);
    await turn();
    assert.deepEqual(await reports.next(), { done: false, value: 3 });
    const waiting = reports.next();
    puppet.complete('op', 0);
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual(await reports.next(), { done: true, value: undefined });
  });

  it('reports() ends when the loop is left', async () => {
    const op = timer.countdown(10_000, 5);
    for await (const left of op.reports()) {
      assert.ok(left <= 10);
      break;
    }
    op.cancel();
    await assert.rejects(op, { name: 'AbortError' });
  });

  it('reports() of what is over has nothing', async () => {
    const op = puppet.operationWithProgress('op');
    puppet.complete('op', 1);
    await op;
    const seen = [];
    for await (const value of op.reports()) {
      seen.push(value);
    }
    assert.deepEqual(seen, []);
  });

  it('is called in the asynchronous context of the subscription', async () => {
    const storage = new AsyncLocalStorage();
    const op = puppet.operationWithProgress('op');
    const stores = [];
    storage.run('first', () => op.onProgress(() => stores.push(storage.getStore())));
    storage.run('second', () => op.onProgress(() => stores.push(storage.getStore())));
    puppet.report('op', 1);
    await storage.run('third', () => turn());
    puppet.complete('op', 1);
    await storage.run('fourth', async () => {
      await op;
      assert.equal(storage.getStore(), 'fourth');
    });
    assert.deepEqual(stores, ['first', 'second']);
  });

  it('an exception of a listener is uncaught, and hurts nobody else', async () => {
    const op = puppet.operationWithProgress('op');
    const values = [];
    const boom = new Error('boom');
    op.onProgress(() => {
      throw boom;
    });
    op.onProgress((value) => values.push(value));
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const uncaught = once(process, 'uncaughtException');
      puppet.report('op', 1);
      assert.equal((await uncaught)[0], boom);
    } finally {
      for (const listener of others) {
        process.on('uncaughtException', listener);
      }
    }
    assert.deepEqual(values, [1]);
    puppet.complete('op', 2);
    assert.equal(await op, 2);
  });

  it('a listener may start what is over at once, in the middle of many events', async () => {
    const operations = Array.from({ length: 40 }, (unused, i) => puppet.operationWithProgress(`op${i}`));
    const delays = [];
    for (const op of operations) {
      op.onProgress(() => delays.push(timer.delay(0), timer.delay(-1).catch((error) => error.code)));
    }
    operations.forEach((unused, i) => {
      puppet.report(`op${i}`, i);
      puppet.complete(`op${i}`, i);
    });
    assert.deepEqual(await Promise.all(operations), operations.map((unused, i) => i));
    assert.equal(delays.length, 80);
    const outcomes = await Promise.all(delays);
    assert.ok(outcomes.every((outcome, i) => outcome === (i % 2 ? 'INVALID_ARGUMENT' : undefined)));
  });

  it('a struct is a frozen object with names in camelCase', async () => {
    const { default: hashing } = await import('trivium/hashing');
    const reports = [];
    await hashing.hashTree(new URL('.', import.meta.url).pathname, { onProgress: (report) => reports.push(report) });
    for (const report of reports) {
      assert.deepEqual(Object.keys(report), ['filesDone', 'bytesDone']);
      assert.ok(Object.isFrozen(report));
    }
  });

  it('refuses what is no function', () => {
    const op = puppet.operationWithProgress('op');
    assert.throws(() => op.onProgress(7), { name: 'TypeError', message: /callback.*a number/ });
    op.cancel();
  });
});
