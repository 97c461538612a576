/**
 * The suites of `node test/tools/run.js`, by name. A suite is a function that prints what failed and gives how many of
 * its checks passed and failed.
 */
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { runCommand } = require('./run-command');
const { vectorFiles } = require('./vector-files');

const CACHE = 'node_modules/.cache';

/** @typedef {{ passed: number, failed: number }} Counts */

/** One check that consists of commands, which must all succeed; all are run. */
async function check(name, ...commands) {
  let failed = 0;
  for (const [program, ...args] of commands) {
    const { status, output } = await runCommand(program, args);
    if (status === 0) continue;
    failed = 1;
    console.log(`${output.trimEnd()}\n✗ ${name}: ${program} ended with ${status}`);
  }
  return { passed: 1 - failed, failed };
}

/** @returns {Promise<Counts>} The compiler's verdict: `src/core` without Node, then everything. */
async function types() {
  const project = (name, path) => {
    const info = `${CACHE}/tsc/${name}.tsbuildinfo`;
    return check(`types of ${path}`, ['tsc', '-p', path, '--incremental', '--tsBuildInfoFile', info]);
  };
  return add(await project('core', 'src/core/tsconfig.json'), await project('all', 'tsconfig.json'));
}

/** @returns {Promise<Counts>} Lint rules, import zones and cycles, and the format. */
function lint() {
  const cached = (path) => ['--cache', '--cache-strategy', 'content', '--cache-location', `${CACHE}/${path}`];
  return check(
    'lint',
    ['eslint', ...cached('eslint/'), '.'],
    ['prettier', ...cached('prettier.json'), '--check', '--log-level', 'warn', '.'],
  );
}

/** @returns {Promise<Counts>} Whether the committed GraphQL schema is what the decorators say. */
function schema() {
  return check('schema', [
    'node',
    '--require',
    './test/tools/load-typescript.js',
    'test/tools/schema-command.ts',
    '--check',
  ]);
}

/** @returns {Promise<Counts>} Every jest test counts; a file that doesn't load, and a test that is left out, is a failure. */
function unit() {
  return runJest('jest.config.js');
}

/** @returns {Promise<Counts>} Whether the servers that tests start are there; they are installed if that is possible. */
async function servers() {
  const loader = ['--require', './test/tools/load-typescript.js'];
  const { status } = await runCommand('node', [...loader, 'test/support/ensure-servers.ts'], { live: true });
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/** @returns {Promise<Counts>} The tests that take long or need a real server, counted as `unit` counts. */
function real() {
  return runJest('jest.real.config.js');
}

async function runJest(config) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-jest-'));
  const file = join(folder, 'result.json');
  try {
    const { status } = await runCommand('jest', ['--config', config, '--ci', '--json', `--outputFile=${file}`], {
      live: true,
    });
    const counts = countTests(JSON.parse(readFileSync(file, 'utf8')));
    return status !== 0 && counts.failed === 0 ? add(counts, { passed: 0, failed: 1 }) : counts;
  } catch (error) {
    console.log(`✗ jest gave no result: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(result) {
  const leftOut = result.numPendingTests + result.numTodoTests;
  if (leftOut > 0) console.log(`✗ ${leftOut} tests are left out`);
  return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites + leftOut };
}

/** @returns {Promise<Counts>} Every file of recorded decisions is one check; two at a time. */
async function vectors() {
  const files = vectorFiles();
  const results = [];
  const work = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) results.push(await judgeFile(file));
  };
  await Promise.all([work(), work()]);
  return results.reduce(add, { passed: 0, failed: 0 });
}

async function judgeFile(file) {
  const start = Date.now();
  const args = [
    '--enable-source-maps',
    '--require',
    './test/tools/load-typescript.js',
    'test/conformance/main.ts',
    file,
  ];
  const { status, output } = await runCommand('node', args);
  console.log(`${output.trimEnd()}\n${status === 0 ? '✓' : '✗'} ${file} (${seconds(Date.now() - start)})`);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/** @returns {Counts} */
function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** A duration in words. */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

module.exports = { suites: { types, lint, schema, unit, vectors, servers, real }, add, seconds };
