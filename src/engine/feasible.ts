/** What is done in place of an operation that the disk has refused, or that could not be made sure of. */

import type { ErrorCode } from '../base/error.ts';
import type { Entry } from '../model/entry.ts';
import type { Decision, Operation } from '../model/plan.ts';

const OWNER_READS = 0o400;

/**
 * The decided operation, or another one to the same end; undefined if there is nothing to do. A file is brought anew, from
 * what stands here if that can be read, where its mode or time should only change: if its owner may not open it
 * (`code`, of the last attempt), for it would keep the mode that shuts them out for good; and if they could not open it
 * any more afterwards, to make sure that nothing was written to it meanwhile.
 */
export function feasible(decision: Decision, code: ErrorCode | undefined): Operation | undefined {
  if (decision.kind !== 'do') return undefined;
  const { operation } = decision;
  const { kind, target } = operation;
  if (kind !== 'adopt' || target.kind !== 'file') return operation;
  return code === 'FILE_DENIED' || shutsOut(target) ? { ...operation, kind: 'fetch' } : operation;
}

/** Its owner could not read it, once it has its mode. */
export function shutsOut({ noPermissions, mode }: Pick<Entry, 'noPermissions' | 'mode'>): boolean {
  return !noPermissions && (mode & OWNER_READS) === 0;
}
