import { LockstepError } from '../../../../src/core/model/error';

/** Which transactions have been read, as the servers write it. Immutable. */
export interface GtidSet {
  /** As the server takes it. */
  readonly text: string;
  /** How many transactions it holds: grows with every transaction of a stream, so it orders the places in it. */
  readonly count: number;
  /** With one transaction more, as the log names it. */
  with(gtid: string): GtidSet;
}

/**
 * Read a set: MariaDB's `0-1-100,1-1-5`, or MySQL's `uuid:1-5:9,uuid:tag:1`.
 * @throws LockstepError INVALID_INPUT
 */
export function parseGtidSet(text: string, isMariaDb: boolean): GtidSet {
  return isMariaDb ? MariaDbGtids.parse(text) : MySqlGtids.parse(text);
}

/** The last transaction of each domain; those before it are read too. */
class MariaDbGtids implements GtidSet {
  constructor(private readonly domains: ReadonlyMap<string, { readonly server: string; readonly sequence: number }>) {}

  static parse(text: string): MariaDbGtids {
    const parts = split(text).map((gtid) => readMariaDbGtid(gtid));
    return new MariaDbGtids(new Map(parts.map(({ domain, ...last }) => [domain, last])));
  }

  get text(): string {
    return [...this.domains].map(([domain, { server, sequence }]) => `${domain}-${server}-${sequence}`).join(',');
  }

  get count(): number {
    return [...this.domains.values()].reduce((sum, { sequence }) => sum + sequence, 0);
  }

  with(gtid: string): MariaDbGtids {
    const { domain, ...last } = readMariaDbGtid(gtid);
    return new MariaDbGtids(new Map([...this.domains, [domain, last]]));
  }
}

function readMariaDbGtid(gtid: string): {
  readonly domain: string;
  readonly server: string;
  readonly sequence: number;
} {
  const [, domain, server, sequence] = /^(\d+)-(\d+)-(\d+)$/u.exec(gtid) ?? [];
  if (domain === undefined || server === undefined || sequence === undefined)
    throw invalid(gtid, "MariaDB's domain-server-sequence");
  return { domain, server, sequence: Number(sequence) };
}

/** Numbers of transactions, first to last, both included. */
type Interval = readonly [number, number];

/** The transactions of each server, as intervals in order that don't touch. */
class MySqlGtids implements GtidSet {
  constructor(private readonly servers: ReadonlyMap<string, readonly Interval[]>) {}

  static parse(text: string): MySqlGtids {
    let set = new MySqlGtids(new Map());
    for (const part of split(text)) {
      const [uuid = '', ...rest] = part.split(':');
      let tag = '';
      for (const word of rest) {
        if (/^\d+(?:-\d+)?$/u.test(word)) set = set.#add(uuid.toLowerCase() + tag, readInterval(word));
        else tag = `:${word}`;
      }
      if (!/^[\da-f-]{36}$/iu.test(uuid) || rest.length === 0) throw invalid(part, "MySQL's uuid:first-last");
    }
    return set;
  }

  get text(): string {
    return [...this.servers]
      .map(([server, intervals]) => [server, ...intervals.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`))].join(':'))
      .join(',');
  }

  get count(): number {
    return [...this.servers.values()].flat().reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  /** Of each server, or server and tag, its intervals. */
  get intervals(): ReadonlyMap<string, readonly Interval[]> {
    return this.servers;
  }

  with(gtid: string): MySqlGtids {
    const at = gtid.lastIndexOf(':');
    return this.#add(gtid.slice(0, at).toLowerCase(), readInterval(gtid.slice(at + 1)));
  }

  #add(server: string, [first, last]: Interval): MySqlGtids {
    const apart: Interval[] = [];
    let [low, high] = [first, last];
    for (const interval of this.servers.get(server) ?? []) {
      if (interval[1] + 1 < low || interval[0] - 1 > high) apart.push(interval);
      else [low, high] = [Math.min(low, interval[0]), Math.max(high, interval[1])];
    }
    const intervals = [...apart, [low, high] as const].sort((a, b) => a[0] - b[0]);
    return new MySqlGtids(new Map([...this.servers, [server, intervals]]));
  }
}

/**
 * A MySQL set as `COM_BINLOG_DUMP_GTID` sends it; sets with tags can't be sent in this form.
 * @throws LockstepError INVALID_INPUT
 */
export function encodeMySqlGtids(text: string): Buffer {
  const { intervals } = MySqlGtids.parse(text);
  const parts: Buffer[] = [uint64(intervals.size)];
  for (const [server, list] of intervals) {
    if (server.includes(':')) throw invalid(server, 'a set without tags');
    parts.push(Buffer.from(server.replaceAll('-', ''), 'hex'), uint64(list.length));
    for (const [first, last] of list) parts.push(uint64(first), uint64(last + 1));
  }
  return Buffer.concat(parts);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function readInterval(text: string): Interval {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 1 || last < first)
    throw invalid(text, 'numbers of transactions');
  return [first, last];
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function invalid(text: string, expected: string): LockstepError {
  return new LockstepError('INVALID_INPUT', `not a set of GTIDs: ${JSON.stringify(text)}; expected ${expected}`, {
    field: 'gtid',
  });
}
