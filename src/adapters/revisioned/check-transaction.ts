import { LockstepError } from '../../core/model/error';
import { unreachable } from '../../core/model/invariant';
import type { Compare, Mutation } from '../../core/model/store';
import type { StoreLimits, Transaction } from '../../ports/store';

/** UTF-8 has no form for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Refuse what no store may take: a branch that puts a key twice or puts what it deletes (etcd refuses it in either branch,
 * taken or not), a key or value that can't be stored as it is, and anything beyond the limits.
 * @throws LockstepError INVALID_INPUT
 */
export function checkTransaction(transaction: Transaction, limits: StoreLimits): void {
  const { compares, then, otherwise = [] } = transaction;
  const mutations = [...then, ...otherwise];
  for (const list of [compares, then, otherwise]) checkCount(list.length, limits);
  let bytes = 0;
  for (const compare of compares) bytes += checkCompare(compare, limits);
  for (const mutation of mutations) bytes += checkMutation(mutation, limits);
  if (bytes > limits.bytesPerTransaction) {
    throw refused(`a transaction of ${bytes} bytes is beyond the limit of ${limits.bytesPerTransaction}`);
  }
  refuseOverlaps(then);
  refuseOverlaps(otherwise);
}

/** Refuse a prefix that no key can begin with. @returns its length in UTF-8 bytes @throws LockstepError INVALID_INPUT */
export function checkPrefix(prefix: string, limits: StoreLimits): number {
  if (prefix.includes('\0')) throw refused(`the key ${JSON.stringify(prefix)} holds U+0000`);
  if (LONE_SURROGATE.test(prefix)) throw refused(`the key ${JSON.stringify(prefix)} is not well-formed Unicode`);
  const bytes = Buffer.byteLength(prefix);
  if (bytes > limits.bytesPerKey) throw refused(`a key of ${bytes} bytes is beyond the limit of ${limits.bytesPerKey}`);
  return bytes;
}

/** Refuse what can't be a key. @returns its length in UTF-8 bytes @throws LockstepError INVALID_INPUT */
export function checkKey(key: string, limits: StoreLimits): number {
  if (key === '') throw refused('a key is empty');
  return checkPrefix(key, limits);
}

function checkCompare(compare: Compare, limits: StoreLimits): number {
  switch (compare.kind) {
    case 'absent':
      return checkPrefix(compare.prefix, limits);
    case 'value':
      return checkKey(compare.key, limits) + checkValue(compare.key, compare.value);
    case 'version':
    case 'createRevision':
    case 'modRevision':
      return checkKey(compare.key, limits);
    default:
      return unreachable(compare);
  }
}

function checkMutation(mutation: Mutation, limits: StoreLimits): number {
  switch (mutation.kind) {
    case 'put':
      return checkKey(mutation.key, limits) + checkValue(mutation.key, mutation.value);
    case 'delete':
      return checkKey(mutation.key, limits);
    case 'delete-prefix':
      return checkPrefix(mutation.prefix, limits);
    default:
      return unreachable(mutation);
  }
}

function checkValue(key: string, value: string): number {
  if (LONE_SURROGATE.test(value)) throw refused(`the value of ${key} is not well-formed Unicode`);
  return Buffer.byteLength(value);
}

function checkCount(count: number, limits: StoreLimits): void {
  if (count <= limits.operationsPerTransaction) return;
  throw refused(`${count} operations in a transaction are beyond the limit of ${limits.operationsPerTransaction}`);
}

function refuseOverlaps(mutations: readonly Mutation[]): void {
  const puts = new Set<string>();
  for (const mutation of mutations) {
    if (mutation.kind !== 'put') continue;
    if (puts.has(mutation.key)) throw refused(`a transaction puts ${mutation.key} twice`);
    puts.add(mutation.key);
  }
  for (const mutation of mutations) {
    const both = mutation.kind === 'put' ? undefined : findDeleted(puts, mutation);
    if (both !== undefined) throw refused(`a transaction puts and deletes ${both}`);
  }
}

function findDeleted(puts: ReadonlySet<string>, mutation: Exclude<Mutation, { kind: 'put' }>): string | undefined {
  if (mutation.kind === 'delete') return puts.has(mutation.key) ? mutation.key : undefined;
  for (const key of puts) if (key.startsWith(mutation.prefix)) return key;
  return undefined;
}

function refused(message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', message, { field: 'transaction' });
}
