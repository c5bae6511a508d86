// The cases of ends.test.mjs: node ends_child.mjs <case> <directory of the files>
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { load } from 'trivium';
import hashing from 'trivium/hashing';

const [name, directory] = isMainThread ? process.argv.slice(2) : [workerData.name, workerData.directory];
const files = readdirSync(directory).filter((file) => file.startsWith('file')).map((file) => join(directory, file));

function start({ hashFile } = hashing, options = {}) {
  return files.map((file) => hashFile(file, options));
}

function exit(code) {
  console.log('exiting');
  process.exit(code);
}

async function printAll(operations) {
  const digests = await Promise.all(operations);
  console.log(`${digests.length} digests`);
}

function thrower() {
  throw new Error('thrown on purpose');
}

function startWorker(role) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { name: role, directory } });
  worker.on('error', thrower);
  return worker;
}

function message(worker) {
  return new Promise((resolve) => worker.once('message', resolve));
}

// The copy is loaded from its own files, so that it has an addon of its own.
function copy() {
  const require = createRequire(join(directory, 'copy/package.json'));
  return require('./node/components/hashing.cjs');
}

const cases = {
  'the loop runs out': () => printAll(start()),
  async 'process.exit'() {
    start();
    await sleep(5);
    exit(3);
  },
  async 'process.exit in a continuation'() {
    await Promise.race(start());
    exit(4);
  },
  'process.exit in a progress callback'() {
    start(hashing, { onProgress: () => exit(5) });
  },
  'an uncaught exception in a continuation'() {
    start()[0].done(thrower);
  },
  'an uncaught exception in a progress callback'() {
    start(hashing, { onProgress: thrower });
  },
  async 'uncaughtException is handled'() {
    process.once('uncaughtException', (error) => console.log(`caught ${error.message}`));
    const operations = start();
    operations[0].done(thrower);
    const all = Promise.all(operations);
    await operations[0];
    await sleep(1);
    await all;
    console.log(`${operations.length} digests`);
  },
  'an unhandled rejection'() {
    start();
    hashing.hashFile('/no/such/file');
  },
  async 'worker.terminate'() {
    const worker = startWorker('in a worker');
    await message(worker);
    await worker.terminate();
    console.log('terminated');
  },
  async 'worker.terminate, many'() {
    const own = start();
    const workers = Array.from({ length: 4 }, () => startWorker('in a worker'));
    await Promise.all(workers.map(message));
    await Promise.all(workers.map((worker) => worker.terminate()));
    console.log(`terminated ${workers.length}`);
    await printAll(own);
  },
  'process.exit in a worker'() {
    startWorker('exits').on('exit', (code) => console.log(`worker exited ${code}`));
  },
  async 'process.exit with a worker at work'() {
    await message(startWorker('in a worker'));
    exit(6);
  },
  async 'process.exit with work that does not stop'() {
    const puppet = load('puppet');
    start();
    puppet.work('stubborn');
    puppet.waitFor('stubborn');
    exit(8);
  },
  async 'two copies of core'() {
    const other = copy();
    if (other.hashFile === hashing.hashFile) {
      throw new Error('that is the same copy');
    }
    const [own, others] = [start(), start(other)];
    await printAll(own);
    await printAll(others);
  },
  async 'process.exit with two copies of core'() {
    start();
    start(copy());
    await sleep(2);
    exit(9);
  },

  // What runs in workers.
  async 'in a worker'() {
    const operations = start(hashing, { onProgress: () => {} });
    parentPort.postMessage('started');
    await Promise.all(operations);
    await new Promise(() => setInterval(() => {}, 1000)); // until it is terminated
  },
  async exits() {
    start();
    await sleep(5);
    process.exit(7);
  },
};

await cases[name]();
