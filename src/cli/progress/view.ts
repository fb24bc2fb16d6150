/** What a status report says of long work, as lines with bars; keeps what was seen before, for rates and totals. Pure. */

import type { FolderStatus, StatusReport } from '../../api/status.ts';
import { bytesText, durationText, plainText } from '../format.ts';
import type { Wanted } from '../verdict.ts';
import type { ProgressLine } from './bar.ts';
import {
  type Advance,
  addLacks,
  type Lack,
  LackMeter,
  lackHere,
  lackThere,
  NO_LACK,
  rateText,
} from './lack-meter.ts';
import { Rate } from './meter.ts';

/** Lines that are shown at a time. */
const MOST_LINES = 8;
const LONGEST_LABEL = 24;

interface Lacking {
  readonly label: string;
  readonly key: string;
  readonly lack: Lack;
}

/** A scan as it was seen the last time. */
interface SeenScan {
  readonly entries: Rate;
  readonly bytes: Rate;
  seen: number;
  read: number;
}

/** One report after another. */
export class ProgressView {
  readonly #meters = new Map<string, LackMeter>();
  readonly #scans = new Map<string, SeenScan>();
  readonly #all = new LackMeter();
  #startMs: number | undefined;
  #endMs = 0;
  #moved = 0;
  /** What had arrived before. */
  #before = 0;

  /** Lines for what is going on: all of it if there is more than one thing, scans, what comes here, what each device lacks. */
  observe(report: StatusReport, wanted: Wanted, nowMs: number): readonly ProgressLine[] {
    const folders = report.folders.filter(({ id }) => (wanted.folder ?? id) === id);
    const scans = folders.flatMap((folder) => this.#scanLine(folder, nowMs) ?? []);
    const lacks = folders.flatMap((folder) => lacksOf(folder, wanted));
    const lines = lacks.flatMap((each) => this.#line(each, nowMs) ?? []);
    const sum = lacks.reduce((total, { lack }) => addLacks(total, lack), NO_LACK);
    const { part, texts } = this.#measureAll(sum, nowMs);
    const busy = lines.length > 1 ? [{ label: 'all', part, texts }] : [];
    const shown = [...scans, ...busy, ...lines];
    const hidden = shown.length - MOST_LINES;
    if (hidden <= 0) return shown;
    const more = { label: `… and ${hidden + 1} more`, part: undefined, texts: [] };
    return [...shown.slice(0, MOST_LINES - 1), more];
  }

  /** What was moved since the first line, in how long; undefined if that is nothing. */
  summary(): string | undefined {
    const ms = this.#endMs - (this.#startMs ?? this.#endMs);
    if (this.#moved === 0 || ms <= 0) return undefined;
    const rate = bytesText(this.#moved / (ms / 1000));
    return `moved ${bytesText(this.#moved)} in ${durationText(ms)} (${rate}/s)`;
  }

  #measureAll(lack: Lack, nowMs: number): Advance {
    const advance = this.#all.observe(lack, nowMs);
    if (lack.files > 0) {
      if (this.#startMs === undefined) this.#before = lack.arrived;
      this.#startMs ??= nowMs;
      this.#endMs = nowMs;
    }
    this.#moved = Math.max(this.#moved, advance.doneBytes - this.#before);
    return advance;
  }

  #line({ label, key, lack }: Lacking, nowMs: number): ProgressLine | undefined {
    const meter = this.#meters.get(key) ?? new LackMeter();
    this.#meters.set(key, meter);
    const { part, texts } = meter.observe(lack, nowMs);
    return lack.files === 0 ? undefined : { label, part, texts };
  }

  #scanLine({ id, progress }: FolderStatus, nowMs: number): ProgressLine | undefined {
    const scan = progress?.scan ?? null;
    if (scan === null) {
      this.#scans.delete(id);
      return undefined;
    }
    const before = this.#scans.get(id) ?? {
      entries: new Rate(),
      bytes: new Rate(),
      seen: 0,
      read: 0,
    };
    this.#scans.set(id, before);
    before.entries.add(Math.max(0, scan.entries - before.seen), nowMs);
    before.bytes.add(Math.max(0, scan.bytes - before.read), nowMs);
    [before.seen, before.read] = [scan.entries, scan.bytes];
    const { entries, ofEntries, bytes, ofBytes } = scan;
    const isReading = ofBytes > bytes;
    const of = ofEntries === null ? '' : ` of about ${count(ofEntries)}`;
    const looked = entries === 0 ? [] : [`${count(entries)}${of} looked at`];
    const read = isReading ? [`${bytesText(bytes)} of ${bytesText(ofBytes)} read`] : [];
    const rate = isReading ? rateText(before.bytes.perSecond) : [];
    // Nobody knows how much there is to be read before everything was looked at.
    const part =
      ofEntries === null
        ? entries === 0
          ? shareOf(bytes, ofBytes)
          : undefined
        : shareOf(Math.min(entries, 0.99 * ofEntries), ofEntries);
    return { label: shortened(id), part, texts: [...looked, ...read, ...rate] };
  }
}

/** undefined of nothing. */
function shareOf(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

/** What this device lacks, and each connected device, of the folders and devices that are waited for. */
function lacksOf(folder: FolderStatus, wanted: Wanted): readonly Lacking[] {
  const { id } = folder;
  const devices = folder.devices.filter((device) => {
    return device.connected && (wanted.device ?? device.id) === device.id;
  });
  return [
    { label: shortened(id), key: `here ${id}`, lack: lackHere(folder) },
    ...devices.map((device) => {
      const label = shortened(`${id} → ${device.name}`);
      return { label, key: `${id} ${device.id}`, lack: lackThere(device) };
    }),
  ];
}

function shortened(text: string): string {
  const plain = plainText(text);
  return plain.length > LONGEST_LABEL ? `${plain.slice(0, LONGEST_LABEL - 1)}…` : plain;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
