// Hashes every regular file below a directory, 64 at a time.
//
//   node demo.mjs [directory] [--digests file] [--deadline seconds]
//
// The digests are written as sha256sum writes them.
import { createWriteStream, constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import hashing from 'trivium/hashing';

const AT_ONCE = 64;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { digests: { type: 'string' }, deadline: { type: 'string', default: '600' } },
});

async function* walk(directory) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      yield* walk(path);
    } else if (entry.isFile()) {
      yield { path, size: (await lstat(path)).size };
    }
  }
}

async function findFiles() {
  const candidates = positionals.length > 0 ? positionals : ['/usr/share/doc', '/usr/include', '/usr/share', '/usr'];
  let files = [];
  for (const directory of candidates) {
    const found = await access(directory, constants.R_OK).then(() => true, () => false);
    if (found || positionals.length > 0) {
      files = await collect(walk(directory));
    }
    if (positionals.length > 0 || files.length >= 1000) {
      return { directory, files };
    }
  }
  throw new Error('no system directory with 1,000 files was found: name one');
}

async function collect(iterable) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
  }
  return items;
}

// As sha256sum does it: a name with a backslash or a newline is escaped, and the line says so.
function sumLine(digest, path) {
  const escaped = path.replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
  return `${escaped === path ? '' : '\\'}${digest.toString('hex')}  ${escaped}\n`;
}

async function hashAll(files, sums) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const bar = new SingleBar(
    { format: '{bar} {percentage}% | {value} of {total} bytes', noTTYOutput: true, notTTYSchedule: 1000 },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  // One deadline for all of them.
  const signal = AbortSignal.timeout(Number(options.deadline) * 1000);
  const queue = files.values();

  async function worker() {
    for (const { path } of queue) {
      let seen = 0;
      const onProgress = (bytes) => {
        bar.increment(bytes - seen);
        seen = bytes;
      };
      const digest = await hashing.hashFile(path, 'sha256', { signal, onProgress });
      sums?.write(sumLine(digest, path));
    }
  }

  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    bar.update(total);
  } finally {
    bar.stop();
  }
  return total;
}

const { directory, files } = await findFiles();
console.log(`${files.length} files below ${directory}`);

const sums = options.digests && createWriteStream(options.digests);
const begin = performance.now();
const bytes = await hashAll(files, sums);
const seconds = (performance.now() - begin) / 1000;
if (sums) {
  sums.end();
  await finished(sums);
}

// Somebody loses patience in mid-flight.
const tree = hashing.hashTree(directory);
tree.onProgress(({ filesDone }) => {
  if (tree.status === 'started') {
    console.log(`canceling after ${filesDone} files`);
    tree.cancel();
  }
});
try {
  const digest = await tree;
  console.log(`it was over before it could be canceled: ${digest.toString('hex')}`);
} catch (error) {
  console.log(`the awaiter sees ${error.name} (${error.code}): ${error.message}; the status is ${tree.status}`);
}

try {
  await hashing.hashFile('/no/such/file');
} catch (error) {
  console.log(`${error.name} (${error.code}): ${error.message}`);
}

const megabytes = bytes / 1e6;
console.log(
  `${files.length} files, ${bytes} bytes in ${seconds.toFixed(2)} s: ${(megabytes / seconds).toFixed(0)} MB/s`,
);
