import type { SourceId, TaskName } from './names';

/**
 * What somebody may do: a viewer reads, a worker speaks for sources and reads the tasks it works for, an operator reads and
 * acts by hand.
 */
export type Role = 'viewer' | 'worker' | 'operator';

/** Every role, from the weakest. */
export const ROLES: readonly Role[] = ['viewer', 'worker', 'operator'];

/** Who asks, and what he may do. Bounds narrow every role that he has. */
export interface Identity {
  /** As audit records name him; `alice via router` if another spoke for him. */
  readonly actor: string;
  /** The router that speaks for him, by its own name; null: he speaks for himself. */
  readonly via: string | null;
  readonly roles: ReadonlySet<Role>;
  /** He touches and sees these tasks only; null: any. */
  readonly tasks: ReadonlySet<TaskName> | null;
  /** He speaks for these sources only; null: any. */
  readonly sources: ReadonlySet<SourceId> | null;
  /** When what he showed stops being valid, in milliseconds since 1970; null: it doesn't end by itself. */
  readonly expiresAtMs: number | null;
}

/** Whoever can reach a server on which nobody has to say who he is: it listens on loopback, or somebody insisted. */
export const ANYBODY: Identity = {
  actor: 'anonymous',
  via: null,
  roles: new Set(ROLES),
  tasks: null,
  sources: null,
  expiresAtMs: null,
};
