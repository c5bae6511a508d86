// How a process, or a worker, may end while 64 files are being hashed: without a crash, a hang, or a wrong exit code.
// Each case is a child process with a deadline, twenty times.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  closeSync, cpSync, existsSync, ftruncateSync, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 20;
const AT_ONCE = 2;
const DEADLINE_MS = 10_000;
const FILES = 64;
const FILE_BYTES = 4 << 20;

const child = fileURLToPath(new URL('./ends_child.mjs', import.meta.url));
let directory;

// The node_modules that a package finds its dependencies in.
function modulesOf(root) {
  const loader = createRequire(join(root, 'package.json')).resolve('node-gyp-build');
  return loader.slice(0, loader.lastIndexOf(`node_modules${sep}`) + 'node_modules'.length);
}

function run(name) {
  return new Promise((resolve) => {
    const node = spawn(process.execPath, [child, name, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      node.kill('SIGKILL');
    }, DEADLINE_MS);
    node.stdout.on('data', (data) => (output += data));
    node.stderr.on('data', (data) => (output += data));
    node.on('close', (code, signal) => {
      clearTimeout(deadline);
      resolve({ code, signal, isLate, output });
    });
  });
}

async function check(name, { code, says, rounds = ROUNDS }) {
  for (let round = 0; round < rounds; round += AT_ONCE) {
    const ends = await Promise.all(Array.from({ length: AT_ONCE }, () => run(name)));
    for (const end of ends) {
      const where = `${name}, round ${round}: ${end.output}`;
      assert.ok(!end.isLate, `not over after ${DEADLINE_MS} ms: ${where}`);
      assert.equal(end.signal, null, where);
      assert.equal(end.code, code, where);
      assert.match(end.output, says, where);
    }
  }
}

describe('ends', function () {
  this.timeout(ROUNDS * DEADLINE_MS);

  before(() => {
    directory = mkdtempSync(join(process.cwd(), 'ends-'));
    for (let i = 0; i < FILES; i++) {
      const file = openSync(join(directory, `file${i}`), 'w');
      ftruncateSync(file, FILE_BYTES);
      closeSync(file);
    }
    // A second copy of the package, and with it of core.
    const require = createRequire(import.meta.url);
    const root = realpathSync(dirname(require.resolve('trivium/package.json')));
    for (const part of ['package.json', 'node', 'build/Release', 'prebuilds']) {
      if (existsSync(join(root, part))) {
        cpSync(join(root, part), join(directory, 'copy', part), { recursive: true });
      }
    }
    // What it needs, it finds where the first copy does.
    symlinkSync(modulesOf(root), join(directory, 'copy/node_modules'));
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  const cases = {
    'the loop runs out': { code: 0, says: /^64 digests\n$/ },
    'process.exit': { code: 3, says: /^exiting\n$/ },
    'process.exit in a continuation': { code: 4, says: /^exiting\n$/ },
    'process.exit in a progress callback': { code: 5, says: /^exiting\n$/ },
    'an uncaught exception in a continuation': { code: 1, says: /Error: thrown on purpose/ },
    'an uncaught exception in a progress callback': { code: 1, says: /Error: thrown on purpose/ },
    'uncaughtException is handled': { code: 0, says: /^caught thrown on purpose\n64 digests\n$/ },
    'an unhandled rejection': { code: 1, says: /ENOENT/ },
    'worker.terminate': { code: 0, says: /^terminated\n$/ },
    'worker.terminate, many': { code: 0, says: /^terminated 4\n64 digests\n$/ },
    'process.exit in a worker': { code: 0, says: /^worker exited 7\n$/ },
    'process.exit with a worker at work': { code: 6, says: /^exiting\n$/ },
    // The end of the process waits 5 s for it, once.
    'process.exit with work that does not stop': { code: 8, says: /^exiting\n$/, rounds: 2 },
    'two copies of core': { code: 0, says: /^64 digests\n64 digests\n$/ },
    'process.exit with two copies of core': { code: 9, says: /^exiting\n$/ },
  };
  for (const [name, expected] of Object.entries(cases)) {
    it(`${name}, ${expected.rounds ?? ROUNDS} times`, () => check(name, expected));
  }
});
