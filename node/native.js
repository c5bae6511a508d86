// Finds the addon: the one that `npm install` built here, or the one that the package came with.
'use strict';

const path = require('node:path');
const nodeGypBuild = require('node-gyp-build');

const root = path.join(__dirname, '..');

function find() {
  try {
    return nodeGypBuild.resolve(root); // build/Release/, then prebuilds/<platform>-<arch>/
  } catch (cause) {
    throw new Error(
      `trivium has no binary for ${process.platform}-${process.arch} in ${root}. Run \`npm rebuild trivium\`, ` +
        'which needs cmake and a C compiler; if npm did not run the install script, allow it first ' +
        '(`npm install-scripts approve trivium`).',
      { cause },
    );
  }
}

module.exports = require(find());
