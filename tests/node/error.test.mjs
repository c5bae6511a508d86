// Errors: the constructor, the code, the HRESULT, the message.
import assert from 'node:assert/strict';
import { codeOf, load } from 'trivium';
import hashing from 'trivium/hashing';

const puppet = load('puppet');

describe('errors', () => {
  it('a failed operation', async () => {
    await assert.rejects(hashing.hashFile('/no/such/file'), {
      name: 'Error', code: 'ENOENT', hresult: 0x80070002, message: /\/no\/such\/file/,
    });
  });

  it('an errno without a Windows name', async () => {
    await assert.rejects(hashing.hashFile('/proc/self/mem'), (error) => {
      assert.match(error.code, /^E[A-Z]+$/);
      return error instanceof Error;
    });
  });

  it('a synchronous method throws', () => {
    assert.throws(() => puppet.echoByteSync(256), { name: 'RangeError', code: 'OUT_OF_RANGE', hresult: 0x8000000b });
    assert.throws(() => puppet.echoByteSync('1'), {
      name: 'TypeError', code: 'INVALID_TYPE', message: "echoByteSync() argument 'value': expected UInt8, got a string",
    });
    assert.throws(() => puppet.echoByteSync(), { name: 'TypeError', code: 'BAD_ARGUMENT_COUNT' });
  });

  it('an asynchronous method with bad arguments rejects, never throws', async () => {
    for (const args of [[], [256], ['1'], [1, 2], [1, {}, 3], [Symbol('x')]]) {
      let op;
      assert.doesNotThrow(() => {
        op = puppet.echoByte(...args);
      });
      await assert.rejects(op, (error) => error instanceof Error && typeof error.code === 'string');
    }
  });

  it('what a getter of an argument throws comes out as it is', async () => {
    const boom = new Error('boom');
    const point = {
      get x() {
        throw boom;
      },
      y: 1,
    };
    assert.throws(() => puppet.echoPointSync(point), boom);
    await assert.rejects(puppet.echoPoint(point), boom);
  });

  it('codeOf', () => {
    assert.equal(codeOf(0x80070002), 'ENOENT');
    assert.equal(codeOf(0), 'OK');
    assert.throws(() => codeOf('x'), { name: 'TypeError', code: 'INVALID_TYPE' });
  });

  it('an unhandled failure is an unhandled rejection', async () => {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const reason = await new Promise((resolve) => {
        process.once('unhandledRejection', resolve);
        hashing.hashFile('/no/such/file');
      });
      assert.equal(reason.code, 'ENOENT');
    } finally {
      for (const listener of others) {
        process.on('unhandledRejection', listener);
      }
    }
  });
});
