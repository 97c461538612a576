/** A defect of this program: thrown when something that must hold doesn't. Never caught to go on. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Crash with `message` unless `condition` holds. For defects only; bad input gets a `LockstepError`. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === null || condition === undefined) throw new InvariantViolation(message);
}

/** The default branch of an exhaustive switch: compiles only if no case is left. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable case: ${JSON.stringify(value)}`);
}
