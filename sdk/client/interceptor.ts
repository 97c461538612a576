import type { TransportAnswer, TransportRequest } from './transport';

/** Carries a request out. */
export type SendRequest = (request: TransportRequest, signal: AbortSignal) => Promise<TransportAnswer>;

/**
 * Sees a request on its way out and its answer on its way in, and may change both, or answer itself. Retries pass it
 * again, once for each attempt.
 */
export type ClientInterceptor = (
  request: TransportRequest,
  next: SendRequest,
  signal: AbortSignal,
) => Promise<TransportAnswer>;

/** `send` within all interceptors, the first outermost. */
export function intercepted(interceptors: readonly ClientInterceptor[], send: SendRequest): SendRequest {
  return interceptors.reduceRight<SendRequest>(
    (next, interceptor) => (request, signal) => interceptor(request, next, signal),
    send,
  );
}
