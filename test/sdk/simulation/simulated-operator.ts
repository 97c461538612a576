import type { InProcessServer, VirtualTime } from '../../../sdk/testing';

/** How long a person lets a table wait before he acts, in virtual milliseconds. */
const PATIENCE_MS = 20_000;

/** Columns whose DDLs contradict those of other shards for good: by their types, or because others have widened them already. */
const HOPELESS = /`[xy]`/u;

const CONFLICTS = `query Conflicts { shardLocks(first: 100, filter: {mode: OPTIMISTIC}) { nodes { id phantom participants(first: 100) { nodes {
  sourceId conflictStage upstreamTable { schema table } info { ddls } } } } } }`;

const UNLOCK = `mutation Unlock($input: ShardUnlockLockInput!) { unlockShardLock(input: $input) { __typename ... on ShardUserError { code message } } }`;

const RETRY = `mutation Retry($input: ShardRetryInfoInput!) { retryShardInfo(input: $input) { __typename ... on ShardUserError { code message } } }`;

const REMOVE = `mutation Remove($input: ShardRemoveMetaInput!) { removeShardMeta(input: $input) { __typename ... on ShardUserError { code message } } }`;

interface Listed {
  readonly data: {
    readonly shardLocks: {
      readonly nodes: readonly {
        readonly id: string;
        readonly phantom: boolean;
        readonly participants: {
          readonly nodes: readonly {
            readonly sourceId: string;
            readonly conflictStage: string | null;
            readonly upstreamTable: { readonly schema: string; readonly table: string };
            readonly info: { readonly ddls: readonly string[] } | null;
          }[];
        };
      }[];
    };
  };
}

/** A person who releases tables whose conflict doesn't end by itself. */
export class SimulatedOperator {
  #sinceMs: number;
  #isActing = false;

  constructor(
    private readonly server: InProcessServer,
    private readonly time: VirtualTime,
  ) {
    this.#sinceMs = time.monotonicMs();
  }

  /** Look at the locks now and then. */
  act(): void {
    if (this.#isActing || this.time.monotonicMs() - this.#sinceMs < PATIENCE_MS) return;
    this.#sinceMs = this.time.monotonicMs();
    this.#isActing = true;
    void this.#release().finally(() => (this.#isActing = false));
  }

  async #release(): Promise<void> {
    const transport = this.server.connect();
    const { signal } = new AbortController();
    const ask = (operationName: string, query: string, variables: object): Promise<{ body: unknown }> =>
      transport.request({ query, variables: { ...variables }, operationName }, signal);
    const { data } = (await ask('Conflicts', CONFLICTS, {})).body as Listed;
    for (const { id, phantom, participants } of data.shardLocks.nodes) {
      // A source has met a DDL again whose lock has ended (a phantom lock): what is left of it goes, as its remedy says.
      if (phantom) {
        await ask('Remove', REMOVE, { input: { task: id.split('-')[0], force: true } });
        continue;
      }
      for (const { sourceId, conflictStage, upstreamTable, info } of participants.nodes) {
        if (conflictStage === null || !['DETECTED', 'ERROR', 'SKIP_WAIT_REDIRECT'].includes(conflictStage)) continue;
        const table = { source: sourceId, ...upstreamTable };
        // What contradicts the others for good is carried out after all; what only came too early is decided again.
        if (info?.ddls.some((ddl) => HOPELESS.test(ddl)) === true)
          await ask('Unlock', UNLOCK, { input: { lockId: id, tables: [table], action: 'EXEC', force: true } });
        else if (conflictStage !== 'SKIP_WAIT_REDIRECT')
          await ask('Retry', RETRY, { input: { task: id.split('-')[0], ...table } });
      }
    }
  }
}
