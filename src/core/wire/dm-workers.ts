import { parseSourceId } from '../model/names';
import type { SourceId } from '../model/names';
import { goField, goText } from './go-json-reader';
import { parseJson } from './json-reader';

/** A worker that has joined a DM cluster. */
export interface DmRegisteredWorker {
  readonly name: string;
  /** Where its clients reach it: `host:port`. */
  readonly address: string;
}

/** A worker of a DM cluster that keeps its lease. */
export interface DmAliveWorker {
  readonly name: string;
  /** When it joined: RFC 3339 as Go writes it, nanoseconds and offset included. */
  readonly joinTime: string;
}

/** Which source a worker of a DM cluster reads. */
export interface DmBoundWorker {
  readonly name: string;
  readonly source: SourceId;
}

/** The value of a registered worker. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDmRegisteredWorker(text: string, where = 'registered worker'): DmRegisteredWorker {
  const root = parseJson(text, where);
  return { name: goField(root, 'name').text(), address: goText(goField(root, 'addr')) };
}

/** The value of an alive worker. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDmAliveWorker(text: string, where = 'alive worker'): DmAliveWorker {
  const root = parseJson(text, where);
  return { name: goField(root, 'worker-name').text(), joinTime: goText(goField(root, 'join-time')) };
}

/** The value of a bound worker. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDmBoundWorker(text: string, where = 'bound worker'): DmBoundWorker {
  const root = parseJson(text, where);
  return { name: goField(root, 'worker').text(), source: goField(root, 'source').parsed(parseSourceId) };
}
