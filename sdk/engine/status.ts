import type { Position, TargetName, UpstreamTableName } from '../plugin';

/** A pessimistic group of which not all shards have met the DDLs. */
export interface FormingGroup {
  readonly target: TargetName;
  readonly ddls: readonly string[];
  readonly firstPosition: string;
  readonly synced: readonly UpstreamTableName[];
  readonly unsynced: readonly UpstreamTableName[];
}

/** What people are shown of a worker (`reportShardStatus`). */
export interface WorkerStatus {
  readonly stage: 'running' | 'waiting' | 'paused' | 'stopping' | 'failed';
  /** What it can't go past; null: nothing. */
  readonly error: string | null;
  readonly position: string | null;
  readonly blockingDdls: readonly string[];
  readonly blockingLockId: string | null;
  readonly formingGroups: readonly FormingGroup[];
}

/** A position as a text for people: itself if it is one, otherwise its JSON. */
export function positionText(position: Position | null): string {
  return typeof position === 'string' ? position : JSON.stringify(position);
}
