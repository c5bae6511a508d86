// Every scenario and every row of tests/conformance as a test of its own.
import { cases } from './conformance.mjs';

const all = cases();

describe('conformance', () => {
  for (const [title, run] of all) {
    it(title, run);
  }
  after(() => console.log(`conformance: ${all.length} scenarios`));
});
