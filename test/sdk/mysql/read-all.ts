import type { JsonValue, UpstreamEvent } from '../../../sdk';
import type { MySqlUpstream } from '../../../sdk/plugins/mysql';

/** The events behind a position until the upstream has nothing more, without the marks that it gives itself. */
export async function readAll(upstream: MySqlUpstream, from: JsonValue | null): Promise<readonly UpstreamEvent[]> {
  const stop = new AbortController();
  const events: UpstreamEvent[] = [];
  for await (const event of upstream.read(from, stop.signal)) {
    if (event.kind === 'idle') stop.abort();
    else events.push(event);
  }
  return events;
}
