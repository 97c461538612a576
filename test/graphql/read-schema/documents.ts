/** Documents that together ask for every field of what can be read, but for the single kinds of events. */

const FRAGMENTS = `
fragment Table on ShardUpstreamTable { sourceId schema table }
fragment Target on ShardDownstreamTable { schema table }
fragment Page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
fragment Schema on ShardTableSchema {
  createTable collation
  columns { name type nullable defaultValue generatedAs collation definition }
  indexes { name columns unique primary definition }
}
fragment Remedy on ShardRemedy { kind sentence effect command mutation variables }
fragment Problem on ShardProblem { kind sentence help taskName lockId sourceId key revision remedies { ...Remedy } }
fragment Status on ShardWorkerStatus {
  stage error position delayMs blockingDdls blockingLockId reportedAt
  formingGroups { target { ...Target } ddls firstPosition synced { schema table } unsynced { schema table } since }
}
fragment Worker on ShardWorker {
  id name online lastSeenAt version sources { id } status { ...Status }
  assignments {
    taskName sourceId online offlineSince epoch registeredAt status { ...Status }
    dm { alive joinedAt blockingDdls blockingLockId unknownBecause }
  }
}
fragment Operation on ShardOperation {
  id taskName task { name } lockId lock { id } sourceId source { id } upstreamTable { ...Table }
  ddls exec conflictStage message droppedColumns done revision
}
fragment Event on ShardLockEvent {
  __typename cursor at kind taskName task { name } lockId incarnation lock { id } mode sentence
  ... on ShardParticipantEvent { participant { sourceId upstreamTable { ...Table } } }
}
fragment Events on ShardLockEventConnection {
  complete nodes { ...Event } edges { cursor node { cursor } } pageInfo { ...Page }
}
fragment Action on ShardAction {
  id kind state taskName lockId actor reason askedAt deadlineAt endedAt changes
  failure { code message help } workers { sourceId result failure { code message help } }
}
fragment Lock on ShardLock {
  id incarnation taskName task { name } mode target { ...Target } downSchema downTable state ownerId owner { id } ddls syncedCount unsyncedCount
  joinedSchema { ...Schema }
  joinConflict { path reason sides { definition tableCount tables { ...Table } } }
  droppedColumns { column tableCount tables { table { ...Table } stage } stillInCount stillIn { ...Table } }
  createdAt updatedAt lastProgressAt revision orphan phantom
  participants(first: 10) {
    totalCount pageInfo { ...Page } edges { cursor node { sourceId } }
    nodes {
      sourceId source { id } upstreamTable { ...Table } synced done conflictStage message
      schema { ...Schema } differences { path property here joined }
      info { ddls before { ...Schema } after { ...Schema } revision receivedAt ignoreConflict }
      operation { ...Operation } worker { id online }
    }
  }
  waitingFor(first: 5) { kind sentence sourceId upstreamTable { ...Table } since worker { id } workerOnline }
  remedies { ...Remedy }
  events(last: 2) { ...Events }
}`;

/** Each part of the world by a name, with the query for it. */
export const DOCUMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    dropped: '{ shardLock(id: "o/shard_db.shard_table") { ...Lock } }',
    conflict: '{ shardLock(id: "c/shard_db.shard_table") { ...Lock } }',
    pessimistic: '{ shardLock(id: "p/shard_db.shard_table") { ...Lock } }',
    forming: '{ shardLock(id: "f/shard_db.shard_table") { ...Lock } }',
    locks:
      '{ shardLocks(orderBy: ID, first: 2) { totalCount nodes { id } edges { cursor node { id } } pageInfo { ...Page } } }',
    task: `{ shardTask(name: "p") {
      name mode declared sourceIds excludedSourceIds sources { id } workers { id } targets { ...Target }
      problems { ...Problem }
      locks { totalCount nodes { id } edges { cursor node { id } } pageInfo { ...Page } }
    } }`,
    tasks: '{ shardTasks(first: 2) { totalCount nodes { name } edges { cursor node { name } } pageInfo { ...Page } } }',
    source: `{ shardSource(id: "s1") {
      id tasks { name } worker(task: "o") { id } status(task: "f") { ...Status }
      upstreamTables(task: "o") {
        totalCount nodes { schema table target { ...Target } } edges { cursor node { table } } pageInfo { ...Page }
      }
    } }`,
    worker: '{ shardWorker(id: "w1-f") { ...Worker } }',
    gone: '{ shardWorker(id: "w3-p") { ...Worker } }',
    workers:
      '{ shardWorkers(filter: {task: "p"}) { totalCount nodes { id } edges { cursor node { id } } pageInfo { ...Page } } }',
    events: '{ shardEvents(filter: {task: "p"}, last: 3) { ...Events } }',
    actions:
      '{ shardActions(filter: {task: "p"}) { totalCount nodes { ...Action } edges { cursor node { id } } pageInfo { ...Page } } }',
    pending: '{ pendingShardOperations(task: "c", source: "s1") { ...Operation } }',
    cluster: `{ shardCluster {
      id version phase revision notReadyBecause divergences store { kind revision }
      leader { id version phase } members { id version phase } problems { ...Problem }
    } }`,
    explain: `{ explainShardDDL(input: {
      task: "o", target: { schema: "shard_db", table: "shard_table" }
      steps: [{ source: "s2", schema: "up", table: "t2", ddls: ["ALTER TABLE t2 DROP COLUMN b"] }]
    }) {
      mode resolved needsPerson downstreamDdls
      steps {
        table { ...Table } ddl replayed reportedDdls stage downstreamDdls joinedSchema { ...Schema } resolved sentence
      }
    } }`,
  }).map(([name, query]) => [name, withFragments(query)]),
);

/** A query with the fragments that it spreads, and those that they spread. */
function withFragments(query: string): string {
  const all = new Map(FRAGMENTS.split(/(?=fragment )/u).map((text) => [/fragment (\w+)/u.exec(text)?.[1] ?? '', text]));
  const used = new Set<string>();
  const collect = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/\.\.\.(\w+)/gu)) {
      if (name === 'on' || used.has(name)) continue;
      used.add(name);
      collect(all.get(name) ?? '');
    }
  };
  collect(query);
  return [query, ...[...used].map((name) => all.get(name) ?? '')].join('\n');
}
