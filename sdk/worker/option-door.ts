import { LockstepError } from '../../src/core/model/error';

/** Looks at a value of unknown origin. @throws LockstepError INVALID_INPUT with its place */
export type Check = (value: unknown, field: string) => void;

/** The longest time that a timer of Node measures, in milliseconds: one that is longer fires at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** A text that isn't empty. */
export const aText: Check = (value, field) => {
  if (typeof value !== 'string' || value === '') refuse(field, 'a text that isn’t empty', value);
};

/** True or false. */
export const aBoolean: Check = (value, field) => {
  if (typeof value !== 'boolean') refuse(field, 'true or false', value);
};

/** A function. */
export const aFunction: Check = (value, field) => {
  if (typeof value !== 'function') refuse(field, 'a function', value);
};

/** An object, whatever it has. */
export const anObject: Check = (value, field) => {
  if (!isObject(value)) refuse(field, 'an object', value);
};

/** A regular expression. */
export const anExpression: Check = (value, field) => {
  if (!(value instanceof RegExp)) refuse(field, 'a regular expression', value);
};

/** One of these texts. */
export function oneOf(...texts: readonly string[]): Check {
  return (value, field) => {
    if (!texts.some((text) => text === value)) refuse(field, texts.join(' or '), value);
  };
}

/** A whole number that isn't less, and that a timer can measure. */
export function aNumberFrom(least: number): Check {
  return (value, field) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= LONGEST_TIMER_MS) return;
    refuse(field, `a whole number from ${least} to ${LONGEST_TIMER_MS}`, value);
  };
}

/** A list of such values. */
export function listOf(element: Check): Check {
  return (value, field) => {
    if (!Array.isArray(value)) return refuse(field, 'a list', value);
    for (const [index, entry] of value.entries()) element(entry, `${field}[${index}]`);
  };
}

/** An object with these methods, whatever else it has. */
export function withMethods(...methods: readonly string[]): Check {
  return (value, field) => {
    const missing = methods.filter((name) => !isObject(value) || typeof Reflect.get(value, name) !== 'function');
    if (missing.length > 0) invalid(field, `${field} has no method ${missing.join(', ')}`);
  };
}

/**
 * An object with these fields and no others: one that is misspelt would otherwise say nothing.
 * @param required must be there
 * @param optional may be absent or undefined
 */
export function withFields(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const known = { ...required, ...optional };
  return (value, field) => {
    if (!isObject(value) || Array.isArray(value)) return refuse(field, 'an object', value);
    const place = (name: string): string => (field === '' ? name : `${field}.${name}`);
    for (const name of Object.keys(value))
      if (!Object.hasOwn(known, name))
        invalid(place(name), `${place(name)} is unknown; expected one of ${Object.keys(known).join(', ')}`);
    for (const [name, check] of Object.entries(known)) {
      const member: unknown = Reflect.get(value, name);
      if (member !== undefined || Object.hasOwn(required, name)) check(member, place(name));
    }
  };
}

/** Refuse an option. */
export function invalid(field: string, message: string): never {
  throw new LockstepError('INVALID_INPUT', message, { field });
}

function refuse(field: string, expected: string, value: unknown): never {
  invalid(field, `${field === '' ? 'the options' : field} must be ${expected}, not ${shown(value)}`);
}

/** A value as an error shows it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
