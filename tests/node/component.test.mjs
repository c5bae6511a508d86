// Components: how they are found, and what they look like.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import trivium, { load } from 'trivium';
import hashing, { hashFile } from 'trivium/hashing';
import timer from 'trivium/timer';

const require = createRequire(import.meta.url);
const [directory] = process.env.TRIVIUM_PATH.split(delimiter);
const puppetFile = join(directory, 'puppet.so');

describe('components', () => {
  it('are the same object, whatever way they are loaded', () => {
    assert.equal(load('hashing'), hashing);
    assert.equal(require('trivium/hashing'), hashing);
    assert.equal(require('trivium').load, load);
    assert.equal(hashing.hashFile, hashFile);
    assert.equal(load('timer'), timer);
    assert.equal(load('puppet'), load(puppetFile));
    assert.equal(load(pathToFileURL(puppetFile)), load('puppet'));
    assert.notEqual(load('puppet', { bigint: true }), load('puppet'));
    assert.equal(load('puppet', { bigint: true }), load(puppetFile, { bigint: true }));
  });

  it('are frozen, with camelCase functions', () => {
    assert.ok(Object.isFrozen(hashing));
    assert.deepEqual(Object.keys(hashing).sort(), ['Algorithm', 'algorithms', 'countFiles', 'hashFile', 'hashTree']);
    assert.equal(hashing.hashFile.name, 'hashFile');
    assert.equal(hashing.hashFile.length, 1);
    assert.equal(String(hashing), '[object Trivium.Hashing]');
  });

  it('have synchronous methods too', () => {
    const names = hashing.algorithms();
    assert.ok(Array.isArray(names) && names.length > 0);
    assert.ok(names.every((name) => typeof name === 'string'));
  });

  it('that are not there say where they were looked for', () => {
    assert.throws(() => load('nosuch'), { name: 'Error', code: 'COMPONENT_NOT_FOUND', message: /nosuch\.so.*TRIVIUM_PATH/s });
    assert.throws(() => load('./nosuch.so'), { code: 'COMPONENT_NOT_FOUND' });
  });

  it('want a name', () => {
    assert.throws(() => load(), { name: 'TypeError', message: /'name'.*undefined/ });
    assert.throws(() => load('puppet', null), { name: 'TypeError', message: /'options'.*null/ });
    assert.throws(() => load('puppet', { bigint: 1 }), { name: 'TypeError', message: /'bigint'.*a number/ });
    assert.throws(() => load(new URL('https://example.org/x')), { name: 'TypeError' });
  });

  it('load in workers, as objects of their own', async () => {
    const file = new URL('./component_worker.mjs', import.meta.url);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(file);
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
      ),
    );
    const digest = (await hashFile(file.pathname)).toString('hex');
    assert.deepEqual(answers, [digest, digest, digest, digest]);
  });

  it('the module says its version', () => {
    assert.equal(trivium.version, require('trivium/package.json').version);
  });
});
