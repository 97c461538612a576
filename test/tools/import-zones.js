/**
 * Who may import whom: the one table that both the linter and the test of the import graph read.
 * A room may import itself and the rooms it names; nothing else.
 */
/** Room → rooms that it may import. Paths are folders, or files with their suffix, below the repository root. */
const allowedImports = {
  'src/core/model': [],
  'src/core/table': ['src/core/model'],
  'src/core/ddl': ['src/core/model', 'src/core/table'],
  'src/core/wire': ['src/core/model', 'src/core/table'],
  'src/core/optimistic': ['src/core/model', 'src/core/table', 'src/core/ddl'],
  'src/core/pessimistic': ['src/core/model'],
  'src/core/state': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'src/core/wire',
    'src/core/optimistic',
    'src/core/pessimistic',
  ],
  'src/core/step.ts': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'src/core/wire',
    'src/core/optimistic',
    'src/core/pessimistic',
    'src/core/state',
  ],
  'src/core/request': ['src/core/model', 'src/core/table', 'src/core/ddl', 'src/core/wire', 'src/core/state'],
  'src/ports': ['src/core/model'],
  'src/adapters/system': ['src/ports'],
  'src/adapters/revisioned': ['src/core/model', 'src/ports'],
  'src/adapters/memory': ['src/core/model', 'src/ports', 'src/adapters/revisioned'],
  'src/adapters/embedded': ['src/core/model', 'src/ports', 'src/adapters/revisioned'],
  'src/coordinator': ['src/core', 'src/ports'],
  'src/identity': ['src/core/model', 'src/core/wire', 'src/ports'],
  'src/graphql': ['src/core', 'src/ports', 'src/identity', 'src/coordinator/service.ts'],
  'src/server.ts': ['src/core/model', 'src/ports', 'src/adapters', 'src/coordinator', 'src/identity', 'src/graphql'],
  'src/cli': ['src/core/model', 'src/server.ts'],
};

/** The table in the form that `import-x/no-restricted-paths` wants. */
const zones = Object.entries(allowedImports).map(([target, from]) => ({
  target: `./${target}`,
  from: './src',
  except: [target, ...from].map((path) => `./${path.slice('src/'.length)}`),
  message: `${target} may import only ${from.join(', ') || 'itself'}; see test/tools/import-zones.js`,
}));

module.exports = { allowedImports, zones };
