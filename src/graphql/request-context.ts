import type { CoordinatorService } from '../coordinator/service';

/** What every resolver is given. */
export interface RequestContext {
  readonly service: CoordinatorService;
  /** Who asks, as audit records name it. */
  readonly actor: string;
}
