import { Kind, getOperationAST, print, visit } from 'graphql';
import type { DocumentNode } from 'graphql';
import { ANYBODY } from '../../core/model/identity';
import type { Identity } from '../../core/model/identity';
import type { SubscribeRequest } from './shared-subscriptions';

/**
 * Equal for subscribers that get the same results: the same document, operation and variables, and the same rights. The
 * variable that says where to resume makes no difference, if nothing else depends on it.
 */
export function groupKey({ document, operationName, variableValues, contextValue }: SubscribeRequest): string {
  const resuming = resumingVariable(document, operationName);
  const variables = Object.entries(variableValues ?? {}).filter(([name]) => name !== resuming);
  const sorted = variables.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = document.loc?.source.body ?? print(document);
  return JSON.stringify([text, operationName ?? null, sorted, rightsOf(contextValue.identity)]);
}

/** The variable that is the root field's `after` and nothing else; null: there is none. */
function resumingVariable(document: DocumentNode, operationName: string | null | undefined): string | null {
  const root = getOperationAST(document, operationName)?.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD) return null;
  const after = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (after?.kind !== Kind.VARIABLE) return null;
  const name = after.name.value;
  let uses = 0;
  visit(document, {
    Variable: (node) => {
      if (node.name.value === name) uses += 1;
    },
  });
  // Its definition, and this one place.
  return uses === 2 ? name : null;
}

function rightsOf(identity: Identity): unknown {
  if (identity === ANYBODY) return null;
  const sorted = (values: ReadonlySet<string> | null): string[] | null => (values === null ? null : [...values].sort());
  return [sorted(identity.roles), sorted(identity.tasks), sorted(identity.sources)];
}
