import { LockstepError } from '../model/error';

/** What stands at the root of an error's path. */
const ROOT = '';

/** Names that are written bare in a path; others are quoted. */
const PLAIN_NAME = /^[\w-]+$/u;

/**
 * A value out of unknown JSON together with its place, the one door through which stored values come in.
 *
 * Each method either gives a value of the asked type or throws `LockstepError` UNREADABLE_VALUE with `where` (the key or
 * the kind of value) and `path` (for example `tables.shop[2]`). Unknown fields are never looked at, so they are ignored.
 * Numbers beyond the safe integers are refused, because JSON has already lost their last digits.
 */
export class JsonValue {
  private constructor(
    private readonly value: unknown,
    private readonly where: string,
    private readonly parent: JsonValue | null,
    /** The field's name or the element's index; the root has none. */
    private readonly step: string | number,
  ) {}

  /** The root of an already parsed value; `where` names the key, or the kind of value, in errors. */
  static root(value: unknown, where: string): JsonValue {
    return new JsonValue(value, where, null, ROOT);
  }

  /** Where this value stands, for example `tables.shop[2]`; empty at the root. Built only when an error needs it. */
  get path(): string {
    const { parent, step } = this;
    if (parent === null) return ROOT;
    const before = parent.path;
    if (typeof step === 'number') return `${before}[${step}]`;
    if (!PLAIN_NAME.test(step)) return `${before}[${shown(step)}]`;
    return before === '' ? step : `${before}.${step}`;
  }

  /** Whether the field is there and isn't null. */
  get isPresent(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Whether it is a number. */
  get isNumber(): boolean {
    return typeof this.value === 'number';
  }

  /** Whether it is a list. */
  get isList(): boolean {
    return isList(this.value);
  }

  /** Whether this is exactly that string, number or boolean. */
  is(value: string | number | boolean): boolean {
    return this.value === value;
  }

  /** The value written as JSON again, for a reader of its own. */
  json(): string {
    return this.value === undefined ? this.failType('a value') : JSON.stringify(this.value);
  }

  /** Refuse the value: always throws, with the place and `reason`. */
  fail(reason: string): never {
    const { path, where } = this;
    const place = path === '' ? where : `${where}: ${path}`;
    throw new LockstepError('UNREADABLE_VALUE', `${place}: ${reason}`, { where, path });
  }

  /** A string. */
  text(): string {
    return typeof this.value === 'string' ? this.value : this.failType('a string');
  }

  /** True or false. */
  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.failType('true or false');
  }

  /** A whole number within ±(2⁵³ − 1). */
  integer(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : this.failType('a whole number');
  }

  /** A whole number from 0 to 2⁵³ − 1: counts, times in milliseconds, revisions. */
  count(): number {
    const value = this.integer();
    return value >= 0 ? value : this.fail(`expected a number of at least 0, found ${value}`);
  }

  /** One of the given texts. */
  oneOf<T extends string>(choices: readonly T[]): T {
    const text = this.text();
    const found = choices.find((choice) => choice === text);
    return found ?? this.fail(`expected one of ${choices.map(shown).join(', ')}, found ${shown(text)}`);
  }

  /** A string that `parse` accepts, for example a task name; its INVALID_INPUT becomes UNREADABLE_VALUE with this place. */
  parsed<T>(parse: (text: string) => T): T {
    return this.convert(() => parse(this.text()));
  }

  /** What `convert` makes of this value; a LockstepError INVALID_INPUT from within becomes UNREADABLE_VALUE with this place. */
  convert<T>(convert: (value: this) => T): T {
    try {
      return convert(this);
    } catch (error) {
      if (error instanceof LockstepError && error.code === 'INVALID_INPUT') return this.fail(error.message);
      throw error;
    }
  }

  /** A list; `read` reads each element. */
  list<T>(read: (element: JsonValue) => T): T[] {
    const { value } = this;
    if (!isList(value)) return this.failType('a list');
    return value.map((element, index) => read(new JsonValue(element, this.where, this, index)));
  }

  /** An object used as a map from names to values, in the order as written; `read` reads each value. */
  map<T>(read: (value: JsonValue, name: string) => T): Map<string, T> {
    const object = this.object();
    return new Map(Object.keys(object).map((name) => [name, read(this.child(name, object[name]), name)]));
  }

  /** The names of an object's fields, in the order as written. */
  names(): string[] {
    return Object.keys(this.object());
  }

  /** A field of an object; a missing field is found missing when it is read. */
  field(name: string): JsonValue {
    const object = this.object();
    return this.child(name, Object.hasOwn(object, name) ? object[name] : undefined);
  }

  /** What `read` gives, or null if the value is null or missing. */
  nullable<T>(read: (value: JsonValue) => T): T | null {
    return this.isPresent ? read(this) : null;
  }

  /** What `read` gives, or `fallback` if the value is null or missing. */
  or<T>(fallback: T, read: (value: JsonValue) => T): T {
    return this.isPresent ? read(this) : fallback;
  }

  private child(name: string, value: unknown): JsonValue {
    return new JsonValue(value, this.where, this, name);
  }

  private object(): Readonly<Record<string, unknown>> {
    return isObject(this.value) ? this.value : this.failType('an object');
  }

  private failType(expected: string): never {
    return this.fail(
      this.value === undefined ? `missing; expected ${expected}` : `expected ${expected}, found ${kindOf(this.value)}`,
    );
  }
}

/**
 * The value that `text` holds as JSON.
 * @param where names the key, or the kind of value, in errors
 * @throws LockstepError UNREADABLE_VALUE with `where` and the parser's reason
 */
export function parseJson(text: string, where: string): JsonValue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON';
    throw new LockstepError('UNREADABLE_VALUE', `${where}: not JSON: ${reason}`, { where, path: ROOT });
  }
  return JsonValue.root(value, where);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** How much of a wrong text an error shows. */
const SHOWN_CHARACTERS = 60;

function shown(text: string): string {
  return JSON.stringify(text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return shown(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'an object';
}
