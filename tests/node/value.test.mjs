// Values, both ways. What all languages share stands in tests/conformance; here is what only JavaScript has.
import assert from 'node:assert/strict';
import { gc } from './gc.mjs';
import { load } from 'trivium';
import hashing, { Algorithm } from 'trivium/hashing';

const puppet = load('puppet');
const big = load('puppet', { bigint: true });

describe('64-bit integers', () => {
  it('take numbers and bigints', () => {
    assert.equal(puppet.echoUlongSync(5), 5);
    assert.equal(puppet.echoUlongSync(5n), 5);
    assert.equal(puppet.echoLongSync(-5n), -5);
    assert.equal(puppet.echoLongSync(Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
    assert.equal(puppet.echoByteSync(255n), 255);
  });

  it('are never rounded', async () => {
    assert.throws(() => puppet.echoUlongSync(2 ** 53), { name: 'RangeError', code: 'OUT_OF_RANGE', message: /bigint/ });
    assert.throws(() => puppet.echoUlongSync(2n ** 53n), { name: 'RangeError', message: /9007199254740992.*bigint: true/ });
    await assert.rejects(puppet.echoUlong(2n ** 64n - 1n), { name: 'RangeError', message: /18446744073709551615/ });
    await assert.rejects(puppet.echoLong(-(2n ** 63n)), { name: 'RangeError' });
  });

  it('are bigints when the component was loaded so', async () => {
    assert.equal(big.echoUlongSync(2n ** 64n - 1n), 2n ** 64n - 1n);
    assert.equal(await big.echoLong(-(2n ** 63n)), -(2n ** 63n));
    assert.equal(big.echoLongSync(1), 1n);
    assert.equal(big.echoIntSync(1), 1);
    assert.throws(() => big.echoUlongSync(-1n), { name: 'RangeError' });
    assert.throws(() => big.echoUlongSync(2n ** 64n), { name: 'RangeError', message: /64 bits/ });
  });
});

describe('text', () => {
  it('of every length, with every kind of character', async () => {
    for (const text of ['', 'a', 'é', '€', '😀', 'a\0b', 'x'.repeat(254), 'é'.repeat(255), '€'.repeat(256), '😀'.repeat(5000)]) {
      assert.equal(puppet.echoStringSync(text), text);
      assert.equal(await puppet.echoString(text), text);
    }
  });

  it('with a lone surrogate is refused', async () => {
    for (const text of ['\ud800', 'a\udc00b', '\ud800\ud800\udc00', `${'x'.repeat(300)}\udfff`]) {
      assert.throws(() => puppet.echoStringSync(text), { name: 'TypeError', code: 'INVALID_UTF8', message: /'value'/ });
      await assert.rejects(puppet.echoString(text), { code: 'INVALID_UTF8' });
    }
  });

  it('is nothing but text', () => {
    for (const other of [undefined, null, 1, {}, [], Buffer.from('x'), Symbol.iterator]) {
      assert.throws(() => puppet.echoStringSync(other), { name: 'TypeError', code: 'INVALID_TYPE' });
    }
  });
});

describe('bytes', () => {
  const source = Buffer.from([1, 2, 3, 254]);

  it('come as a Buffer of their own', async () => {
    const got = await puppet.echoBytes(source);
    assert.ok(Buffer.isBuffer(got));
    assert.deepEqual(got, source);
    got[0] = 9;
    assert.equal(source[0], 1);
  });

  it('are taken from whatever has bytes', () => {
    const whole = new Uint8Array(source);
    for (const bytes of [whole, whole.buffer, new DataView(whole.buffer), new Uint8ClampedArray(whole), [1, 2, 3, 254]]) {
      assert.deepEqual(puppet.echoBytesSync(bytes), source);
    }
    assert.deepEqual(puppet.echoBytesSync(whole.subarray(1, 3)), Buffer.from([2, 3]));
    assert.deepEqual(puppet.echoBytesSync(Buffer.alloc(0)), Buffer.alloc(0));
  });

  it('are not taken from wider elements, which are numbers', () => {
    assert.throws(() => puppet.echoBytesSync(new Uint16Array([300])), { name: 'RangeError' });
    assert.deepEqual(puppet.echoBytesSync(new Uint16Array([30])), Buffer.from([30]));
    assert.throws(() => puppet.echoBytesSync([1, 2, 256]), { name: 'RangeError', message: /element 2/ });
    assert.throws(() => puppet.echoBytesSync('abc'), { name: 'TypeError', message: /a string/ });
  });

  it('of a Buffer, small and large, survive their operation', async () => {
    for (const length of [0, 1, 4095, 4096, 1 << 20]) {
      const bytes = Buffer.alloc(length, 7);
      const got = await puppet.echoBuffer(bytes);
      assert.deepEqual(got, bytes);
      gc();
      assert.deepEqual(got, bytes);
    }
  });

  it('of one Buffer may be had more than once', async () => {
    const bytes = Buffer.alloc(10_000, 3);
    const op = puppet.echoBuffer(bytes);
    const copies = [await op, op.operation.getResults(), op.operation.getResults()];
    for (const copy of copies) {
      assert.deepEqual(copy, bytes);
      structuredClone(copy); // makes V8 look at the memory behind it
    }
    op.operation.close();
    gc();
    assert.ok(copies.every((copy) => copy.equals(bytes)));
  });
});

describe('arrays', () => {
  it('take typed arrays', () => {
    assert.deepEqual(puppet.echoNumbersSync([1, -2]), [1, -2]);
    assert.deepEqual(puppet.echoNumbersSync(new Int32Array([1, -2])), [1, -2]);
    assert.deepEqual(puppet.echoNumbersSync(new Int8Array([1, -2])), [1, -2]);
    assert.throws(() => puppet.echoNumbersSync([1, 'x']), { name: 'TypeError', message: /element 1/ });
    assert.throws(() => puppet.echoNumbersSync({ length: 1, 0: 1 }), { name: 'TypeError', message: /an object/ });
  });
});

describe('enums', () => {
  it('are literals, and constants of a frozen object', async () => {
    assert.equal(Algorithm.Sha256, 'sha256');
    assert.ok(Object.isFrozen(Algorithm));
    assert.equal(hashing.Algorithm, Algorithm);
    assert.equal(puppet.echoColorSync('deepBlue'), 'deepBlue');
    assert.equal(puppet.echoColorSync(puppet.Color.Infra), 'infra');
    assert.throws(() => puppet.echoColorSync('blue'), { name: 'TypeError', code: 'UNKNOWN_NAME', message: /deepBlue|DeepBlue/ });
  });
});

describe('structs', () => {
  it('are frozen plain objects', () => {
    const point = puppet.echoPointSync({ x: 1.5, y: -0 });
    assert.deepEqual(point, { x: 1.5, y: -0 });
    assert.ok(Object.isFrozen(point));
    assert.equal(Object.getPrototypeOf(point), Object.prototype);
  });

  it('name the field that is wrong', () => {
    assert.throws(() => puppet.echoPointSync({ x: 1 }), { name: 'TypeError', message: /'value'.*without the field 'y'/ });
    assert.throws(() => puppet.echoPointSync({ x: 1, y: 2, zed: 3 }), { name: 'TypeError', message: /with the field 'zed'/ });
    assert.throws(() => puppet.echoPointSync({ x: 1, y: '2' }), { name: 'TypeError', message: /'value'.*field 'y'.*a string/ });
    assert.throws(() => puppet.echoPointSync(null), { name: 'TypeError', message: /null/ });
  });
});

describe('TimeSpan', () => {
  it('is milliseconds', () => {
    assert.equal(puppet.echoTimespanSync(1500), 1500);
    assert.equal(puppet.echoTimespanSync(0.0001), 0.0001);
    assert.throws(() => puppet.echoTimespanSync(Infinity), { name: 'RangeError' });
    assert.throws(() => puppet.echoTimespanSync(NaN), { name: 'TypeError' });
    assert.throws(() => puppet.echoTimespanSync(5n), { name: 'TypeError', message: /a bigint/ });
  });
});

describe('optional arguments', () => {
  it('have their default where they are undefined', async () => {
    const file = new URL(import.meta.url).pathname;
    const digest = await hashing.hashFile(file);
    assert.deepEqual(await hashing.hashFile(file, undefined), digest);
    assert.deepEqual(await hashing.hashFile(file, undefined, undefined), digest);
    assert.deepEqual(await hashing.hashFile(file, {}), digest);
    assert.deepEqual(await hashing.hashFile(file, 'sha256', {}), digest);
    assert.deepEqual(await hashing.hashFile(file, undefined, {}), digest);
    assert.notDeepEqual(await hashing.hashFile(file, 'sha512'), digest);
    await assert.rejects(hashing.hashFile(file, null), { name: 'TypeError' });
    await assert.rejects(hashing.hashFile(file, 'sha256', 5), { code: 'BAD_ARGUMENT_COUNT' });
    await assert.rejects(hashing.hashFile(), { code: 'BAD_ARGUMENT_COUNT' });
    await assert.rejects(hashing.hashFile(file, ...Array(50).fill(undefined), 5), { code: 'BAD_ARGUMENT_COUNT' });
    assert.deepEqual(await hashing.hashFile(file, ...Array(50).fill(undefined)), digest);
  });

  it('that are too many are counted, however many there are', async () => {
    for (const count of [2, 19, 20, 21, 1000]) {
      const expected = {
        name: 'TypeError', code: 'BAD_ARGUMENT_COUNT', message: new RegExp(`takes 1 argument, got ${count}$`),
      };
      assert.throws(() => puppet.echoByteSync(...Array(count).fill(1)), expected);
      await assert.rejects(puppet.echoByte(...Array(count).fill(1)), expected);
    }
  });
});
