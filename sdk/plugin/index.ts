export type { CarriedOut, Checkpoint, CheckpointStore, TableCheckpoint } from './checkpoint';
export type { DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange, TargetName } from './downstream';
export type { JsonValue, Position } from './position';
export type { TableSchema } from '../../src/core/table/table-schema';
export type {
  EncodedRows,
  Row,
  RowChangeKind,
  RowImages,
  UpstreamEvent,
  UpstreamPlugin,
  UpstreamTableName,
} from './upstream';
