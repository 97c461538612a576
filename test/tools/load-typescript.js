/**
 * Lets Node load this repository's TypeScript as it is: `node --require ./test/tools/load-typescript.js file.ts`.
 * Types are stripped, not checked (that is the suite `types`), so starting costs a fraction of a second.
 */
const Module = require('node:module');
const { transformFileSync } = require('@swc/core');

const OPTIONS = {
  module: { type: 'commonjs' },
  jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true } },
  sourceMaps: 'inline',
};

Module._extensions['.ts'] = (module, file) => {
  module._compile(transformFileSync(file, OPTIONS).code, file);
};
