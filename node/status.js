// AsyncStatus, and the errors that JavaScript itself makes. Those of core come from the addon.
'use strict';

const { hresults, statusNames } = require('./native.js');

// { Started: 'started', ... }; 'closed' is only ever what the completed handler of a closed operation is told.
const names = statusNames.map((name) => name.toLowerCase());
const AsyncStatus = Object.freeze(Object.fromEntries(statusNames.map((name, i) => [name, names[i]])));

const statusName = (number) => names[number] ?? 'created';

// What the awaiter of an operation sees after op.cancel(): the same as for every API of Node's.
class AbortError extends Error {
  constructor(message = 'The operation was canceled', options) {
    super(message, options);
    this.code = 'ABORT_ERR';
    this.hresult = hresults.CANCELED;
  }
}
Object.defineProperty(AbortError.prototype, 'name', { value: 'AbortError', configurable: true, writable: true });

function typeError(message, code = 'INVALID_TYPE') {
  return Object.assign(new TypeError(message), { code, hresult: hresults[code] });
}

// What a callback throws is nobody's to handle: it goes where an exception of an event listener goes.
function reportError(error) {
  process.nextTick(() => {
    throw error;
  });
}

module.exports = { AsyncStatus, AbortError, statusName, typeError, reportError };
