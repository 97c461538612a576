import type { ICompare, IRequestOp, ITxnRequest } from 'etcd3';
import { unreachable } from '../../core/model/invariant';
import type { Compare, Mutation } from '../../core/model/store';
import type { Transaction } from '../../ports/store';

/** All keys that begin with `prefix`, as etcd names a range; an empty prefix is every key. */
export function rangeOf(prefix: string): { readonly key: Buffer; readonly range_end: Buffer } {
  // From U+0000 to U+0000 is etcd's word for everything; no key holds the byte 0xff, since keys are UTF-8.
  const key = Buffer.from(prefix === '' ? '\0' : prefix);
  return { key, range_end: prefix === '' ? key : Buffer.concat([key, Buffer.of(0xff)]) };
}

/** A transaction as etcd wants it. */
export function encodeTransaction({ compares, then, otherwise = [] }: Transaction): ITxnRequest {
  return {
    compare: compares.map(encodeCompare),
    success: then.map(encodeMutation),
    failure: otherwise.map(encodeMutation),
  };
}

const RESULTS = { '=': 'Equal', '!=': 'NotEqual', '<': 'Less', '>': 'Greater' } as const;

function encodeCompare(compare: Compare): ICompare {
  if (compare.kind === 'absent') return { ...rangeOf(compare.prefix), target: 'Version', result: 'Equal', version: 0 };
  const base = { key: Buffer.from(compare.key), result: RESULTS[compare.operator] };
  switch (compare.kind) {
    case 'value':
      return { ...base, target: 'Value', value: Buffer.from(compare.value) };
    case 'version':
      return { ...base, target: 'Version', version: compare.value };
    case 'createRevision':
      return { ...base, target: 'Create', create_revision: compare.value };
    case 'modRevision':
      return { ...base, target: 'Mod', mod_revision: compare.value };
    default:
      return unreachable(compare);
  }
}

function encodeMutation(mutation: Mutation): IRequestOp {
  switch (mutation.kind) {
    case 'put': {
      const { key, value, lease = '0' } = mutation;
      return { request_put: { key: Buffer.from(key), value: Buffer.from(value), lease } };
    }
    case 'delete':
      return { request_delete_range: { key: Buffer.from(mutation.key) } };
    case 'delete-prefix':
      return { request_delete_range: rangeOf(mutation.prefix) };
    default:
      return unreachable(mutation);
  }
}
