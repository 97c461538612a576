import type { ShardParticipant } from '../types/lock';

/** A participant of a lock, made only when it is shown: a lock may have a hundred thousand. */
export interface KeyedParticipant {
  /** Orders the participants of a lock. */
  readonly key: string;
  readonly view: () => ShardParticipant;
}
