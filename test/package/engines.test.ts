import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { satisfies } from 'semver';

const ROOT = join(__dirname, '..', '..');

/** The oldest Node that the package promises to run on. */
const OLDEST_NODE = '20.19.0';

/** Packages whose older versions have a known flaw, and from which version on it is mended. */
const MENDED: Readonly<Record<string, string>> = {
  uuid: '>=11.1.1',
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

  it('has no version that is known to be flawed', () => {
    const found = runtime.map(([place, { version }]) => ({
      place,
      version: version ?? '',
      mended: MENDED[place.replace(/^.*node_modules\//u, '')],
    }));
    expect(found.some(({ mended }) => mended !== undefined)).toBe(true);
    expect(found.filter(({ version, mended }) => mended !== undefined && !satisfies(version, mended))).toEqual([]);
  });

  it('may be used as the package may, but for what Apollo’s subgraph library brings', () => {
    const free = /^\(?(?:MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0)(?: (?:AND|OR) .*)?\)?$/u;
    const others = runtime.filter(([, { license }]) => !free.test(license ?? 'none'));
    expect(others.map(([place, { license }]) => `${place}: ${license}`)).toEqual([
      'node_modules/@apollo/federation-internals: Elastic-2.0',
    ]);
  });
});
