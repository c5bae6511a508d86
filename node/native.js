// Finds the addon: the one that `npm install` built here, or the one that the package came with.
'use strict';

const path = require('node:path');

const root = path.join(__dirname, '..');

// npm installs the dependencies of a package beside it, but not those of a directory that it only links to.
function dependency(name) {
  try {
    return require(name);
  } catch (cause) {
    if (cause.code !== 'MODULE_NOT_FOUND') {
      throw cause;
    }
    throw new Error(
      `${name} was not found: run \`npm install\` in ${root} first, or \`npm install --install-links ${root}\` in the application.`,
      { cause },
    );
  }
}

const nodeGypBuild = dependency('node-gyp-build');

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
