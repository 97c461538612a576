import { LOCKSTEP_LEADER_KEY, parseLockstepKey } from '../../../../src/core/wire/lockstep-keys';
import type { Invariant, Step } from './invariant';
import { deletedKeys, putsOf } from './invariant';

/** Only who leads writes: each transaction of a leader goes on with the journal behind the last, while its key stands. */
export class OneWriter implements Invariant {
  readonly name = 'one server writes at a time';
  #isLed = false;
  #sequence = 0;

  after({ batch }: Step): string[] {
    const wrong = putsOf(batch).flatMap(({ key }) => {
      if (key === LOCKSTEP_LEADER_KEY) this.#isLed = true;
      const own = key.startsWith('/lockstep/') ? parseLockstepKey(key) : null;
      if (own?.kind !== 'journal') return [];
      const last = this.#sequence;
      this.#sequence = own.sequence;
      return [
        // A number whose transaction was refused isn't used again.
        ...(own.sequence > last ? [] : [`journal record ${own.sequence} came after ${last}`]),
        ...(this.#isLed ? [] : [`journal record ${own.sequence} came while nobody led`]),
      ];
    });
    if (deletedKeys(batch).includes(LOCKSTEP_LEADER_KEY)) this.#isLed = false;
    return wrong;
  }
}
