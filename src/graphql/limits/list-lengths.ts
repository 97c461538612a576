/** How long a list is taken to be that has no `first`, unless it is named below. */
export const USUAL_LENGTH = 10;

/** Lists without `first` whose usual length is another one; the largest that there are, or what their descriptions say. */
export const LIST_LENGTHS: Readonly<Record<string, number>> = {
  'Query.pendingShardOperations': 100,
  'ShardLocksSnapshot.locks': 100,
  'ShardLockEvents.events': 100,
  'ShardTableSchema.columns': 50,
  'ShardDroppedColumn.tables': 100,
  'ShardDroppedColumn.stillIn': 100,
};

/** Fields that cost more than to write down what they give: they walk over what there is. */
export const FIELD_COSTS: Readonly<Record<string, number>> = {
  'Query.shardLocks': 1_000,
  'Query.shardEvents': 10_000,
  'Query.shardCluster': 100,
  'Query.explainShardDDL': 1_000,
  'Query._service': 1_000,
  'ShardTask.locks': 1_000,
  'ShardTask.problems': 100,
  'ShardTask.targets': 100,
  'ShardLock.events': 1_000,
  'ShardLock.remedies': 20,
  'ShardLock.waitingFor': 20,
  'ShardLock.joinedSchema': 20,
  'ShardLock.joinConflict': 20,
  'ShardParticipant.schema': 20,
  'ShardParticipant.differences': 20,
};
