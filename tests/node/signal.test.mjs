// AbortSignals: the option of every asynchronous method.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
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

  it('refuses what is no signal, and what is no option', async () => {
    await assert.rejects(puppet.operation('op', { signal: 'stop' }), {
      name: 'TypeError', code: 'INVALID_TYPE', message: /operation\(\).*'signal'.*AbortSignal.*a string/,
    });
    await assert.rejects(puppet.operation('op', { onProgress: 1 }), { name: 'TypeError', message: /'onProgress'/ });
    await assert.rejects(puppet.operation('op', { sginal: null }), { name: 'TypeError', message: /'sginal'/ });
    assert.throws(() => puppet.isCanceled('op'), 'none of them was started');
  });
});
