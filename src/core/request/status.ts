import type { FormingGroup, KeptFormingGroup, StatusRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeStatusRecord } from '../wire/status-record';
import { answer } from './request-plan';
import type { RequestPlan } from './request-plan';
import { comesLate, saidBy } from './said';
import { checkSession } from './session';
import type { SessionRef } from './session';

/** How often a changed status is stored at most, in milliseconds. */
const CHANGED_EVERY_MS = 5_000;

/** How often position and delay alone are stored at most, in milliseconds. */
const POSITION_EVERY_MS = 30_000;

/** What a worker says of itself. */
export interface ReportedStatus extends Omit<StatusRecord, 'formingGroups'> {
  readonly formingGroups: readonly FormingGroup[];
}

/** Store what a worker says of itself, as often as 8-settled.md allows. The value tells whether it was stored. */
export function planReportStatus(
  state: CoordinatorState,
  ref: SessionRef,
  reported: ReportedStatus,
): RequestPlan<boolean> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const { task, source } = ref;
  const known = state.statuses.get(sourceKey(task, source));
  const status = { ...reported, formingGroups: reported.formingGroups.map((group) => keep(group, reported, known)) };
  const tooSoon = known !== undefined && status.atMs - known.atMs < intervalMs(known, status);
  if (tooSoon || comesLate(ref, known)) return answer(false);
  const key = formatLockstepKey({ kind: 'status', task, source });
  return {
    kind: 'write',
    compares: [...checked.compares, { kind: 'modRevision', key, operator: '=', value: known?.revision ?? NO_REVISION }],
    mutations: [{ kind: 'put', key, value: writeStatusRecord({ ...status, ...saidBy(ref) }) }],
    answer: () => true,
  };
}

/** A group that is as it was told before has been so since then. */
function keep(group: FormingGroup, { atMs }: ReportedStatus, known: StatusRecord | undefined): KeptFormingGroup {
  const before = known?.formingGroups.find((each) => contentOf(each) === contentOf(group));
  return { ...group, sinceMs: before?.sinceMs ?? atMs };
}

function contentOf({ target, ddls, firstPosition, synced, unsynced }: FormingGroup): string {
  return JSON.stringify([target.schema, target.table, ddls, firstPosition, synced, unsynced]);
}

function intervalMs(known: StatusRecord, status: StatusRecord): number {
  // A worker that ends may say no more.
  if (status.error !== null && status.error !== known.error) return 0;
  const essence = ({ blockingDdls, blockingLockId, formingGroups, stage, error }: StatusRecord): string =>
    JSON.stringify([blockingDdls, blockingLockId, formingGroups, stage, error]);
  return essence(known) === essence(status) ? POSITION_EVERY_MS : CHANGED_EVERY_MS;
}
