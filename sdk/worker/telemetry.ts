import type { Attributes, Tracer } from '@opentelemetry/api';

/** The API's tracer; null: the package isn't installed. Without an SDK behind it the API does nothing. */
const tracer: Promise<Tracer | null> = loadTracer();

async function loadTracer(): Promise<Tracer | null> {
  try {
    const { trace } = await import('@opentelemetry/api');
    return trace.getTracer('lockstep');
  } catch {
    // An optional peer: nobody traces.
    return null;
  }
}

/** Do something within a span of OpenTelemetry, if anybody traces; what it throws is recorded and thrown on. */
export async function traced<T>(name: string, attributes: Attributes, action: () => Promise<T>): Promise<T> {
  const known = await tracer;
  if (known === null) return action();
  return known.startActiveSpan(name, { attributes }, async (span) => {
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
