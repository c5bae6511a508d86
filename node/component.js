// Components as objects: a function for each method, a frozen object for each enum.
'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { begun, refused, listen } = require('./async.js');
const { checkSignal, describe } = require('./signal.js');
const { typeError } = require('./status.js');

const loaded = new Map(); // whether 64 bits are bigints, and name or path -> component

// Loads a component by name, or by path if there is a separator in it, or by file: URL. The same file gives the
// same object. With { bigint: true } 64-bit integers come as bigints.
function load(name, options = {}) {
  const where = name instanceof URL ? fileURLToPath(name) : name;
  if (typeof where !== 'string') {
    throw typeError(`load() argument 'name': expected a string or a URL, got ${describe(name)}`);
  }
  if (options === null || typeof options !== 'object') {
    throw typeError(`load() argument 'options': expected an object, got ${describe(options)}`);
  }
  const { bigint = false } = options;
  if (typeof bigint !== 'boolean') {
    throw typeError(`load() option 'bigint': expected a boolean, got ${describe(bigint)}`);
  }
  // The working directory may change between two loads of a relative path.
  const asked = `${bigint}:${/[/\\]/.test(where) ? path.resolve(where) : where}`;
  const known = loaded.get(asked);
  if (known !== undefined) {
    return known;
  }
  const description = native.load(where, bigint);
  const key = `${bigint}:${description.path}`;
  const component = loaded.get(key) ?? make(description);
  loaded.set(key, component);
  loaded.set(asked, component);
  return component;
}

function make(description) {
  const component = {};
  for (const { name, members } of description.enums) {
    component[name] = members;
  }
  for (const method of description.methods) {
    const call = method.isAsync ? asyncFunction(method) : (...args) => method.call(...args);
    Object.defineProperty(call, 'name', { value: method.name, configurable: true });
    Object.defineProperty(call, 'length', { value: method.required, configurable: true });
    component[method.name] = call;
  }
  Object.defineProperty(component, Symbol.toStringTag, { value: description.namespace });
  return Object.freeze(component);
}

function asyncFunction(method) {
  const { call, optionsFrom, count } = method;
  return (...args) => {
    const last = args.length - 1;
    if (last >= optionsFrom && last <= count && isOptions(args[last])) {
      return startWith(method, args, args.pop());
    }
    const at = dispatcher.place();
    let found;
    try {
      found = call(at, ...args);
    } catch (error) {
      dispatcher.give(at);
      return refused(method, error);
    }
    return begun(method, at, found);
  };
}

function isOptions(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

// A call with { signal, onProgress }.
function startWith(method, args, options) {
  let at;
  let found;
  try {
    checkOptions(method, options);
    if (options.signal?.aborted) {
      return refused(method, options.signal.reason);
    }
    at = dispatcher.place();
    found = method.call(at, ...args);
  } catch (error) {
    if (at !== undefined) {
      dispatcher.give(at);
    }
    return refused(method, error);
  }
  const operation = begun(method, at, found);
  listen(operation, options);
  return operation;
}

function checkOptions(method, options) {
  for (const key of Object.keys(options)) {
    if (key !== 'signal' && key !== 'onProgress') {
      throw typeError(
        `${method.name}() got an unexpected option '${key}'; expected signal, onProgress`,
        'BAD_ARGUMENT_COUNT',
        0x8002000e,
      );
    }
  }
  if (options.signal !== undefined) {
    checkSignal(method.name, options.signal);
  }
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function') {
    throw typeError(
      `${method.name}() option 'onProgress': expected a function, got ${describe(options.onProgress)}`,
    );
  }
}

module.exports = { load };
