// Components as objects: a function for each method, a frozen object for each enum.
'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const native = require('./native.js');
const dispatcher = require('./dispatcher.js');
const { prepare, begun, refuse, refused, listen } = require('./async.js');
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
    const operation = prepare(method, at);
    let found;
    try {
      found = call(at, ...args);
    } catch (error) {
      return refuse(operation, at, error);
    }
    return begun(operation, found);
  };
}

function isOptions(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

// A call with { signal, onProgress }.
function startWith(method, args, options) {
  let signal;
  let onProgress;
  try {
    ({ signal, onProgress } = options);
    checkOptions(method, options, signal, onProgress);
    if (signal?.aborted) {
      return refused(method, signal.reason);
    }
  } catch (error) {
    return refused(method, error);
  }
  const at = dispatcher.place();
  const operation = prepare(method, at);
  let found;
  try {
    found = method.call(at, ...args);
  } catch (error) {
    return refuse(operation, at, error);
  }
  begun(operation, found);
  listen(operation, signal, onProgress);
  return operation;
}

function checkOptions(method, options, signal, onProgress) {
  for (const key of Object.keys(options)) {
    if (key !== 'signal' && key !== 'onProgress') {
      throw typeError(
        `${method.name}() got an unexpected option '${key}'; expected signal, onProgress`,
        'BAD_ARGUMENT_COUNT',
      );
    }
  }
  if (signal !== undefined) {
    checkSignal(method.name, signal);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw typeError(`${method.name}() option 'onProgress': expected a function, got ${describe(onProgress)}`);
  }
}

module.exports = { load };
