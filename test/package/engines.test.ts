import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { satisfies } from 'semver';

const ROOT = join(__dirname, '..', '..');

/** The oldest Node that the package promises to run on. */
const OLDEST_NODE = '20.19.0';

/** Packages of which advisories tell, and from which version on they are mended. */
const MENDED: Readonly<Record<string, readonly [range: string, advisory: string]>> = {
  '@apollo/federation-internals': ['>=2.13.2', 'CVE-2026-32621: names such as __proto__ in operations'],
  '@apollo/server': ['>=5.5.0', 'GHSA-mp6q-xf9x-fwf7, and content types that a page may send'],
  '@grpc/grpc-js': ['>=1.14.4', 'GHSA-5375-pq7m-f5r2, GHSA-99f4-grh7-6pcq: malformed messages end the process'],
  'bn.js': ['>=4.12.3', 'CVE-2026-2739: an endless loop'],
  'body-parser': ['>=2.3.0', 'GHSA-v422-hmwv-36x6: bodies without a limit'],
  'fast-jwt': ['>=6.3.2', 'CVE-2026-34950, CVE-2026-44351 and those of July 2026: forged tokens'],
  graphql: ['>=16.15.0', 'documents of repeated fields that take seconds to validate'],
  msgpackr: ['>=1.10.1', 'CVE-2023-52079: endless recursion'],
  mysql2: ['>=3.23.1', 'GHSA-3f6p-5ww8-9rcr, GHSA-rgwj-5xj2-c3m3: passwords in the clear, compressed packets'],
  protobufjs: ['>=7.5.6', 'CVE-2026-44291, CVE-2026-44292: code from names in messages'],
  qs: ['>=6.16.0', 'GHSA-6rw7-vpxm-498p, GHSA-w7fw-mjwx-w883, GHSA-x5fp-wj9c-mxmx: lists beyond their limit'],
  'sha.js': ['>=2.4.12', 'CVE-2025-9288: hashes of what are no bytes'],
  uuid: ['>=11.1.1', 'GHSA-w5hq-g745-h8pq: v3, v5 and v6 write beyond a buffer'],
  ws: ['>=8.21.0', 'GHSA-96hv-2xvq-fx4p, GHSA-58qx-3vcg-4xpx: tiny fragments fill the memory; memory is disclosed'],
  yaml: ['>=2.8.3', 'GHSA-48c2-rrv3-qjmp: deep nesting overflows the stack'],
};

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly engines?: { readonly node?: string };
  readonly license?: string;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

/** Everything that is installed with the package, by its place. */
const { packages } = readJson('package-lock.json') as { readonly packages: Record<string, LockedPackage> };
const runtime = Object.entries(packages).filter(([place, { dev }]) => place !== '' && dev !== true);

describe('what is installed with the package', () => {
  it('runs on the oldest Node that the package promises', () => {
    const { engines } = readJson('package.json') as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe('>=20.19');
    expect(runtime.length).toBeGreaterThan(100);
    const refusing = runtime.filter(([, { engines: needs }]) => !satisfies(OLDEST_NODE, needs?.node ?? '*'));
    expect(refusing.map(([place, { engines: needs }]) => `${place}: ${needs?.node}`)).toEqual([]);
  });

  it.each(Object.entries(MENDED))('has %s in %j only', (name, [range]) => {
    const versions = runtime
      .filter(([place]) => place.replace(/^.*node_modules\//u, '') === name)
      .map(([, { version }]) => version ?? '');
    expect(versions).not.toEqual([]);
    expect(versions.filter((version) => !satisfies(version, range))).toEqual([]);
  });

  it('may be used as the package may, but for what Apollo’s subgraph library brings', () => {
    const free = /^\(?(?:MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0)(?: (?:AND|OR) .*)?\)?$/u;
    const others = runtime.filter(([, { license }]) => !free.test(license ?? 'none'));
    expect(others.map(([place, { license }]) => `${place}: ${license}`)).toEqual([
      'node_modules/@apollo/federation-internals: Elastic-2.0',
    ]);
  });
});
