import { LockstepError } from '../../core/model/error';
import type { ConfigFile } from './config-file';
import type { Command, Flag } from './command';

/** What flags were given, as `parseArgs` gives them. */
export type GivenFlags = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** What a command was told, from all places: a flag wins over its variable, a variable over the file. */
export class Options {
  readonly #flags: ReadonlyMap<string, Flag>;

  constructor(
    readonly command: Command,
    /** What stands behind the flags; as many as the command takes. */
    readonly positionals: readonly string[],
    private readonly given: GivenFlags,
    private readonly environment: Readonly<Record<string, string | undefined>>,
    private readonly file: ConfigFile,
  ) {
    this.#flags = new Map(command.flags.map((flag) => [flag.name, flag]));
  }

  /** The argument at a place; null: it wasn't given. */
  argument(index: number): string | null {
    return this.positionals[index] ?? null;
  }

  /** The text of a flag; null: nobody says anything. */
  text(name: string): string | null {
    const given = this.given[name];
    if (typeof given === 'string') return given;
    const flag = this.#flags.get(name);
    if (flag === undefined) return null;
    return this.#fromEnvironment(flag) ?? this.#fromFile(flag) ?? flag.initial ?? null;
  }

  /** The text of a flag that has an initial value. */
  textOr(name: string, fallback: string): string {
    return this.text(name) ?? fallback;
  }

  /** The text of a flag that must be given. @throws LockstepError INVALID_INPUT */
  required(name: string): string {
    const text = this.text(name);
    if (text !== null) return text;
    throw new LockstepError('INVALID_INPUT', `--${name} is missing (see: lockstep ${this.command.name} --help)`, {
      field: name,
    });
  }

  /** What only a variable may tell, since every list of processes shows flags; null: it isn't set. */
  secret(variable: string): string | null {
    return this.environment[variable] ?? null;
  }

  /** All values of a flag that may be given several times. */
  list(name: string): string[] {
    const given = this.given[name];
    if (Array.isArray(given)) return given.filter((value) => typeof value === 'string');
    return [...(this.file.get(this.#flags.get(name)?.setting ?? '') ?? [])];
  }

  /** Whether a switch is on. */
  isOn(name: string): boolean {
    const given = this.given[name];
    if (typeof given === 'boolean') return given;
    const flag = this.#flags.get(name);
    if (flag === undefined) return false;
    const said = this.#fromEnvironment(flag) ?? this.#fromFile(flag);
    return said === 'true' || said === '1';
  }

  #fromEnvironment({ variable }: Flag): string | undefined {
    return variable === undefined ? undefined : this.environment[variable];
  }

  #fromFile({ setting }: Flag): string | undefined {
    return setting === undefined ? undefined : this.file.get(setting)?.[0];
  }
}
