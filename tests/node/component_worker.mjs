// Runs in a worker of component.test.mjs.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import hashing from 'trivium/hashing';
import timer from 'trivium/timer';

await timer.delay(5);
const digest = await hashing.hashFile(fileURLToPath(import.meta.url));
parentPort.postMessage(digest.toString('hex'));
