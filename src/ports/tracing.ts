/** What a span says of what it spans. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Headers of a request, which may name the span that asked. */
export type SpanCarrier = Readonly<Record<string, string | string[] | undefined>>;

/** Tells whoever traces what is done within what, and how long it takes. */
export interface Tracing {
  /**
   * Do something within a span; what it throws is recorded and thrown on. Spans that begin meanwhile, and because of it, are
   * parts of this one.
   * @param carrier where the span that this one is part of is named, if it is another process's
   */
  traced<T>(name: string, attributes: SpanAttributes, action: () => Promise<T>, carrier?: SpanCarrier): Promise<T>;
}

/** Nobody traces. */
export const NO_TRACING: Tracing = { traced: (_name, _attributes, action) => action() };
