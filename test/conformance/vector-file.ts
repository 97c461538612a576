import { existsSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A file that can't be judged: missing, unreadable, of an unknown kind. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

/**
 * The parsed lines of a file of JSON lines, packed with gzip or plain, which its first bytes tell; empty lines don't
 * count.
 * @throws UnusableFile with the file, and the line where one isn't JSON
 */
export function readVectorFile(path: string): unknown[] {
  if (!existsSync(path)) throw new UnusableFile(`${path}: no such file`);
  if (!statSync(path).isFile()) throw new UnusableFile(`${path}: not a file`);
  const lines: unknown[] = [];
  for (const [index, line] of readText(path).split('\n').entries()) {
    if (line.trim() !== '') lines.push(parseLine(path, index + 1, line));
  }
  if (lines.length === 0) throw new UnusableFile(`${path}: holds no lines`);
  return lines;
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isPacked ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/u, '');
  } catch (error) {
    throw new UnusableFile(`${path}: cannot be read: ${messageOf(error)}`);
  }
}

function parseLine(path: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UnusableFile(`${path}: line ${number} is not JSON: ${messageOf(error)}`);
  }
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
