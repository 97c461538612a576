import type { CoordinatorService } from '../coordinator/service';
import type { Identity } from '../core/model/identity';

/** What every resolver is given. */
export interface RequestContext {
  readonly service: CoordinatorService;
  readonly identity: Identity;
  /** Who asks, as audit records name it. */
  readonly actor: string;
  /** Whether he may send one more mutation now, as a worker or by hand; absent: as many as he likes. */
  readonly admits?: (kind: 'worker' | 'operator') => boolean;
  /** Resolved when it is the turn of this request, which is heavy; false: nobody waits for its answer any more. */
  readonly takeTurn?: () => Promise<boolean>;
  /** Keeps what was refused. */
  readonly audit: (refused: object, reason: string) => void;
}
