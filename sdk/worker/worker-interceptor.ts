import type { Checkpoint, ExecutionContext, ExecutionResult, RowChange } from '../plugin';

/** Executes one statement downstream. */
export type Execute = (ddl: string, context: ExecutionContext) => Promise<ExecutionResult>;

/** Applies changes downstream. */
export type Apply = (changes: readonly RowChange[], checkpoint: Checkpoint | null) => Promise<void>;

/** Stands between the worker and its downstream: may look, change, measure, refuse. The first is the outermost. */
export interface WorkerInterceptor {
  execute?(ddl: string, context: ExecutionContext, next: Execute): Promise<ExecutionResult>;
  apply?(changes: readonly RowChange[], checkpoint: Checkpoint | null, next: Apply): Promise<void>;
}

/** `execute` within all interceptors. */
export function interceptedExecute(interceptors: readonly WorkerInterceptor[], execute: Execute): Execute {
  return interceptors.reduceRight<Execute>(
    (next, interceptor) => (ddl, context) => interceptor.execute?.(ddl, context, next) ?? next(ddl, context),
    execute,
  );
}

/** `apply` within all interceptors. */
export function interceptedApply(interceptors: readonly WorkerInterceptor[], apply: Apply): Apply {
  return interceptors.reduceRight<Apply>(
    (next, interceptor) => (changes, checkpoint) =>
      interceptor.apply?.(changes, checkpoint, next) ?? next(changes, checkpoint),
    apply,
  );
}
