/** Scenes and figures of the demonstration as lines for people. Pure. */

import type { FolderStatus } from '../../api/status.ts';
import { bytesText, countText, percentText } from '../format.ts';
import type { Out } from '../out.ts';
import { tableLines } from '../table.ts';
import type { Scene } from './scenes.ts';
import type { TreeSize } from './source-tree.ts';

/** A table with a row for each device: state, files, bytes, what is missing. */
export function sceneLines(
  { folders }: Scene,
  { names, paint }: { readonly names: readonly string[]; readonly paint: Out['paint'] },
): readonly string[] {
  const rows = folders.map((folder, at) => {
    const { files, bytes } = folder.local;
    const cells = [names[at] ?? '', folder.state, count(files), bytesText(bytes)];
    return [...cells, percentText(part(folder)), lackingText(folder)];
  });
  const table = tableLines([['device', 'state', 'files', 'bytes', 'has', 'lacks'], ...rows]);
  const [head = '', ...body] = table;
  return ['', paint('bold', head), ...body];
}

/** The same on one line, for what is no terminal. */
export function sceneLine(
  { folders, elapsedMs }: Scene,
  { names }: { readonly names: readonly string[] },
): string {
  const parts = folders.map(({ local, state }, at) => {
    return `${names[at]} ${state} ${countText(local.files, 'file')} ${bytesText(local.bytes)}`;
  });
  return `${secondsText(elapsedMs)}: ${parts.join('; ')}`;
}

/** How long it took, what went over the wire at least, and how fast that was. */
export function equalText(
  size: TreeSize,
  { devices, elapsedMs }: { readonly devices: number; readonly elapsedMs: number },
): string {
  const moved = size.bytes * (devices - 1);
  const perSecond = `${bytesText(moved / (elapsedMs / 1000))}/s`;
  const copies = countText(devices - 1, 'device');
  return `${bytesText(moved)} delivered to ${copies} in ${secondsText(elapsedMs)}, scan included: ${perSecond}`;
}

/** One decimal, as in `3.4 s`. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function lackingText({ need, stateReason, problems }: FolderStatus): string {
  const parts = [
    ...(need.files > 0 ? [`${countText(need.files, 'entry')}, ${bytesText(need.bytes)}`] : []),
    ...(need.deletes > 0 ? [countText(need.deletes, 'delete')] : []),
    ...(problems.length > 0 ? [countText(problems.length, 'problem')] : []),
    ...(stateReason === null ? [] : [stateReason]),
  ];
  return parts.length === 0 ? '-' : parts.join(', ');
}

function part({ need, global }: FolderStatus): number {
  if (need.files + need.deletes === 0) return 1;
  return global.bytes === 0 ? 0 : Math.min(0.999, 1 - need.bytes / global.bytes);
}

function count(files: number): string {
  return files.toLocaleString('en');
}
