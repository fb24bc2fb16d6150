/** What is to be looked at, without what stands on a disk that is mounted inside the folder and is not the one we know. */

import type { FolderContext } from './context.ts';
import type { ToLook } from './dirty.ts';
import { diskPathOf, toPath } from './spelling.ts';

/** Disk paths throughout. */
export interface Admitted {
  readonly paths: readonly ToLook[];
  readonly dirs: readonly ToLook[];
  /** Mount points at which nothing stands of what we know. */
  readonly strange: readonly string[];
  /** Mount points to be listed first, whole: nothing is known of their disks yet. */
  readonly first: readonly string[];
}

export interface Asking {
  readonly paths: readonly ToLook[];
  readonly dirs: readonly ToLook[];
  /** A person has said that what is there is right. */
  readonly isConfirmed: boolean;
}

/** Examines the mount points among the directories. Throws what stops a folder. */
export async function admitKnownDisks(context: FolderContext, asked: Asking): Promise<Admitted> {
  const strange: string[] = [];
  const first = new Set<string>();
  const dirs: ToLook[] = [];
  for (const each of asked.paths) {
    const path = toPath(each.path);
    if (path !== undefined && context.disks.isMount(path)) context.disks.doubt(path);
  }
  for (const dir of asked.dirs) {
    if (!isAdmitted(context, { dir, isConfirmed: asked.isConfirmed }, first)) continue;
    const path = toPath(dir.path);
    if (path === undefined || !context.disks.isMount(path)) dirs.push(dir);
    else if (asked.isConfirmed) dirs.push(dir);
    else if ((await context.disks.examine(path)) === 'strange') strange.push(dir.path);
    else dirs.push({ ...dir, isTree: true });
    if (path !== undefined && asked.isConfirmed) context.disks.trust(path);
  }
  const paths = asked.paths.filter((dir) =>
    isAdmitted(context, { dir, isConfirmed: asked.isConfirmed }, first),
  );
  return { paths, dirs, strange, first: [...first] };
}

function isAdmitted(
  { disks, store }: FolderContext,
  one: { readonly dir: ToLook; readonly isConfirmed: boolean },
  first: Set<string>,
): boolean {
  const path = toPath(one.dir.path);
  const above = path === undefined || one.isConfirmed ? undefined : disks.above(path);
  if (above !== undefined && above.state === undefined) first.add(diskPathOf(store, above.mount));
  return above === undefined || above.state === 'known' || above.state === 'otherwise';
}
