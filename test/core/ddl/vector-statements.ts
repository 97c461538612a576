import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The lines of a published vector file. */
export function vectorLines(name: string): readonly unknown[] {
  const file = join(__dirname, '../../conformance/vectors', name);
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** The statements of a published vector file that DM accepts. */
export function vectorStatements(name: string): readonly string[] {
  return vectorLines(name).flatMap((line) =>
    typeof line === 'object' && line !== null && !('error' in line) && 'sql' in line ? [String(line.sql)] : [],
  );
}
