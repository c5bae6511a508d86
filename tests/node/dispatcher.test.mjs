// The loop stays a loop, however much there is to deliver.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { load } from 'trivium';
import timer from 'trivium/timer';

const puppet = load('puppet');

describe('dispatcher', () => {
  it('leaves timers their turn while a thousand tasks are busy', async function () {
    this.timeout(20_000);
    let isOver = false;
    let ticks = 0;
    const interval = setInterval(() => ticks++, 1);
    const begin = performance.now();
    async function task() {
      while (!isOver) {
        await puppet.echoByte(1);
      }
    }
    const tasks = Array.from({ length: 1000 }, task);
    setTimeout(() => {
      isOver = true;
    }, 300);
    await Promise.all(tasks);
    clearInterval(interval);
    const elapsed = performance.now() - begin;
    // Without turns of the loop the timer that ends it comes after whole seconds, if at all.
    assert.ok(elapsed < 5000, `300 ms took ${elapsed} ms`);
    assert.ok(ticks >= 3, `${ticks} ticks in ${elapsed} ms`);
  });

  it('keeps a process alive for what is pending, and no longer', () => {
    const script = (text) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', text], {
        cwd: new URL('.', import.meta.url), encoding: 'utf8', timeout: 10_000,
      });
    assert.equal(
      script(`import timer from 'trivium/timer'; timer.delay(50).then(() => console.log('done'));`),
      'done\n',
    );
    assert.equal(
      script(`
        import timer from 'trivium/timer';
        const op = timer.countdown(60000, 10);
        op.onProgress(() => op.cancel());
        op.catch((error) => console.log(error.name));
      `),
      'AbortError\n',
    );
    assert.equal(script(`import 'trivium/timer'; import 'trivium/hashing';`), '');
  });

  it('survives an overflow of the stack', () => {
    const script = `
      import timer from 'trivium/timer';
      function begin() { timer.delay(0); begin(); }
      for (let i = 0; i < 3; i++) {
        try { begin(); } catch (error) { console.log(error.name); }
      }
      for (let i = 0; i < 40; i++) await timer.delay(i % 3);
      console.log('done');
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('.', import.meta.url), encoding: 'utf8', timeout: 10_000,
    });
    assert.equal(output, 'RangeError\nRangeError\nRangeError\ndone\n');
  });

  it('gives each operation its own place, also where reading the arguments of one begins another', async () => {
    const inner = [];
    const point = {
      get x() {
        inner.push(puppet.echoByte(7), timer.delay(0));
        return 1;
      },
      y: 2,
    };
    const all = Array.from({ length: 100 }, () => puppet.echoPoint(point));
    assert.ok((await Promise.all(all)).every(({ x, y }) => x === 1 && y === 2));
    const values = await Promise.all(inner);
    assert.equal(values.length, 200);
    assert.ok(values.every((value, i) => value === (i % 2 ? undefined : 7)));
  });

  it('delivers in the order in which things were over', async () => {
    puppet.reset();
    const order = [];
    const names = Array.from({ length: 200 }, (unused, i) => `op${i}`);
    const all = names.map((name) => puppet.operation(name).then(() => order.push(name)));
    const shuffled = [...names].sort(() => Math.random() - 0.5);
    shuffled.forEach((name) => puppet.complete(name, 1));
    await Promise.all(all);
    assert.deepEqual(order, shuffled);
    puppet.reset();
  });

  it('survives operations of every fate at once', async () => {
    const operations = Array.from({ length: 2000 }, (unused, i) => {
      const op = i % 3 ? timer.delay(i % 5) : timer.delay(60_000);
      if (i % 3 === 0) {
        setTimeout(() => op.cancel(), i % 7);
      }
      return op;
    });
    const outcomes = await Promise.allSettled(operations);
    outcomes.forEach(({ status, reason }, i) => {
      assert.equal(status, i % 3 ? 'fulfilled' : 'rejected');
      assert.ok(i % 3 || reason.code === 'ABORT_ERR');
    });
  });
});
