import type { Io } from '../io';
import type { Options } from './options';

/** A flag of a command, as data: parsing, help and completion come from it. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** A switch takes no value; a list may be given several times. */
  readonly kind: 'switch' | 'text' | 'list';
  /** What stands for the value in the help. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  /** What it does, in one line. */
  readonly help: string;
  /** The environment variable that is asked where the flag isn't given. */
  readonly variable?: string;
  /** The place in the configuration file that is asked last, for example `serve.port`. */
  readonly setting?: string;
  /** What it is if nobody says anything. */
  readonly initial?: string;
}

/** What stands behind the flags. */
export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  readonly choices?: readonly string[];
}

/** A command, as data. */
export interface Command {
  /** One word, or several: `task put`. */
  readonly name: string;
  readonly summary: string;
  /** What else there is to say, below the usage. */
  readonly details?: string;
  /** Whole command lines to copy; a test runs them. */
  readonly examples?: readonly string[];
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  /** @returns the exit status */
  readonly run: (options: Options, io: Io) => Promise<number>;
}
