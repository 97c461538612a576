/**
 * Who may import whom: the one table that both the linter and the test of the import graph read.
 * A room may import itself and the rooms it names; nothing else.
 */
/** Room → rooms that it may import. Paths are folders, or files with their suffix, below the repository root. */
const allowedImports = {
  'src/core/model': [],
  'src/core/event': ['src/core/model'],
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
  'src/core/observe': [
    'src/core/model',
    'src/core/table',
    'src/core/wire',
    'src/core/optimistic',
    'src/core/pessimistic',
    'src/core/state',
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
  'src/core/diagnosis': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'src/core/wire',
    'src/core/optimistic',
    'src/core/pessimistic',
    'src/core/state',
    'src/core/request',
    'src/core/observe',
  ],
  'src/ports': ['src/core/model'],
  'src/adapters/system': ['src/ports'],
  'src/adapters/revisioned': ['src/core/model', 'src/ports'],
  'src/adapters/memory': ['src/core/model', 'src/ports', 'src/adapters/revisioned'],
  'src/adapters/embedded': ['src/core/model', 'src/ports', 'src/adapters/revisioned'],
  'src/adapters/prometheus': ['src/core/model', 'src/ports'],
  'src/adapters/opentelemetry': ['src/ports'],
  'src/adapters/etcd': ['src/core/model', 'src/ports', 'src/adapters/revisioned'],
  'src/adapters/mysql': ['src/core/model', 'src/core/wire', 'src/ports'],
  'src/coordinator': ['src/core', 'src/ports'],
  'src/identity': ['src/core/model', 'src/core/wire', 'src/ports'],
  'src/graphql': ['src/core', 'src/ports', 'src/identity', 'src/coordinator/service.ts'],
  'src/server.ts': [
    'src/core/model',
    'src/ports',
    'src/adapters',
    'src/coordinator',
    'src/identity',
    'src/graphql',
    'src/load-etcd.ts',
    'src/load-mysql.ts',
  ],
  'src/load-etcd.ts': ['src/core/model', 'src/adapters/etcd'],
  'src/load-mysql.ts': ['src/core/model', 'src/adapters/mysql'],
  // A look at a store without a server.
  'src/examine-store.ts': ['src/core', 'src/ports', 'src/adapters', 'src/coordinator', 'src/load-etcd.ts'],
  'src/cli': ['src/core/model', 'src/core/wire', 'src/server.ts', 'src/examine-store.ts', 'sdk'],
  'src/demo': ['sdk'],
  'sdk/timing.ts': [],
  'sdk/telemetry.ts': [],
  'sdk/logger.ts': [],
  'sdk/plugin': ['src/core/table'],
  'sdk/client': ['src/core/model', 'sdk/timing.ts', 'sdk/telemetry.ts', 'sdk/logger.ts'],
  'sdk/route': ['src/core/model', 'src/core/ddl', 'sdk/plugin'],
  'sdk/engine': ['src/core/model', 'src/core/table', 'src/core/ddl', 'sdk/plugin', 'sdk/route'],
  'sdk/worker': [
    'src/core/model',
    'src/core/table',
    'sdk/timing.ts',
    'sdk/telemetry.ts',
    'sdk/logger.ts',
    'sdk/plugin',
    'sdk/client',
    'sdk/route',
    'sdk/engine',
  ],
  'sdk/plugins/file': ['src/core/model', 'sdk/plugin', 'sdk/worker/checkpoint-door.ts'],
  'sdk/plugins/database': ['src/core/model', 'src/core/table', 'src/core/ddl', 'sdk/plugin'],
  'sdk/plugins/script': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'sdk/plugin',
    'sdk/plugins/database',
    'sdk/timing.ts',
  ],
  'sdk/plugins/memory': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'src/core/wire',
    'sdk/plugin',
    'sdk/plugins/database',
  ],
  'sdk/plugins/mysql': [
    'src/core/model',
    'src/core/table',
    'src/core/ddl',
    'src/core/wire',
    'sdk/plugin',
    'sdk/plugins/memory/already-done.ts',
    'sdk/worker/checkpoint-door.ts',
    'sdk/logger.ts',
    'sdk/timing.ts',
  ],
  // The one part that has a server in it: an in-process coordinator.
  'sdk/testing': [
    'src/core',
    'src/ports',
    'src/adapters/memory',
    'src/coordinator',
    'src/identity',
    'src/graphql',
    'sdk',
  ],
  'sdk/index.ts': [
    'src/core/model',
    'sdk/plugins/file',
    'sdk/timing.ts',
    'sdk/logger.ts',
    'sdk/plugin',
    'sdk/client',
    'sdk/route',
    'sdk/engine',
    'sdk/worker',
  ],
};

/** The trees that rooms stand in. */
const trees = ['src', 'sdk'];

/** The table in the form that `import-x/no-restricted-paths` wants: what a room may import of each tree. */
const zones = Object.entries(allowedImports).flatMap(([target, from]) =>
  trees.map((tree) => ({
    target: `./${target}`,
    from: `./${tree}`,
    except: [target, ...from].filter((path) => isIn(path, tree)).map((path) => `.${path.slice(tree.length)}`),
    message: `${target} may import only ${from.join(', ') || 'itself'}; see test/tools/import-zones.js`,
  })),
);

function isIn(path, tree) {
  return path === tree || path.startsWith(`${tree}/`);
}

module.exports = { allowedImports, zones };
