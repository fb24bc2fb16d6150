/** What operations are planned from, so that it shows when something else would be planned by now. */

import type { RelPath } from '../model/path.ts';
import { versionKey } from '../model/version.ts';
import { chooseGlobal } from '../planner/global.ts';
import type { FolderContext } from './context.ts';

/** What an operation was planned from. */
export interface Basis {
  /** Of our row; 0 for none. */
  readonly sequence: number;
  /** Key of the version that was wanted; undefined if others have none. */
  readonly wanted: string | undefined;
}

/** What would be planned from at this moment. */
export function basisAt({ store }: Pick<FolderContext, 'store'>, path: RelPath): Basis {
  const announced = store.announced(path).map(({ entry }) => entry);
  const wanted = chooseGlobal(announced)?.entry.version;
  return {
    sequence: store.ours(path)?.sequence ?? 0,
    wanted: wanted === undefined ? undefined : versionKey(wanted),
  };
}

/** Planned from either, the same comes of it. */
export function isSameBasis(a: Basis, b: Basis): boolean {
  return a.sequence === b.sequence && a.wanted === b.wanted;
}
