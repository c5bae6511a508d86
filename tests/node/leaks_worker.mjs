// Runs in a worker of leaks.test.mjs: is busy with the first of many events when it is terminated.
import { parentPort } from 'node:worker_threads';
import { load } from 'trivium';

const puppet = load('puppet');
const names = Array.from({ length: 200 }, (unused, i) => `worker${i}`);

for (const name of names) {
  puppet.operation(name).operation.completed = () => {
    parentPort.postMessage('busy');
    for (;;);
  };
}
for (const name of names) {
  puppet.complete(name, 1);
}
