// Reads the scenarios and rows of tests/conformance; README.md there describes them.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const DIRECTORY = fileURLToPath(new URL('../conformance/', import.meta.url));
const LANGUAGES = ['@c', '@python', '@node', '@lua'];
const FACES = ['action', 'action_with_progress', 'operation', 'operation_with_progress'];

export const NOTHING = Symbol('nothing');

// What stands without quotes.
export class Word {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

export class Enumerator {
  constructor(name) {
    this.name = name;
  }
}

// An expected error: its code, and what its message contains.
export class Failure {
  constructor(code, fragments) {
    this.code = code;
    this.fragments = fragments;
  }
}

// UTF-16 of bytes that are UTF-8, but for lone surrogates, which stay what they are. Other bytes stand only in cases
// of languages whose text is bytes; they become characters one by one.
function textOf(bytes) {
  if (/[^\x00-\x7f]/.test(bytes.latin1Slice()) && !isLooseUtf8(bytes)) {
    return bytes.latin1Slice();
  }
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++];
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      point = (point << 6) | (bytes[i++] & 0x3f);
    }
    text += String.fromCodePoint(point);
  }
  return text;
}

function isLooseUtf8(bytes) {
  const sequence = /^(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})*$/;
  return sequence.test(bytes.latin1Slice());
}

function utf8(point) {
  if (point < 0x80) {
    return [point];
  }
  if (point < 0x800) {
    return [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
  }
  if (point < 0x10000) {
    return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
  }
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
}

function unescape(raw, where) {
  const bytes = [];
  const pattern = /\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]+)\}|(.))|([^\\]+)/gsu;
  for (const [, byte, point, other, plain] of raw.matchAll(pattern)) {
    if (byte) {
      bytes.push(parseInt(byte, 16));
    } else if (point) {
      bytes.push(...utf8(parseInt(point, 16)));
    } else if (plain) {
      bytes.push(...Buffer.from(plain));
    } else {
      const simple = { '"': 0x22, '\\': 0x5c, n: 0x0a, t: 0x09 }[other];
      if (simple === undefined) {
        throw new SyntaxError(`${where}: no such escape: \\${other}`);
      }
      bytes.push(simple);
    }
  }
  return Buffer.from(bytes);
}

// Words, texts (string) and bytes (Buffer) of a line.
function wordsOf(line, where) {
  const words = [];
  const token = /\s*(?:(#.*)|(b)?"((?:[^"\\]|\\.)*)"|([^\s"]+))/suy;
  const text = line.trimEnd();
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) {
      throw new SyntaxError(`${where}: cannot read ${text.slice(at)}`);
    }
    const [, comment, bytes, quoted, word] = match;
    if (comment !== undefined) {
      break;
    }
    if (word !== undefined) {
      words.push(new Word(word));
    } else {
      const raw = unescape(quoted, where);
      words.push(bytes ? raw : textOf(raw));
    }
  }
  return words;
}

const isWord = (word, ...texts) => word instanceof Word && texts.includes(word.text);

function split(words, where) {
  const at = words.findIndex((word) => isWord(word, '->'));
  return at < 0
    ? { where, words, expected: null }
    : { where, words: words.slice(0, at), expected: words.slice(at + 1) };
}

const camel = (name) => name[0].toLowerCase() + name.slice(1);

function scalar(word) {
  if (!(word instanceof Word)) {
    return word;
  }
  const { text } = word;
  const known = { true: true, false: false, none: null, inf: Infinity, '-inf': -Infinity, nan: NaN };
  if (Object.hasOwn(known, text)) {
    return known[text];
  }
  if (text === 'nothing') {
    return NOTHING;
  }
  if (text === 'function') {
    return () => {};
  }
  if (/^[+-]?\d+$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  if (/^[+-]?[\d.]+(e[+-]?\d+)?s$/.test(text)) {
    return Number(text.slice(0, -1)) * 1000;
  }
  const number = Number(text);
  return Number.isNaN(number) ? new Enumerator(text) : number;
}

function valueAt(words, at) {
  const word = words[at++];
  if (!isWord(word, '[', '{')) {
    return [scalar(word), at];
  }
  const isArray = word.text === '[';
  const items = isArray ? [] : {};
  while (!isWord(words[at], isArray ? ']' : '}')) {
    const key = isArray ? items.length : camel(String(words[at++]));
    [items[key], at] = valueAt(words, at);
  }
  return [items, at + 1];
}

// The values that the words are.
export function valuesOf(words) {
  const values = [];
  for (let at = 0; at < words.length; ) {
    let value;
    [value, at] = valueAt(words, at);
    values.push(value);
  }
  return values;
}

// A Failure, NOTHING, or a value.
export function expectationOf(words) {
  const [first, ...rest] = words;
  if (first instanceof Word && /^[A-Z][A-Z0-9_]+$/.test(first.text) && first.text !== 'OK') {
    return new Failure(first.text, rest);
  }
  const values = valuesOf(words);
  return values.length === 1 ? values[0] : values;
}

function runsOf(scenario) {
  const faces = scenario.options.includes('all_faces')
    ? FACES
    : scenario.options.includes('progress_faces')
      ? FACES.filter((face) => face.endsWith('progress'))
      : [null];
  return faces.map((face) => ({ ...scenario, face }));
}

// A row is one case; an echo is two, one for each of its methods.
function casesOf(words, where) {
  if (!isWord(words[0], 'echo')) {
    return [split(words, where)];
  }
  const [, name, ...rest] = words;
  return [`Echo${name}Sync`, `Echo${name}`].map((method) => split(['call', method, ...rest], where));
}

// All runs of all scenarios, and all rows, that are for JavaScript.
export function load() {
  const scenarios = [];
  const rows = [];
  for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.txt')).sort()) {
    let current = null;
    readFileSync(join(DIRECTORY, file), 'utf8').split('\n').forEach((line, index) => {
      const where = `${file}:${index + 1}`;
      const all = wordsOf(line, where);
      const languages = all.filter((word) => isWord(word, ...LANGUAGES));
      const words = all.filter((word) => !isWord(word, ...LANGUAGES));
      const wanted = languages.length === 0 || languages.some((word) => word.text === '@node');
      if (words.length === 0) {
        return;
      }
      if (isWord(words[0], 'scenario')) {
        current = { name: words[1], where, options: words.slice(2).map(String), steps: [] };
        if (wanted) {
          scenarios.push(current);
        }
      } else if (current) {
        current.steps.push(split(words, where));
      } else if (wanted) {
        rows.push(...casesOf(words, where));
      }
    });
  }
  return { scenarios: scenarios.flatMap(runsOf), rows };
}
