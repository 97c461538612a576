/**
 * Runs suites and counts their checks: `node test/tools/run.js <suite>…`.
 * Prints the time and verdict of each suite, and as its last line exactly `N passed, N failed`.
 * Exit status: 0 all passed, 1 something failed, 2 no such suite.
 */
const { add, seconds, suites } = require('./suites');

/** Suites that may run beside each other: each is mostly one busy core. */
const TOGETHER = ['types', 'lint'];

async function main(names) {
  const unknown = names.filter((name) => !Object.hasOwn(suites, name));
  if (names.length === 0 || unknown.length > 0) {
    console.error(`usage: node test/tools/run.js <suite>…\nsuites: ${Object.keys(suites).join(', ')}`);
    if (unknown.length > 0) console.error(`no such suite: ${unknown.join(', ')}`);
    return 2;
  }
  const start = Date.now();
  let total = { passed: 0, failed: 0 };
  for (const group of groupsOf(names)) {
    const counts = await Promise.all(group.map(runSuite));
    total = counts.reduce(add, total);
    // What is missing takes a person one command; nobody should wait half an hour to be told.
    if (group.includes('servers') && total.failed > 0) break;
  }
  console.log(`all suites: ${seconds(Date.now() - start)}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** The suites in the given order; those that may run together are one group where the first of them stands. */
function groupsOf(names) {
  const together = names.filter((name) => TOGETHER.includes(name));
  return names.flatMap((name) => {
    if (!together.includes(name)) return [[name]];
    return name === together[0] ? [together] : [];
  });
}

async function runSuite(name) {
  const start = Date.now();
  const counts = await suites[name]();
  const verdict = counts.failed === 0 ? 'passed' : 'FAILED';
  console.log(
    `suite ${name}: ${verdict}, ${counts.passed} of ${counts.passed + counts.failed} checks, ${seconds(Date.now() - start)}`,
  );
  return counts;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    console.error(error);
    console.log('0 passed, 1 failed');
    process.exitCode = 1;
  },
);
