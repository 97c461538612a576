/** A value that JSON can say. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/**
 * A place in an upstream's stream of events: behind one event, before the next. Only the upstream plugin knows what it
 * means; everybody else keeps it, hands it back and compares two of them by `UpstreamPlugin.compare`.
 */
export type Position = JsonValue;
