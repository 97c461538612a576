/** The first things that disagreed, for people. */
export interface Disagreement {
  readonly case: string;
  readonly step: number;
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** How many disagreements of a file are kept for showing. */
const SHOWN = 10;

/** The verdict over one file. Every step is exactly one of agreeing, disagreeing, cut or refused. */
export class Judgement {
  cases = 0;
  steps = 0;
  agree = 0;
  disagree = 0;
  /** Steps behind an allowed deviation, which aren't judged any more. */
  cut = 0;
  /** Statements that DM accepts and we refuse with a typed error. */
  refused = 0;
  /** Allowed deviations by their number: `1` to `8`, `P1` to `P15`. */
  readonly deviations: Record<string, number> = {};
  readonly first: Disagreement[] = [];

  /** Count one step that disagrees; `disagreements` are its differing fields. */
  addDisagreement(...disagreements: readonly Disagreement[]): void {
    this.steps += 1;
    this.disagree += 1;
    for (const disagreement of disagreements) if (this.first.length < SHOWN) this.first.push(disagreement);
  }

  /** Count one step that agrees. */
  addAgreement(): void {
    this.steps += 1;
    this.agree += 1;
  }

  /** Count `steps` that are not judged because a deviation came before them. */
  addCut(steps: number): void {
    this.steps += steps;
    this.cut += steps;
  }

  /** Count one statement that we refuse although DM accepts it. */
  addRefusal(): void {
    this.steps += 1;
    this.refused += 1;
  }

  /** Count one deviation by its number. */
  addDeviation(number: string): void {
    this.deviations[number] = (this.deviations[number] ?? 0) + 1;
  }
}

/** Judges the parsed lines of one file; `folder` is where files that the lines name are looked for. */
export type Judge = (lines: readonly unknown[], judgement: Judgement, folder: string) => void;
