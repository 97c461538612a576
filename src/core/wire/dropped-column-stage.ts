import { LockstepError } from '../model/error';

/** How far the drop of a column has come for one table: 0 not done, 1 partially done, 2 executed downstream. */
export const DroppedColumnStages = [0, 1, 2] as const;

/** One of the stages of a dropped column. */
export type DroppedColumnStage = (typeof DroppedColumnStages)[number];

/** The stage of a value. @throws LockstepError UNREADABLE_VALUE with `where`, unless it is `0`, `1` or `2` */
export function readDroppedColumnStage(text: string, where = 'stage of a dropped column'): DroppedColumnStage {
  // DM decodes the number as JSON, which allows white space round it.
  const digits = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/gu, '');
  const stage = DroppedColumnStages.find((known) => String(known) === digits);
  if (stage !== undefined) return stage;
  throw new LockstepError(
    'UNREADABLE_VALUE',
    `${where}: expected 0, 1 or 2, found ${JSON.stringify(text.slice(0, 60))}`,
    {
      where,
      path: '',
    },
  );
}

/** The value of a stage, as DM writes it. */
export function writeDroppedColumnStage(stage: DroppedColumnStage): string {
  return String(stage);
}
