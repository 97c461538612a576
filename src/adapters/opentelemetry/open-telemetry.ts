import type * as Api from '@opentelemetry/api';
import { NO_TRACING } from '../../ports/tracing';
import type { SpanAttributes, SpanCarrier, Tracing } from '../../ports/tracing';

/**
 * Traces by the API of OpenTelemetry, if that package is installed: it is an optional peer. It does nothing until the
 * process sets up an SDK of OpenTelemetry; which, and where spans go, is the operator's choice.
 */
export async function loadTracing(): Promise<Tracing> {
  const api = await loadApi();
  return api === null ? NO_TRACING : new OpenTelemetry(api);
}

async function loadApi(): Promise<typeof Api | null> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    // It isn't installed: nobody traces.
    return null;
  }
}

class OpenTelemetry implements Tracing {
  /** It follows the SDK of OpenTelemetry, whenever that is set up. */
  readonly #tracer: Api.Tracer;

  constructor(private readonly api: typeof Api) {
    this.#tracer = api.trace.getTracer('lockstep');
  }

  async traced<T>(
    name: string,
    attributes: SpanAttributes,
    action: () => Promise<T>,
    carrier?: SpanCarrier,
  ): Promise<T> {
    const { context, propagation, trace, SpanStatusCode } = this.api;
    const around = context.active();
    const parent = carrier === undefined ? around : propagation.extract(around, carrier);
    const span = this.#tracer.startSpan(name, { attributes }, parent);
    try {
      return await context.with(trace.setSpan(parent, span), action);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }
}
