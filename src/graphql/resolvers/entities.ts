import { LockstepError } from '../../core/model/error';
import { parseSourceId, parseTaskName } from '../../core/model/names';
import { JsonValue } from '../../core/wire/json-reader';
import { visibleWorker } from '../access/visible';
import type { RequestContext } from '../request-context';
import type { ShardLock } from '../types/lock';
import type { ShardSource, ShardTask } from '../types/task';
import type { ShardWorker } from '../types/worker';
import { viewLock } from '../views/lock-view';
import { findTask } from '../views/task-view';
import { readLockReference } from './lock-reference';

type Resolve<Reference, Entity> = (reference: Reference, context: RequestContext) => Entity | null;

/** How routers find an object by its key. What doesn't exist, or whose key isn't of its form, is null. */
export const entityResolvers = {
  ShardLock: {
    __resolveReference: orNull<object, ShardLock>((reference, { service }) =>
      viewLock(service.state, readLockReference(JsonValue.root(reference, 'ShardLock'))),
    ),
  },
  ShardTask: {
    __resolveReference: orNull<{ readonly name: string }, ShardTask>(({ name }, { service }) =>
      findTask(service.state, parseTaskName(name)),
    ),
  },
  ShardSource: {
    __resolveReference: orNull<{ readonly id: string }, ShardSource>(({ id }) => ({ id: parseSourceId(id) })),
  },
  ShardWorker: {
    __resolveReference: orNull<{ readonly id: string }, ShardWorker>(({ id }, { service, identity }) =>
      visibleWorker(service.state, identity, id),
    ),
  },
};

/** The field that each kind of object is known by; locks have a second key. */
const KEYS = { ShardLock: 'id', ShardTask: 'name', ShardSource: 'id', ShardWorker: 'id' } as const satisfies Readonly<
  Record<keyof typeof entityResolvers, string>
>;

const KINDS: readonly (keyof typeof KEYS)[] = ['ShardLock', 'ShardTask', 'ShardSource', 'ShardWorker'];

/** The parts of the second key of locks. */
const LOCK_PARTS = ['taskName', 'downSchema', 'downTable'] as const;

/** Refuse what names no object of ours. @throws LockstepError UNREADABLE_VALUE with its place */
export function checkRepresentations(representations: JsonValue): void {
  representations.list((entity) => {
    const kind = entity.field('__typename').oneOf(KINDS);
    const isByParts = kind === 'ShardLock' && !entity.field('id').isPresent && entity.field('taskName').isPresent;
    return (isByParts ? LOCK_PARTS : [KEYS[kind]]).map((part) => entity.field(part).text());
  });
}

function orNull<Reference, Entity>(resolve: Resolve<Reference, Entity>): Resolve<Reference, Entity> {
  return (reference, context) => {
    try {
      return resolve(reference, context);
    } catch (error) {
      if (error instanceof LockstepError) return null;
      throw error;
    }
  };
}
