export type { CarriedOut, Checkpoint, CheckpointStore, TableCheckpoint } from './checkpoint';
export type { DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange, TargetName } from './downstream';
export type { JsonValue, Position } from './position';
export type { Row, RowChangeKind, RowImages, UpstreamEvent, UpstreamPlugin, UpstreamTableName } from './upstream';
