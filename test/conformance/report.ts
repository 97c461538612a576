import type { Disagreement, Judgement } from './judgement';

/** The verdict over one file, as `--json` prints it. */
export interface FileReport {
  readonly file: string;
  readonly kind: string;
  readonly cases: number;
  readonly steps: number;
  readonly agree: number;
  readonly disagree: number;
  readonly cut: number;
  readonly refused: number;
  /** Every allowed deviation by its number, those that didn't occur included. */
  readonly deviations: Readonly<Record<string, number>>;
  readonly first: readonly Disagreement[];
}

/** The numbers of the allowed deviations: 3-optimistic.md and 4-pessimistic.md. */
const DEVIATIONS: readonly string[] = [
  ...Array.from({ length: 8 }, (_, index) => String(index + 1)),
  ...Array.from({ length: 15 }, (_, index) => `P${index + 1}`),
];

/** How much of a value the text for people shows. */
const SHOWN_CHARACTERS = 400;

/** The report of a judgement. Throws if the judge lost or invented a step, or counted an unknown deviation. */
export function reportOf(file: string, kind: string, judgement: Judgement): FileReport {
  const { cases, steps, agree, disagree, cut, refused, first } = judgement;
  if (agree + disagree + cut + refused !== steps) {
    throw new Error(`${file}: ${steps} steps, but ${agree} + ${disagree} + ${cut} + ${refused} verdicts`);
  }
  const unknown = Object.keys(judgement.deviations).filter((number) => !DEVIATIONS.includes(number));
  if (unknown.length > 0) throw new Error(`${file}: deviations without a number: ${unknown.join(', ')}`);
  const deviations = Object.fromEntries(DEVIATIONS.map((number) => [number, judgement.deviations[number] ?? 0]));
  return { file, kind, cases, steps, agree, disagree, cut, refused, deviations, first };
}

/** The report in words. */
export function formatReport(report: FileReport): string {
  const { file, kind, cases, steps, agree, disagree, cut, refused, deviations, first } = report;
  const occurred = Object.entries(deviations).filter(([, count]) => count > 0);
  return [
    `${file}: ${kind}, ${cases} cases, ${steps} steps: ${agree} agree, ${disagree} disagree, ${cut} cut, ${refused} refused`,
    ...(occurred.length === 0
      ? []
      : [`  deviations: ${occurred.map(([number, count]) => `${number}: ${count}`).join(', ')}`]),
    ...first.flatMap(formatDisagreement),
    ...(disagree > first.length && first.length > 0 ? ['  …'] : []),
  ].join('\n');
}

function formatDisagreement({ case: name, step, field, expected, actual }: Disagreement): string[] {
  return [
    `  ${name}, step ${step}, ${field}`,
    `    expected ${formatValue(expected)}`,
    `    actual   ${formatValue(actual)}`,
  ];
}

function formatValue(value: unknown): string {
  const text = writeJson(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters)`;
}

/** A value as JSON; maps and sets, which JSON lacks, as objects and lists, and nothing at all as null. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) => {
    if (inner instanceof Map) return Object.fromEntries<unknown>(inner);
    if (inner instanceof Set) return Array.from<unknown>(inner);
    return inner === undefined ? null : inner;
  });
}
