/** What operations are planned from, so that it shows when something else would be planned by now. */

import type { RelPath } from '../model/path.ts';
import { compareVersions, type Version } from '../model/version.ts';
import { chooseGlobal } from '../planner/global.ts';
import type { FolderContext } from './context.ts';

/** What an operation was planned from. */
export interface Basis {
  /** Of our row; 0 for none. */
  readonly sequence: number;
  /** What was wanted; undefined if others have none. */
  readonly wanted: Version | undefined;
}

/** What would be planned from at this moment. */
export function basisAt({ store }: Pick<FolderContext, 'store'>, path: RelPath): Basis {
  const announced = store.announced(path).map(({ entry }) => entry);
  const wanted = chooseGlobal(announced)?.entry.version;
  return { sequence: store.ours(path)?.sequence ?? 0, wanted };
}

/** Planned from either, the same comes of it. */
export function isSameBasis(a: Basis, b: Basis): boolean {
  if (a.sequence !== b.sequence) return false;
  if (a.wanted === undefined || b.wanted === undefined) return a.wanted === b.wanted;
  return compareVersions(a.wanted, b.wanted) === 'equal';
}
