/** A report that was answered. */
export interface AnsweredReport {
  readonly task: string;
  readonly source: string;
  /** Null in pessimistic mode. */
  readonly table: { readonly schema: string; readonly table: string } | null;
  readonly attempt: string;
  readonly revision: number;
}

/** An acknowledgement that was answered. */
export interface AnsweredAcknowledgement {
  readonly task: string;
  readonly source: string;
  readonly table: { readonly schema: string; readonly table: string } | null;
  readonly operation: number;
  readonly outcome: string;
}

/** A manual action that was answered with its end. */
export interface AnsweredAction {
  readonly key: string;
  /** The answer without what may differ in a repetition. */
  readonly result: string;
}

/** Everything that the server has answered: none of it may be lost. */
export class Ledger {
  readonly reports: AnsweredReport[] = [];
  readonly acknowledgements: AnsweredAcknowledgement[] = [];
  readonly actions = new Map<string, AnsweredAction>();
  /** Requests that were sent twice, and old ones that were sent again. */
  repetitions = 0;
}
