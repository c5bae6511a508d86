'use strict';

const native = require('./native.js');
const { AsyncOperation } = require('./async.js');
const { AsyncStatus } = require('./status.js');
const { load } = require('./component.js');

module.exports = {
  AsyncOperation,
  AsyncStatus,
  load,
  version: native.version,
  // The code string of an HRESULT, as errors carry it: 'ENOENT' for 0x80070002.
  codeOf: native.codeOf,
  // How many objects core has at the moment, by kind: for tests that look for leaks.
  liveObjects: native.live,
};
