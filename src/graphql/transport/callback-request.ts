import { JsonValue } from '../../core/wire/json-reader';

/** How a router wants to be told the results of a subscription (Apollo's HTTP callback protocol, version 1.0). */
export interface CallbackRequest {
  readonly url: string;
  /** The router's name for the subscription, and what proves that a message is about it. */
  readonly id: string;
  readonly verifier: string;
  /** How often the router wants to hear that the subscription goes on, in milliseconds; 0: never. */
  readonly heartbeatMs: number;
}

/** How often routers hear that a subscription goes on, if they don't say, in milliseconds. */
const HEARTBEAT_MS = 5_000;

/** Nobody makes the server speak more often than this, in milliseconds. */
const SOONEST_MS = 1_000;

/** What a router may ask for at most: timers don't run for longer, and go off at once instead. */
const LATEST_MS = 86_400_000;

/** Longer names aren't taken: they are kept, and sent with each message. */
const LONGEST = 1_000;

/**
 * What a request says of callbacks; null: nothing.
 * @param prefixes below which the server calls; what lies elsewhere is refused, whoever asks
 * @throws LockstepError INVALID_INPUT, UNREADABLE_VALUE
 */
export function parseCallback(body: unknown, prefixes: readonly string[]): CallbackRequest | null {
  const extensions = JsonValue.root(body, 'the request').field('extensions');
  const asked = extensions.isPresent ? extensions.field('subscription') : extensions;
  if (!asked.isPresent) return null;
  const short = (name: string): string => {
    const text = asked.field(name).text();
    return text.length <= LONGEST ? text : asked.field(name).fail(`longer than ${LONGEST} characters`);
  };
  const url = asked.field('callbackUrl');
  const heartbeatMs = asked.field('heartbeatIntervalMs').or(HEARTBEAT_MS, (value) => value.count());
  return {
    url: placeBelow(short('callbackUrl'), prefixes) ?? url.fail('not below an address that this server may call'),
    id: short('subscriptionId'),
    verifier: short('verifier'),
    heartbeatMs: heartbeatMs === 0 ? 0 : Math.min(LATEST_MS, Math.max(SOONEST_MS, heartbeatMs)),
  };
}

/** The address as it will be called; null: it isn't below one of the prefixes, once all detours in it are taken. */
function placeBelow(text: string, prefixes: readonly string[]): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return null;
  // Some servers take an encoded slash for a slash, and then the detours behind it.
  if (/%2f|%5c/iu.test(url.pathname)) return null;
  return prefixes.some((prefix) => url.href.startsWith(prefix)) ? url.href : null;
}
