const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const { ROOT } = require('./run-command');

const OWN = join(ROOT, 'test', 'conformance', 'vectors');

/** Where newer recordings may lie, beside the repository. */
const SHARED = join(ROOT, '..', 'shared', 'conformance');

/**
 * The files of recorded decisions: the repository's own, and those beside it that differ from the own one of their name.
 * @returns {string[]} paths relative to the repository, the largest first, so that two workers end together
 */
function vectorFiles() {
  const own = listFiles(OWN).map((name) => join(OWN, name));
  const shared = listFiles(SHARED)
    .filter((name) => !isSame(join(SHARED, name), join(OWN, name)))
    .map((name) => join(SHARED, name));
  const size = (path) => readFileSync(path).length;
  return [...own, ...shared].sort((a, b) => size(b) - size(a)).map((path) => relative(ROOT, path));
}

function listFiles(folder) {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.jsonl(?:\.gz)?$/u.test(name))
        .sort()
    : [];
}

function isSame(a, b) {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

module.exports = { vectorFiles };
