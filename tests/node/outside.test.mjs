// The component from outside, tests/interop/outside, that was built with component.h alone.
import assert from 'node:assert/strict';
import { load } from 'trivium';

describe('a component from outside', () => {
  it('has all four faces and a synchronous method', async () => {
    const letters = load('letters');
    assert.equal(letters.reverse('abc'), 'cba');
    assert.equal(await letters.check('abc'), undefined);
    await assert.rejects(letters.check('ab1'), /argument 'text': no letter at byte 2/);
    assert.equal(await letters.spell('abc'), undefined);
    assert.equal(await letters.count('banana'), 3);
    assert.equal(await letters.count('banana', 'any'), 6);
    const tally = await letters.tally('bananas');
    assert.deepEqual({ ...tally }, { vowels: 3, consonants: 4 });
  });
});
