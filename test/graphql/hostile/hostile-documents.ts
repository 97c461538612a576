/** A document that is too much, or asks for what it may not. */
export interface HostileDocument {
  readonly name: string;
  /** What stops it: a limit by its name, or the code of the error. */
  readonly stoppedBy: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
const nested = (count: number, open: string, inside: string, close: string): string =>
  `${open.repeat(count)}${inside}${close.repeat(count)}`;

/** Fragments that each spread the next one twice, at different places: what they come to doubles with each. */
const doubling = many(12, (index) => {
  const next = index === 11 ? 'name' : `x: sources { tasks { ...F${index + 1} } } y: workers { id } ...F${index + 1}`;
  return `fragment F${index} on ShardTask { ${next} }`;
});

/** Each is stopped by the limit that it names, whatever it is sent over. */
export const HOSTILE_DOCUMENTS: readonly HostileDocument[] = [
  { name: 'thousands of fields', stoppedBy: 'tokens', query: `{ ${many(3_000, () => '__typename')} }` },
  { name: 'thousands of commas and words', stoppedBy: 'tokens', query: `{ ${many(70_000, (i) => `a${i},`)} }` },
  {
    name: 'a list without end',
    stoppedBy: 'tokens',
    query: `{ shardTask(name: [${many(3_000, () => '1')}]) { name } }`,
  },
  { name: 'brackets without end', stoppedBy: 'tokens', query: nested(100_000, '{ a ', '', '}') },
  {
    name: 'fields within fields',
    stoppedBy: 'depth',
    query: `{ shardTask(name: "t") { ${nested(20, 'sources { tasks { ', 'name', '} }')} } }`,
  },
  { name: 'fragments within fragments', stoppedBy: 'depth', query: nested(300, '{ ... ', '{ __typename }', '}') },
  {
    name: 'a chain of fragments',
    stoppedBy: 'depth',
    query: `{ ...F0 } ${many(40, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F40 on Query { __typename }`,
  },
  {
    name: 'lists within lists',
    stoppedBy: 'depth',
    query: `{ shardTask(name: ${nested(600, '[', '', ']')}) { name } }`,
  },
  {
    name: 'objects within objects',
    stoppedBy: 'depth',
    query: `{ shardTask(name: ${nested(400, '{ a: ', '1', '}')}) { name } }`,
  },
  {
    name: 'lists within a variable’s default',
    stoppedBy: 'depth',
    query: `query ($a: [ID] = ${nested(600, '[', '', ']')}) { shardTask(name: $a) { name } }`,
  },
  {
    name: 'a mutation under many aliases',
    stoppedBy: 'aliases',
    query: `mutation { ${many(101, (i) => `a${i}: __typename`)} }`,
  },
  {
    name: 'aliases in fragments',
    stoppedBy: 'aliases',
    query: `{ ...F } fragment F on Query { ${many(60, (i) => `a${i}: __typename`)} ...G } fragment G on Query { ${many(60, (i) => `b${i}: __typename`)} }`,
  },
  {
    name: 'a field repeated at the top',
    stoppedBy: 'root-fields',
    query: `{ ${many(51, () => 'shardCluster { phase }')} }`,
  },
  {
    name: 'fields at the top through fragments',
    stoppedBy: 'root-fields',
    query: `{ ${many(13, () => '...F')} } fragment F on Query { a: __typename b: __typename c: __typename d: __typename }`,
  },
  {
    name: 'eleven operations',
    stoppedBy: 'operations',
    query: many(11, (i) => `query Q${i} { __typename }`),
  },
  {
    name: 'directives on one field',
    stoppedBy: 'directives',
    query: `{ __typename ${many(51, () => '@skip(if: false)')} }`,
  },
  {
    name: 'directives everywhere',
    stoppedBy: 'directives',
    query: `query @a { shardCluster { ${many(60, () => '... @include(if: true) { phase }')} } }`,
  },
  {
    name: 'unknown directives on an operation',
    stoppedBy: 'directives',
    query: `query ${many(300, (i) => `@d${i}`)} { __typename }`,
  },
  {
    name: 'pages within pages',
    stoppedBy: 'cost',
    query: '{ shardTasks(first: 1000) { nodes { locks(first: 1000) { nodes { id } } } } }',
  },
  {
    name: 'a page of a length that a variable gives',
    stoppedBy: 'cost',
    query: 'query ($n: Int!) { shardLocks(first: $n) { nodes { participants(first: $n) { nodes { sourceId } } } } }',
    variables: { n: 1_000 },
  },
  {
    name: 'a page of a length that a variable’s default gives',
    stoppedBy: 'cost',
    query:
      'query ($n: Int = 1000) { shardTasks(first: $n) { nodes { locks(first: $n) { totalCount nodes { id } } } } }',
  },
  {
    name: 'edges and nodes of long pages',
    stoppedBy: 'cost',
    query:
      '{ shardLocks(first: 1000) { edges { node { participants { edges { node { info { after { createTable } } } } } } } } }',
  },
  {
    name: 'fields that walk over everything, under aliases',
    stoppedBy: 'cost',
    query: `{ ${many(50, (i) => `a${i}: shardLocks(first: 1000) { nodes { id state mode ownerId } }`)} }`,
  },
  {
    name: 'fragments that double what they come to',
    stoppedBy: 'depth',
    query: `{ shardTask(name: "t") { ...F0 } } ${doubling}`,
  },
  {
    name: 'a circle through entities',
    stoppedBy: 'cost',
    query: `{ shardTask(name: "t") { ${nested(6, 'sources { tasks { ', 'name', '} }')} } }`,
  },
  {
    name: 'a thousand and one objects by their keys',
    stoppedBy: 'representations',
    query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    variables: { r: Array.from({ length: 1_001 }, () => ({ __typename: 'ShardSource', id: 's' })) },
  },
  {
    name: 'many objects by their keys, several times',
    stoppedBy: 'representations',
    query: `query ($r: [_Any!]!) { ${many(11, (i) => `a${i}: _entities(representations: $r) { __typename }`)} }`,
    variables: { r: Array.from({ length: 100 }, () => ({ __typename: 'ShardSource', id: 's' })) },
  },
  {
    name: 'tasks with all their locks by their keys',
    stoppedBy: 'cost',
    query:
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on ShardTask { locks(first: 10) { nodes { id } } } } }',
    variables: { r: Array.from({ length: 900 }, () => ({ __typename: 'ShardTask', name: 't' })) },
  },
  {
    name: 'a fragment that spreads itself',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: '{ ...F } fragment F on Query { ...F }',
  },
  {
    name: 'fragments that spread each other',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: '{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }',
  },
  { name: 'introspection', stoppedBy: 'GRAPHQL_VALIDATION_FAILED', query: '{ __schema { types { name } } }' },
  {
    name: 'introspection of one type',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: '{ __type(name: "Query") { name } }',
  },
  {
    name: 'introspection without end',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: `{ __schema { types { ${nested(8, 'fields { type { ', 'name', '} }')} } } }`,
  },
  { name: 'a name that is nearly one of ours', stoppedBy: 'GRAPHQL_VALIDATION_FAILED', query: '{ shardLok { id } }' },
  {
    name: 'an argument that is nearly one of ours',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: '{ shardTask(nam: "t") { name } }',
  },
  {
    name: 'a value of an enum that is nearly one of ours',
    stoppedBy: 'GRAPHQL_VALIDATION_FAILED',
    query: '{ shardLocks(orderBy: NEWES) { totalCount } }',
  },
  { name: 'what is no GraphQL', stoppedBy: 'GRAPHQL_PARSE_FAILED', query: 'SELECT * FROM locks' },
  { name: 'a text without end', stoppedBy: 'GRAPHQL_PARSE_FAILED', query: '{ shardTask(name: "' },
  { name: 'bytes of control', stoppedBy: 'GRAPHQL_PARSE_FAILED', query: '{ \u0000\u0007 }' },
  { name: 'only fragments', stoppedBy: 'GRAPHQL_VALIDATION_FAILED', query: 'fragment F on Query { __typename }' },
];
