// The install script: builds the addon and the standard components with CMake, unless the package brought them.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

function fail(message) {
  console.error(`trivium: ${message}`);
  process.exit(1);
}

// npm installs the dependencies of a package beside it, but not those of a directory that it only links to.
function includeDirectory() {
  try {
    return require('node-api-headers').include_dir;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') {
      throw error;
    }
    return fail(
      `node-api-headers was not found: run \`npm install\` in ${root} first, or \`npm install --install-links ${root}\` in the application.`,
    );
  }
}

function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    fail(
      `${command} was not found. Building the addon needs CMake 3.20 or newer and a C compiler: ` +
        '`apt install cmake gcc` on Debian and Ubuntu, `brew install cmake` on macOS, or `pip install cmake`.',
    );
  }
  if (error || status !== 0) {
    fail(`${command} ${args.join(' ')} failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
  }
}

const prebuilt = path.join(root, 'prebuilds', `${process.platform}-${process.arch}`);
if (fs.existsSync(prebuilt)) {
  require('./native.js'); // throws if it does not load here
} else {
  const build = path.join(root, 'build', 'npm');
  run('cmake', [
    '-S', root,
    '-B', build,
    '-DCMAKE_BUILD_TYPE=Release',
    '-DTRIVIUM_NODE=ON',
    '-DTRIVIUM_TESTS=OFF',
    `-DTRIVIUM_NODE_HEADERS=${includeDirectory()}`,
    `-DTRIVIUM_NODE_OUTPUT=${path.join(root, 'build', 'Release')}`,
  ]);
  run('cmake', ['--build', build, '--config', 'Release', '--target', 'trivium_node']);
}
