/** A status report as lines for people. */

import type { FolderDeviceStatus, FolderStatus, StatusReport } from '../api/status.ts';
import { bytesText, countText, durationText, percentText, plainText } from './format.ts';
import type { Colour, Out } from './out.ts';
import { tableLines } from './table.ts';

const COLOUR_OF_STATE: Readonly<Record<FolderStatus['state'], Colour>> = {
  idle: 'green',
  scanning: 'yellow',
  syncing: 'yellow',
  held: 'red',
  paused: 'gray',
  stopped: 'red',
  error: 'red',
};

/** More problems than this are counted, not listed. */
const MOST_PROBLEMS = 20;

/** The report; `paint` gives colours, `nowMs` is the wall time. */
export function statusLines(
  report: StatusReport,
  { paint, nowMs }: { readonly paint: Out['paint']; readonly nowMs: number },
): readonly string[] {
  const { name, device, version, uptimeMs, folders, notes } = report;
  const head = `${paint('bold', plainText(name))}  ${plainText(device)}`;
  const about = `kith ${plainText(version)}, running for ${durationText(uptimeMs)}`;
  const none = folders.length === 0 ? ['', 'No folder yet: kith folder add ID PATH'] : [];
  return [
    head,
    about,
    ...notes.map((note) => `${paint('yellow', 'note')}  ${plainText(note)}`),
    ...none,
    ...folders.flatMap((one) => ['', ...folderLines(one, { paint, nowMs })]),
  ];
}

function folderLines(
  folder: FolderStatus,
  { paint, nowMs }: { readonly paint: Out['paint']; readonly nowMs: number },
): readonly string[] {
  const { id, kind, state, stateReason, path, local, need, kept, problems, devices } = folder;
  const { otherModes = 0 } = folder;
  const reason = stateReason === null ? '' : `: ${plainText(stateReason)}`;
  const title = `${paint('bold', plainText(id))}  ${paint(COLOUR_OF_STATE[state], state)}${reason}`;
  const files = countText(local.files, 'file');
  const rows = [
    ['  here', `${files}, ${countText(local.directories, 'directory')}, ${bytesText(local.bytes)}`],
    ...(kind === 'send-receive' ? [] : [['  kind', kind]]),
    ...(need.files + need.deletes > 0
      ? [[kind === 'send-only' ? '  not taken' : '  lacking', needText(need)]]
      : []),
    ...(kept.files + kept.deletes > 0 ? [['  kept here', needText(kept)]] : []),
    ...(otherModes === 0 ? [] : [['  modes', modesText(otherModes)]]),
    ...devices.map((device) => [`  ${plainText(device.name)}`, deviceText(device, nowMs)]),
    ...(devices.length === 0
      ? [['  nobody', 'shared with no device: kith folder share ID DEVICE']]
      : []),
  ];
  const shown = problems.slice(0, MOST_PROBLEMS).map(({ path: at, code, text }) => {
    return `  ${paint('red', 'problem')}  ${plainText(at)}: ${plainText(text)} (${plainText(code)})`;
  });
  const hidden = problems.length - shown.length;
  const more = hidden > 0 ? [`  … and ${countText(hidden, 'problem')} more`] : [];
  return [`${title}  ${plainText(path)}`, ...tableLines(rows), ...shown, ...more];
}

function modesText(count: number): string {
  return `${countText(count, 'item')} with another mode than elsewhere: this disk did not take it`;
}

function deviceText(device: FolderDeviceStatus, nowMs: number): string {
  const { connected, heard, address, need, completion, lastSeenMs, trouble } = device;
  const lacks = need.files + need.deletes > 0 ? `lacks ${needText(need)}` : 'has everything';
  const done = `${percentText(completion)}, ${lacks}`;
  if (connected) {
    // What it has is not known then: the folder is not shared there, or has stopped.
    const known = heard ? done : 'has not said yet what it has';
    return `connected, ${known}${address === null ? '' : `  ${plainText(address)}`}`;
  }
  if (device.paused) return 'paused';
  const seen =
    lastSeenMs === null ? 'never seen' : `last seen ${durationText(nowMs - lastSeenMs)} ago`;
  const why = trouble === null ? '' : ` (${plainText(trouble)})`;
  return `not connected${why}, ${lastSeenMs === null ? seen : `${seen}; then ${done}`}`;
}

function needText({ files, bytes, deletes }: FolderStatus['need']): string {
  const parts = [
    ...(files > 0 ? [`${countText(files, 'file')}, ${bytesText(bytes)}`] : []),
    ...(deletes > 0 ? [countText(deletes, 'delete')] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
