// AbortSignals: the option of every asynchronous method.
import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { load } from 'trivium';
import timer from 'trivium/timer';

const puppet = load('puppet');

describe('signal', () => {
  beforeEach(() => puppet.reset());
  afterEach(() => puppet.reset());

  it('cancels, and rejects with its reason itself', async () => {
    const controller = new AbortController();
    const op = puppet.operation('op', { signal: controller.signal });
    const reason = { why: 'because' };
    controller.abort(reason);
    assert.equal(op.status, 'canceled');
    assert.ok(puppet.isCanceled('op'));
    await assert.rejects(op, (error) => error === reason);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  it('keeps even an odd reason', async () => {
    const controller = new AbortController();
    const op = puppet.operation('op', { signal: controller.signal });
    controller.abort(null);
    assert.equal(await op.catch((reason) => reason), null);
  });

  it('that was aborted before starts nothing', async () => {
    const reason = new Error('too late');
    await assert.rejects(puppet.operation('never', { signal: AbortSignal.abort(reason) }), reason);
    assert.throws(() => puppet.isCanceled('never'));
  });

  it('gets one listener for many operations, which goes with the last of them', async () => {
    const controller = new AbortController();
    const names = Array.from({ length: 100 }, (unused, i) => `op${i}`);
    const operations = names.map((name) => puppet.operation(name, { signal: controller.signal }));
    assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
    for (const name of names.slice(1)) {
      puppet.complete(name, 1);
    }
    await Promise.all(operations.slice(1));
    assert.equal(getEventListeners(controller.signal, 'abort').length, 1);
    puppet.complete(names[0], 1);
    await operations[0];
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    controller.abort();
    assert.equal(operations[0].status, 'completed');
  });

  it('is let go of by what is over at once', async () => {
    const controller = new AbortController();
    await timer.delay(0, { signal: controller.signal });
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  it('cancels all of many', async () => {
    const controller = new AbortController();
    const operations = Array.from({ length: 50 }, () => timer.delay(60_000, { signal: controller.signal }));
    controller.abort();
    const outcomes = await Promise.allSettled(operations);
    assert.ok(outcomes.every(({ reason }) => reason === controller.signal.reason));
  });

  it('AbortSignal.timeout is a deadline', async () => {
    const op = timer.delay(60_000, { signal: AbortSignal.timeout(20) });
    await assert.rejects(op, { name: 'TimeoutError' });
  });

  it('may abort inside a handler of another operation', async () => {
    const controller = new AbortController();
    const first = puppet.operation('first', { signal: controller.signal });
    const second = puppet.operation('second', { signal: controller.signal });
    const chained = first.then(() => controller.abort());
    puppet.complete('first', 1);
    await chained;
    await assert.rejects(second, { name: 'AbortError' });
    await turn();
  });

  it('comes too late for what was canceled otherwise', async () => {
    for (const cancel of [(op) => op.cancel(), (op) => op.operation.cancel(), closed]) {
      const controller = new AbortController();
      const op = timer.delay(60_000, { signal: controller.signal });
      cancel(op);
      controller.abort('too late');
      await assert.rejects(op, { name: 'AbortError', code: 'ABORT_ERR' });
    }
    function closed(op) {
      op.cancel();
      op.operation.close();
    }
  });

  it('that fires while the arguments are read counts too', async () => {
    const controller = new AbortController();
    const point = {
      get x() {
        controller.abort('stop');
        return 1;
      },
      y: 2,
    };
    const op = puppet.echoPoint(point, { signal: controller.signal });
    const outcome = await op.catch((reason) => reason);
    assert.ok(outcome === 'stop' || outcome.y === 2); // the echo may have been faster
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  });

  it('of another make that does not let go is reported, and hurts nothing else', async () => {
    const boom = new Error('boom');
    const signal = {
      aborted: false,
      addEventListener() {},
      removeEventListener() {
        throw boom;
      },
    };
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const uncaught = once(process, 'uncaughtException');
      const op = puppet.operation('op', { signal });
      puppet.complete('op', 4);
      assert.equal(await op, 4);
      assert.equal((await uncaught)[0], boom);
    } finally {
      for (const listener of others) {
        process.on('uncaughtException', listener);
      }
    }
    await timer.delay(1);
  });

  it('of another make that cannot be listened to rejects, and stops the work', async () => {
    const boom = new Error('boom');
    const signal = {
      aborted: false,
      addEventListener() {
        throw boom;
      },
      removeEventListener() {},
    };
    await assert.rejects(puppet.operation('op', { signal }), (error) => error === boom);
    assert.ok(puppet.isCanceled('op'));
    const options = {
      get signal() {
        throw boom;
      },
    };
    await assert.rejects(puppet.operation('other', options), (error) => error === boom);
  });

  it('refuses what is no signal, and what is no option', async () => {
    await assert.rejects(puppet.operation('op', { signal: 'stop' }), {
      name: 'TypeError', code: 'INVALID_TYPE', message: /operation\(\).*'signal'.*AbortSignal.*a string/,
    });
    await assert.rejects(puppet.operation('op', { signal: { aborted: false } }), {
      name: 'TypeError', code: 'INVALID_TYPE', message: /'signal'.*AbortSignal.*an object/,
    });
    await assert.rejects(puppet.operation('op', { onProgress: 1 }), { name: 'TypeError', message: /'onProgress'/ });
    await assert.rejects(puppet.operation('op', { sginal: null }), { name: 'TypeError', message: /'sginal'/ });
    assert.throws(() => puppet.isCanceled('op'), 'none of them was started');
  });
});
