/** The name of a conflict copy: from the losing version alone, so that every holder of it makes the same copy. Pure. */

import { cutUtf8, utf8Length } from '../base/utf8.ts';
import { shortIdText } from '../model/device-id.ts';
import type { Entry } from '../model/entry.ts';
import { baseName, parentPath, parseRelPath, type RelPath } from '../model/path.ts';

/** Longest name most file systems take, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;
const SECONDS_OF_YEAR_9999 = 253402300799;

/**
 * `STEM.sync-conflict-YYYYMMDD-HHMMSS-ID.EXT` beside the file: the losing version's time in UTC and the short id of the
 * device that made it. `attempt` above 0 adds a number, for a name that other content has taken. A stem that would make
 * the name too long is cut.
 */
export function conflictPath(
  losing: Pick<Entry, 'path' | 'mtime' | 'modifiedBy'>,
  attempt = 0,
): RelPath {
  const name = baseName(losing.path);
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const again = attempt === 0 ? '' : `-${attempt}`;
  const mark = `.sync-conflict-${stamp(losing.mtime.s)}-${shortIdText(losing.modifiedBy)}${again}`;
  const stemBytes = MAX_NAME_BYTES - utf8Length(mark + extension);
  const copy = cutUtf8(stem, stemBytes) + mark + extension;
  const parent = parentPath(losing.path);
  return parseRelPath((parent === undefined ? copy : `${parent}/${copy}`).normalize('NFC'));
}

/** UTC without the platform's calendar, which is not to be had below the host. Algorithm: H. Hinnant, "days from civil". */
function stamp(unixSeconds: number): string {
  const seconds = Math.min(Math.max(unixSeconds, 0), SECONDS_OF_YEAR_9999);
  const days = Math.floor(seconds / 86400);
  const clock = seconds - days * 86400;
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = [Math.floor(clock / 3600), Math.floor(clock / 60) % 60, clock % 60];
  return `${pad(year, 4)}${pad(month, 2)}${pad(day, 2)}-${time.map((part) => pad(part, 2)).join('')}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
