import type * as Api from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';

/** The API of OpenTelemetry; null: the package isn't installed. Without an SDK behind it the API does nothing. */
const api: Promise<typeof Api | null> = loadApi();

async function loadApi(): Promise<typeof Api | null> {
  try {
    return await import('@opentelemetry/api');
  } catch {
    // An optional peer: nobody traces.
    return null;
  }
}

/** Do something within a span of OpenTelemetry, if anybody traces; what it throws is recorded and thrown on. */
export async function traced<T>(name: string, attributes: Attributes, action: () => Promise<T>): Promise<T> {
  const known = await api;
  if (known === null) return action();
  return known.trace.getTracer('lockstep').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await action();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The headers by which another process continues the span that is active here; none if nobody traces. */
export async function traceHeaders(): Promise<Readonly<Record<string, string>>> {
  const known = await api;
  const headers: Record<string, string> = {};
  known?.propagation.inject(known.context.active(), headers);
  return headers;
}
