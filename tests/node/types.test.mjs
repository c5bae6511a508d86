// The declarations agree with the package, and with a program that uses them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import hashing from 'trivium/hashing';
import timer from 'trivium/timer';

const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');

const program = `
import trivium, { AsyncOperation, AsyncStatus, CallOptions, load, TriviumError } from 'trivium';
import hashing, { Algorithm, hashFile, TreeProgress } from 'trivium/hashing';
import timer from 'trivium/timer';

const op: AsyncOperation<Buffer, number> = hashFile('x', 'sha256', { signal: AbortSignal.timeout(5) });
const algorithm: Algorithm = Algorithm.Sha256;
hashing.hashTree('x', algorithm, { onProgress: (p: TreeProgress) => p.filesDone + p.bytesDone });
hashing.hashTree('x', { onProgress: ({ filesDone }) => filesDone.toFixed() });
export const chained: Promise<string> = op.then((b) => b.toString('hex'), undefined, (n) => n.toFixed());
for await (const bytes of op.reports()) bytes.toFixed();
const end: () => void = op.onProgress((n) => n.toFixed());
op.progress = (n) => n.toFixed();
op.progress = null;
op.timeout(5).cancel();
if (op.status === AsyncStatus.Started) end();
op.operation?.getResults().length;
const nothing: void = await timer.delay(1);
const count: number = await hashing.countFiles('x');
const component = load<{ f(x: number): AsyncOperation<string> }>('x', { bigint: true });
component.f(1).done((s) => s.length);
export const options: CallOptions<number> = {};
export const error: TriviumError | undefined = undefined;
trivium.codeOf(count);
export { nothing };
// @ts-expect-error no such algorithm
hashFile('x', 'sha3');
// @ts-expect-error a path is a string
hashFile(5);
// @ts-expect-error no such option
timer.delay(1, { sginal: null });
// @ts-expect-error only methods make operations
new AsyncOperation();
`;
const common = `
import hashing = require('trivium/hashing');
import trivium = require('trivium');
export const op: trivium.AsyncOperation<Buffer, number> = hashing.hashFile('x', 'md5');
`;

describe('types', function () {
  this.timeout(60_000);

  it('compile, as modules of both kinds', () => {
    const directory = mkdtempSync(join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'types-'));
    try {
      writeFileSync(join(directory, 'program.mts'), program);
      writeFileSync(join(directory, 'common.cts'), common);
      const types = require.resolve('@types/node/package.json').replace(/node\/package\.json$/, '');
      const { status, stdout } = spawnSync(
        process.execPath,
        [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--typeRoots', types,
          join(directory, 'program.mts'), join(directory, 'common.cts')],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stdout);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('name what there is', async () => {
    const { readFileSync } = await import('node:fs');
    for (const [name, component] of Object.entries({ hashing, timer })) {
      const main = require.resolve(`trivium/${name}`);
      const text = readFileSync(main.replace(/cjs$/, 'd.ts'), 'utf8');
      const declared = [...text.matchAll(/^  (?:function|const) (\w+)/gm)].map(([, word]) => word);
      assert.deepEqual([...new Set(declared)].sort(), Object.keys(component).sort());
    }
    const text = readFileSync(require.resolve('trivium/hashing').replace(/cjs$/, 'd.ts'), 'utf8');
    const literals = [...text.matchAll(/readonly (\w+): '(\w+)'/g)].map(([, name, value]) => [name, value]);
    assert.deepEqual(Object.fromEntries(literals), { ...hashing.Algorithm });
  });
});
