const { spawn } = require('node:child_process');
const { join } = require('node:path');

/** The repository's root. */
const ROOT = join(__dirname, '..', '..');

/**
 * Run a program of this repository's dependencies, or Node itself, in the repository.
 * @param {string} program a name in node_modules/.bin, or `node`
 * @param {readonly string[]} args
 * @param {{ live?: boolean }} [options] live: let it write to our output at once, instead of collecting it
 * @returns {Promise<{ status: number, output: string }>} status 0 is success; a program that can't start or is killed
 *   has another; output is what it wrote to both channels
 */
function runCommand(program, args, { live = false } = {}) {
  const path = program === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', program);
  return new Promise((resolve) => {
    const child = spawn(path, args, {
      cwd: ROOT,
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ status: 1, output: `${program}: ${error.message}` }));
    child.on('close', (status) => resolve({ status: status ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

module.exports = { ROOT, runCommand };
