// Runs the scenarios and rows of tests/conformance against the installed package.
//
//   TRIVIUM_PATH=<directory of the test components> node conformance.mjs
import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { gc } from './gc.mjs';
import trivium from 'trivium';
import { Enumerator, Failure, NOTHING, load, valuesOf, expectationOf } from './conformance_text.mjs';

const DEADLINE_MS = 10_000;
const capitalized = (text) => text[0].toUpperCase() + text.slice(1);
const camel = (name) => name.replace(/_(\w)/g, (match, letter) => letter.toUpperCase());
const first = (name) => name[0].toLowerCase() + name.slice(1);

function codeOf(error) {
  return error?.code === 'ABORT_ERR' ? 'CANCELED' : error?.code ?? error?.name;
}

function isSame(expected, got) {
  if (expected instanceof Enumerator) {
    return got === first(expected.name);
  }
  if (expected === NOTHING) {
    return got === undefined;
  }
  if (typeof expected === 'number' && typeof got === 'bigint') {
    return BigInt(expected) === got;
  }
  if (Buffer.isBuffer(expected)) {
    return Buffer.isBuffer(got) && expected.equals(got);
  }
  if (Array.isArray(expected)) {
    return Array.isArray(got) && got.length === expected.length && expected.every((item, i) => isSame(item, got[i]));
  }
  if (expected !== null && typeof expected === 'object') {
    const names = Object.keys(expected);
    return (
      Object.isFrozen(got) &&
      assertKeys(names, Object.keys(got)) &&
      names.every((name) => isSame(expected[name], got[name]))
    );
  }
  return Object.is(expected, got);
}

function assertKeys(expected, got) {
  return expected.length === got.length && expected.every((name, i) => name === got[i]);
}

// Compares what came, { value } or { error }, with what the step expects.
function check(step, outcome, face) {
  if (step.expected === null) {
    if ('error' in outcome) {
      throw new Error(`${step.where}: ${outcome.error}`, { cause: outcome.error });
    }
    return;
  }
  let expected = expectationOf(step.expected);
  if (expected instanceof Failure) {
    assert.ok('error' in outcome, `${step.where}: expected ${expected.code}, got ${String(outcome.value)}`);
    assert.equal(codeOf(outcome.error), expected.code, `${step.where}: ${outcome.error}`);
    assert.ok(outcome.error instanceof Error, `${step.where}: ${outcome.error} is no Error`);
    for (const fragment of expected.fragments) {
      assert.ok(outcome.error.message.includes(fragment), `${step.where}: '${fragment}' is not in '${outcome.error.message}'`);
    }
    return;
  }
  if ('error' in outcome) {
    throw new Error(`${step.where}: ${outcome.error}`, { cause: outcome.error });
  }
  if (expected instanceof Enumerator && expected.name === 'OK') {
    return;
  }
  if (face?.startsWith('action')) {
    expected = NOTHING;
  }
  assert.ok(isSame(expected, outcome.value), `${step.where}: expected ${show(expected)}, got ${show(outcome.value)}`);
}

function show(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function outcomeOf(work) {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

// Lets the loop deliver all that is ready.
async function drain() {
  for (let i = 0; i < 4; i++) {
    await turn();
  }
}

async function limited(promise, what) {
  const stop = new AbortController();
  const late = sleep(DEADLINE_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${what}: not over after ${DEADLINE_MS} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

// What each step does; `this` is the run.
const steps = {
  start(op, face = this.scenario.face) {
    const operation = this.puppet[camel(face)](op);
    operation.catch(() => {}); // a scenario need not await what it starts
    this.operations.set(op, operation);
    this.faces.set(op, face);
  },
  start_on_pool(op) {
    const operation = this.puppet.work(op);
    operation.catch(() => {});
    this.operations.set(op, operation);
    this.faces.set(op, 'operation');
    assert.ok(this.puppet.waitFor(op), 'it did not come to run');
  },
  complete(op, value = 0) {
    return this.puppet.complete(op, value);
  },
  fail(op, code, message = '') {
    return this.puppet.fail(op, code, message);
  },
  report(op, value) {
    this.puppet.report(op, value);
  },
  drop(op) {
    this.puppet.drop(op);
  },
  canceled(op) {
    return this.puppet.isCanceled(op);
  },
  cancel_calls(op) {
    return this.puppet.cancelCalls(op);
  },
  complete_later(op, value, delay) {
    this.puppet.completeLater(op, value, delay);
  },
  fail_later(op, code, delay) {
    this.puppet.failLater(op, code, delay);
  },

  status(op) {
    return capitalized(this.raw(op).status);
  },
  id(op) {
    return this.raw(op).id;
  },
  error_code(op) {
    return trivium.codeOf(this.raw(op).errorCode);
  },
  cancel(op) {
    this.raw(op).cancel();
  },
  close(op) {
    this.raw(op).close();
  },
  get_results(op) {
    return this.raw(op).getResults();
  },
  on_completed(op, name) {
    const raw = this.raw(op);
    if (name === 'none') {
      raw.completed = null;
      return;
    }
    const calls = [];
    this.fired.set(name, calls);
    const handler = (sender, status) => {
      assert.equal(sender, raw);
      calls.push(capitalized(status));
    };
    this.handlers.set(name, handler);
    raw.completed = handler;
  },
  fired(name) {
    const calls = this.fired.get(name) ?? [];
    assert.ok(calls.length <= 1, `${name} was called ${calls.length} times`);
    return calls[0] ?? 'never';
  },
  completed_is(op, name) {
    return this.raw(op).completed === (name === 'none' ? null : this.handlers.get(name));
  },
  on_progress(op, name) {
    const values = this.values(name);
    this.raw(op).progress = name === 'none' ? null : (sender, value) => values.push(value);
  },

  await(op) {
    return this.operations.get(op);
  },
  async begin_await(wait, op) {
    const entry = { pending: true, face: this.faces.get(op) };
    entry.outcome = outcomeOf(() => this.operations.get(op)).finally(() => {
      entry.pending = false;
    });
    this.waits.set(wait, entry);
    await turn();
  },
  pending(wait) {
    return this.waits.get(wait).pending;
  },
  async end_await(wait) {
    const outcome = await this.waits.get(wait).outcome;
    if ('error' in outcome) {
      throw outcome.error;
    }
    return outcome.value;
  },
  listen(op, name) {
    const values = this.values(name);
    this.operations.get(op).onProgress((value) => values.push(value));
  },
  reported(name) {
    return this.values(name);
  },
  timeout(name, op, delay) {
    const operation = this.operations.get(op).timeout(delay);
    operation.catch(() => {});
    this.operations.set(name, operation);
    this.faces.set(name, this.faces.get(op));
  },
  ask_cancel(op) {
    this.operations.get(op).cancel();
  },
  done(op) {
    return this.operations.get(op).status !== trivium.AsyncStatus.Started;
  },
  same_id(a, b) {
    return this.operations.get(a).id === this.operations.get(b).id;
  },
  forget(op) {
    this.operations.delete(op);
    gc();
  },
  drain,
  async sleep(delay) {
    await sleep(delay);
  },
};

class Run {
  constructor(scenario) {
    this.scenario = scenario;
    this.puppet = trivium.load('puppet');
    this.operations = new Map();
    this.faces = new Map();
    this.waits = new Map();
    this.handlers = new Map();
    this.fired = new Map();
    this.reports = new Map();
  }

  raw(op) {
    return this.operations.get(op).operation;
  }

  values(name) {
    if (!this.reports.has(name)) {
      this.reports.set(name, []);
    }
    return this.reports.get(name);
  }

  async run() {
    this.puppet.reset();
    try {
      for (const step of this.scenario.steps) {
        await this.step(step);
      }
    } finally {
      this.puppet.reset();
      await drain();
    }
  }

  async step(step) {
    const [name, ...words] = [String(step.words[0]), ...step.words.slice(1)];
    const action = steps[name];
    assert.ok(action, `${step.where}: no such step: ${name}`);
    const args = valuesOf(words).map((value) =>
      value instanceof Enumerator ? value.name : value === null ? 'none' : value,
    );
    const outcome = await outcomeOf(() => action.apply(this, args));
    const of = String(words[0] ?? '');
    const face =
      name === 'end_await' ? this.waits.get(of).face
      : name === 'await' || name === 'get_results' ? this.faces.get(of)
      : null;
    if (step.expected !== null && 'value' in outcome) {
      if (name === 'status' || name === 'fired' || name === 'error_code') {
        assert.equal(outcome.value, String(step.expected[0]), step.where);
        return;
      }
      if (name === 'id') {
        assert.ok(outcome.value > 0, step.where);
        return;
      }
      if (name === 'reported') {
        const expected = valuesOf(step.expected);
        assert.deepEqual(outcome.value, expected[0] === NOTHING ? [] : expected, step.where);
        return;
      }
    }
    check(step, outcome, face);
  }
}

export function runScenario(scenario) {
  return limited(new Run(scenario).run(), scenario.where);
}

// What a row calls, with the enumerators as JavaScript spells them.
function argumentsOf(words) {
  const spell = (value) => {
    if (value instanceof Enumerator) {
      return first(value.name);
    }
    if (Array.isArray(value)) {
      return value.map(spell);
    }
    if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spell(item)]));
    }
    return value;
  };
  return valuesOf(words).map(spell);
}

const isBig = (value) =>
  typeof value === 'bigint' ||
  (value !== null && typeof value === 'object' && !Buffer.isBuffer(value) && Object.values(value).some(isBig));

const rowKinds = {
  load: (row, [name]) => trivium.load(name),
  load_path: (row, [name]) => trivium.load(join(process.env.TRIVIUM_PATH.split(delimiter)[0], name)),
  same: (row, [a, b]) => trivium.load(a) === trivium.load(b),
  call(row, [method, ...words]) {
    const bigint = row.expected !== null && isBig(expectationOf(row.expected));
    return trivium.load('puppet', { bigint })[first(String(method))](...argumentsOf(words));
  },
};

export async function runRow(row) {
  const [kind, ...args] = row.words;
  const action = rowKinds[String(kind)];
  assert.ok(action, `${row.where}: no such row: ${kind}`);
  check(row, await limited(outcomeOf(() => action(row, args)), row.where));
}

// For a runner of tests: [title, function] of each.
export function cases() {
  const { scenarios, rows } = load();
  return [
    ...scenarios.map((scenario) => [
      `${scenario.where} ${scenario.name}${scenario.face ? ` (${scenario.face})` : ''}`,
      () => runScenario(scenario),
    ]),
    ...rows.map((row) => [`${row.where} ${row.words.map(show).join(' ')}`, () => runRow(row)]),
  ];
}

async function main() {
  const all = cases();
  let failed = 0;
  for (const [title, run] of all) {
    try {
      await run();
    } catch (error) {
      failed++;
      console.log(`FAILED ${title}\n  ${error.stack}`);
    }
  }
  console.log(`conformance: ${all.length} scenarios`);
  console.log(`${all.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main();
}
