import { LockstepError } from '../../src/core/model/error';
import { ErrorCatalogue } from '../../src/core/model/error-catalogue';
import type { ErrorCode } from '../../src/core/model/error-catalogue';

/** What a server says with an error. */
export interface RefusalParts {
  /** As the server wrote it: perhaps of a newer version, and unknown here. */
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly retryable: boolean;
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

/**
 * An error that a server answered. `code` is a row of the catalogue (`INTERNAL` for one that this version doesn't know),
 * `serverCode` what the server wrote; help and `retryable` are the server's.
 */
export class ServerRefusal extends LockstepError {
  readonly serverCode: string;
  readonly #help: string;
  readonly #retryable: boolean;

  constructor({ code, message, help, retryable, details }: RefusalParts) {
    super(knownCode(code), message, Object.fromEntries(details.map(({ name, value }) => [name, value])));
    this.serverCode = code;
    this.#help = help;
    this.#retryable = retryable;
  }

  override get help(): string {
    return this.#help;
  }

  override get retryable(): boolean {
    return this.#retryable;
  }
}

/** A class for each code of the catalogue: `error instanceof Refusals.STALE_SESSION`. */
export const Refusals = classesByCode();

type RefusalClass = new (parts: RefusalParts) => ServerRefusal;

function classesByCode(): Readonly<Record<ErrorCode, RefusalClass>> {
  const classes: Partial<Record<ErrorCode, RefusalClass>> = {};
  for (const code of codes()) classes[code] = class extends ServerRefusal {};
  const isWhole = (value: typeof classes): value is Record<ErrorCode, RefusalClass> =>
    codes().every((code) => value[code] !== undefined);
  if (!isWhole(classes)) throw new LockstepError('INTERNAL', 'each code has a class');
  return classes;
}

/** The error of its class. */
export function refusal(parts: RefusalParts): ServerRefusal {
  return new Refusals[knownCode(parts.code)](parts);
}

function codes(): readonly ErrorCode[] {
  return Object.keys(ErrorCatalogue).filter(isKnown);
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ErrorCatalogue, code);
}

function knownCode(code: string): ErrorCode {
  return isKnown(code) ? code : 'INTERNAL';
}
