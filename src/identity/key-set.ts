import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LockstepError } from '../core/model/error';
import { parseJson } from '../core/wire/json-reader';
import type { JsonValue } from '../core/wire/json-reader';
import type { Clock } from '../ports/clock';

/** An algorithm that a JWT may be signed with; none with shared secrets, and none without a signature. */
export type JwtAlgorithm =
  'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** A public key and the algorithms that it may be used with. */
export interface VerifyingKey {
  readonly pem: string;
  readonly algorithms: readonly JwtAlgorithm[];
}

/** How long keys are kept, in milliseconds. */
const FRESH_MS = 600_000;

/** A key that isn't there is looked for again no sooner than this, in milliseconds: clients choose the names of keys. */
const SOONEST_MS = 30_000;

/** How long those wait whose keys are known, and only old, in milliseconds. */
const PATIENCE_MS = 1_000;

/** How long a server of keys may take, in milliseconds. */
const FETCH_MS = 5_000;

/** The largest key set that is taken, in bytes. */
const LARGEST = 1_000_000;

/**
 * The public keys of an issuer (JWKS), from a file or a URL. They are read again when they are old, and when a token names
 * a key that isn't there, as after a rotation; if that fails, the ones before stay.
 */
export class KeySet {
  #keys: ReadonlyMap<string, VerifyingKey> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(
    private readonly place: string,
    private readonly clock: Clock,
    private readonly onFailure: (error: LockstepError) => void,
  ) {}

  /** The key of that ID; a token without one means the only key there is. Null: there is none. */
  async find(kid: string | null): Promise<VerifyingKey | null> {
    if (this.#ageMs > FRESH_MS) await this.#refreshPatiently();
    const known = this.#known(kid);
    if (known !== null || this.#ageMs < SOONEST_MS) return known;
    await this.#refresh();
    return this.#known(kid);
  }

  /** Read the keys now. @throws LockstepError INVALID_INPUT, UNREADABLE_VALUE */
  async load(): Promise<void> {
    this.#readAtMs = this.clock.monotonicMs();
    this.#keys = parseKeySet(await readPlace(this.place), this.place);
  }

  get #ageMs(): number {
    return this.clock.monotonicMs() - this.#readAtMs;
  }

  #known(kid: string | null): VerifyingKey | null {
    if (kid !== null) return this.#keys.get(kid) ?? null;
    const [only, another] = this.#keys.values();
    return only !== undefined && another === undefined ? only : null;
  }

  /** An issuer that doesn't answer holds nobody up for long. */
  async #refreshPatiently(): Promise<void> {
    let stop = (): void => undefined;
    const patience = new Promise<void>((resolve) => (stop = this.clock.after(PATIENCE_MS, resolve)));
    await Promise.race([this.#refresh(), patience]);
    stop();
  }

  async #refresh(): Promise<void> {
    this.#reading ??= this.load()
      .catch((error: unknown) => {
        if (!(error instanceof LockstepError)) throw error;
        this.onFailure(error);
      })
      .finally(() => (this.#reading = null));
    await this.#reading;
  }
}

async function readPlace(place: string): Promise<string> {
  try {
    if (!/^https?:/u.test(place)) return await readFile(place, 'utf8');
    const response = await fetch(place, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await readText(response);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What an address is asked with may be a secret.
    const [shown = place] = place.split('?', 1);
    throw new LockstepError('INVALID_INPUT', `the keys at ${shown} cannot be read: ${reason}`, { place: shown });
  }
}

/** All of an answer; one that doesn't end is read no further than the largest that is taken. */
async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytesOf(body)) {
    size += chunk.length;
    if (size > LARGEST) throw new Error(`more than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function* bytesOf(body: Response['body']): AsyncGenerator<Uint8Array> {
  // Without a type of its own the stream gives anything; a body of an answer gives bytes.
  if (body !== null) yield* body;
}

/** Keys for signatures by their IDs; keys for other uses, and of kinds that no algorithm here has, are left out. */
function parseKeySet(text: string, place: string): ReadonlyMap<string, VerifyingKey> {
  const keys = parseJson(text, place).field('keys').list(readKey);
  return new Map(keys.filter((key) => key !== null));
}

function readKey(value: JsonValue, index = 0): [string, VerifyingKey] | null {
  const textOf = (name: string): string | null => value.field(name).nullable((field) => field.text());
  if ((textOf('use') ?? 'sig') !== 'sig') return null;
  const algorithms = algorithmsOf(textOf('kty'), textOf('crv'));
  const alg = textOf('alg');
  const allowed = alg === null ? algorithms : algorithms.filter((algorithm) => algorithm === alg);
  if (allowed.length === 0) return null;
  return [textOf('kid') ?? `#${index}`, { pem: pemOf(value), algorithms: allowed }];
}

function algorithmsOf(kty: string | null, crv: string | null): readonly JwtAlgorithm[] {
  switch (`${kty ?? ''}/${kty === 'RSA' ? '' : (crv ?? '')}`) {
    case 'RSA/':
      return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
    case 'EC/P-256':
      return ['ES256'];
    case 'EC/P-384':
      return ['ES384'];
    case 'EC/P-521':
      return ['ES512'];
    case 'OKP/Ed25519':
    case 'OKP/Ed448':
      return ['EdDSA'];
    default:
      return [];
  }
}

function pemOf(value: JsonValue): string {
  const jwk: JsonWebKey = {};
  for (const name of ['kty', 'crv', 'x', 'y', 'n', 'e'] as const) {
    const text = value.field(name).nullable((field) => field.text());
    if (text !== null) jwk[name] = text;
  }
  try {
    return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  } catch (error) {
    return value.fail(`not a key: ${error instanceof Error ? error.message : String(error)}`);
  }
}
