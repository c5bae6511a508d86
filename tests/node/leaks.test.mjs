// Nothing stays behind: core counts its objects.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gc } from './gc.mjs';
import { liveObjects, load } from 'trivium';
import hashing from 'trivium/hashing';
import timer from 'trivium/timer';

const puppet = load('puppet');

async function collected() {
  for (let i = 0; i < 10; i++) {
    gc();
    await sleep(5);
  }
  return liveObjects();
}

// Asserts that a thousand times leave no more than once does. Plain operations share their native objects by 32.
async function assertStays(action) {
  for (let i = 0; i < 50; i++) {
    await action(i);
  }
  const before = await collected();
  for (let i = 0; i < 1000; i++) {
    await action(i);
  }
  const after = await collected();
  for (const [kind, count] of Object.entries(after)) {
    assert.ok(count <= before[kind] + 64, `${kind}: ${before[kind]} before, ${count} after`);
  }
}

describe('leaks', function () {
  this.timeout(60_000);
  beforeEach(() => puppet.reset());

  it('operations that complete', () => assertStays(() => timer.delay(0)));
  it('operations on the pool', () => assertStays(() => puppet.echoString('text')));
  it('operations with bytes', () => assertStays(() => puppet.echoBuffer(Buffer.alloc(5000))));
  it('operations that fail', () => assertStays(() => hashing.hashFile('/no/such/file').catch(() => {})));
  it('operations that are canceled', () =>
    assertStays(() => {
      const op = timer.delay(60_000);
      op.cancel();
      return op.catch(() => {});
    }));
  it('refused calls', () => assertStays(() => puppet.echoString('\ud800').catch(() => {})));
  it('refused synchronous calls', () =>
    assertStays(() => {
      assert.throws(() => puppet.echoRecordSync({ small: 1, large: 1, text: 'text', shade: 'red', place: {} }));
    }));
  it('progress and the raw face', () =>
    assertStays((i) => {
      const op = puppet.operationWithProgress(`leak${i}`);
      op.onProgress(() => {});
      op.operation.completed = () => {};
      op.operation.progress = () => {};
      puppet.complete(`leak${i}`, i);
      return op.finally(() => puppet.drop(`leak${i}`));
    }));
  it('what a worker was not told when it was terminated', async () => {
    const before = await collected();
    const worker = new Worker(new URL('./leaks_worker.mjs', import.meta.url));
    await once(worker, 'message');
    await worker.terminate();
    puppet.reset();
    const after = await collected();
    assert.deepEqual(after, { ...before, asyncs: after.asyncs });
    assert.ok(after.asyncs <= before.asyncs, `asyncs: ${before.asyncs} before, ${after.asyncs} after`);
  });
  it('deadlines', () => assertStays(() => timer.delay(0).timeout(1000)));
});
