// What an operation costs in Node.js, next to the same work by napi_create_async_work and a promise.
// 1,000 in flight, trivial work on the pool; both in one process, in turn, median of five.
//
//   TRIVIUM_PATH=<directory of noop.so> [ASYNC_WORK=<async_work.node>] node bench_node.mjs [operations]
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { load } from 'trivium';

const IN_FLIGHT = 1000;
const ROUNDS = 5;
const OPERATIONS = Number(process.argv[2] ?? 200_000);

const noop = load('noop');
const [directory] = process.env.TRIVIUM_PATH.split(delimiter);
const baseline = createRequire(import.meta.url)(
  process.env.ASYNC_WORK ?? join(directory, '..', 'async_work.node'),
);

// 1,000 tasks that each await one operation after the other; nanoseconds an operation.
async function measure(add, operations) {
  let sum = 0;
  async function task(count) {
    for (let i = 0; i < count; i++) {
      const result = await add(i, 1);
      sum += result;
    }
  }
  const each = Math.ceil(operations / IN_FLIGHT);
  const begin = process.hrtime.bigint();
  await Promise.all(Array.from({ length: IN_FLIGHT }, () => task(each)));
  const elapsed = Number(process.hrtime.bigint() - begin);
  const expected = (IN_FLIGHT * each * (each + 1)) / 2;
  if (sum !== expected) {
    throw new Error(`the sums are wrong: ${sum} instead of ${expected}`);
  }
  return elapsed / (IN_FLIGHT * each);
}

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

const times = { trivium: [], asyncWork: [] };
for (let round = -1; round < ROUNDS; round++) {
  const trivium = await measure(noop.add, OPERATIONS);
  const asyncWork = await measure(baseline.add, OPERATIONS);
  if (round >= 0) {
    times.trivium.push(trivium); // the first round warms up
    times.asyncWork.push(asyncWork);
  }
}
const trivium = median(times.trivium);
const asyncWork = median(times.asyncWork);
console.log(`node ${process.version}, ${IN_FLIGHT} in flight, median of ${ROUNDS}`);
console.log(`  trivium                ${trivium.toFixed(0).padStart(6)} ns an operation`);
console.log(`  napi_create_async_work ${asyncWork.toFixed(0).padStart(6)} ns an operation`);
console.log(`  ratio                  ${(asyncWork / trivium).toFixed(2).padStart(6)}  (target: 1.5)`);
