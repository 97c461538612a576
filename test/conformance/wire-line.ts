import { isDeepStrictEqual } from 'node:util';
import { LockstepError } from '../../src/core/model/error';
import type { JsonValue } from '../../src/core/wire/json-reader';

/** What differs in one line. */
export interface WireDifference {
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** A byte that isn't UTF-8, in a JavaScript text: a lone surrogate, which can't come from anything else. */
const DAMAGED_BYTE = '\udcff';

/** One line of a wire file, with what was found to differ. */
export class WireLine {
  readonly what: string;
  readonly fields: JsonValue;
  readonly key: string | null;
  readonly differences: WireDifference[] = [];
  /** Whether an empty part of a key was refused (deviation P15). */
  refusedEmpty = false;
  private damaged = false;

  constructor(private readonly line: JsonValue) {
    this.what = line.field('what').text();
    this.fields = line.field('fields');
    this.key = line.field('key').nullable((key) => key.text());
  }

  /** The recorded value. */
  get value(): string {
    return this.line.field('value').text();
  }

  /** A text of the fields. */
  text(name: string): string {
    return this.repaired(this.fields.field(name).text());
  }

  /** A list of texts of the fields, or null. */
  texts(name: string): string[] | null {
    return this.fields.field(name).nullable((list) => list.list((text) => this.repaired(text.text())));
  }

  /** A boolean of the fields. */
  flag(name: string): boolean {
    return this.fields.field(name).boolean();
  }

  /**
   * Run `encode` with the fields as the recorder had them. Where its input held a byte that isn't UTF-8, the recorded
   * fields show U+FFFD, and only the value tells it from a real U+FFFD: Go escapes the damaged byte.
   */
  encode(encode: () => string): string {
    this.damaged = this.value.includes('\\ufffd');
    try {
      return encode();
    } finally {
      this.damaged = false;
    }
  }

  /** Note a difference. */
  differ(field: string, expected: unknown, actual: unknown): void {
    this.differences.push({ field, expected, actual });
  }

  /** Note a difference unless both are equal. */
  compare(field: string, expected: unknown, actual: unknown): void {
    if (!isDeepStrictEqual(expected, actual)) this.differ(field, expected, actual);
  }

  /** DM refuses this; so must `run`, with a typed error. */
  expectRefusal(field: string, run: () => unknown): void {
    const actual = refusalOf(run);
    if (actual === null) this.differ(field, 'an error', 'none');
  }

  /** The line has an empty part of a key, which DM takes and ours refuses (P15). */
  expectRefusalOfEmpty(run: () => unknown): void {
    if (refusalOf(run) === null) this.differ('empty part', 'refused (P15)', 'accepted');
    else this.refusedEmpty = true;
  }

  private repaired(text: string): string {
    return this.damaged ? text.replaceAll('\ufffd', DAMAGED_BYTE) : text;
  }
}

/** The typed error that `run` ends with; null if it ends without. */
export function refusalOf(run: () => unknown): LockstepError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
}
