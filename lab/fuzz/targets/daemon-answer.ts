/**
 * What answers a command at the address of the daemon, which another program may have taken. The first character says what was
 * asked: 0 the status, 1 the configuration, 2 a decision, 3 what is refused, 4 events. The rest is the answer.
 */

import assert from 'node:assert/strict';
import {
  type Configuration,
  configurationSchema,
  decidedSchema,
} from '../../../src/api/control.ts';
import { type StatusReport, statusSchema } from '../../../src/api/status.ts';
import { concatBytes } from '../../../src/base/bytes.ts';
import { asKithError, ERRORS } from '../../../src/base/error.ts';
import { eventsIn, readAnswer, refusalIn } from '../../../src/cli/answer.ts';
import type { Context } from '../../../src/cli/command.ts';
import { deviceListCommand } from '../../../src/cli/commands/device-list.ts';
import { folderListCommand } from '../../../src/cli/commands/folder-list.ts';
import { errorLines } from '../../../src/cli/error-text.ts';
import { plainText } from '../../../src/cli/format.ts';
import { makeOut } from '../../../src/cli/out.ts';
import type { OfflineConfig } from '../../../src/cli/program.ts';
import { BLOCKS, progressText } from '../../../src/cli/progress/bar.ts';
import { ProgressView } from '../../../src/cli/progress/view.ts';
import { statusLines } from '../../../src/cli/status-text.ts';
import { judge } from '../../../src/cli/verdict.ts';
import { deviceIdFromHash } from '../../../src/model/device-id.ts';
import { mutateJson } from '../mutate-json.ts';
import { bytesOf, type FuzzTarget, textOf } from '../target.ts';

const DEVICE = deviceIdFromHash(new Uint8Array(32).fill(9));
const NOW_MS = 1_900_000_000_000;
const WIDTH = 79;
const NEED = { files: 2, bytes: 3000, deletes: 1 };
const REPORT = {
  device: DEVICE,
  name: 'laptop',
  version: '1.2.3',
  uptimeMs: 90_000,
  notes: ['a note'],
  folders: [
    {
      id: 'docs',
      path: '/home/docs',
      kind: 'receive-only',
      state: 'syncing',
      stateReason: 'why',
      local: { files: 1, directories: 1, bytes: 5 },
      global: { files: 3, directories: 1, bytes: 3005 },
      need: NEED,
      kept: NEED,
      problems: [{ path: 'a', code: 'FILE_DENIED', text: 'not allowed' }],
      devices: [
        {
          id: DEVICE,
          name: 'nas',
          connected: true,
          heard: true,
          address: 'tcp://192.0.2.7:22000',
          need: NEED,
          completion: 0.5,
          freshnessMs: 9,
          lastSeenMs: NOW_MS - 5000,
          trouble: null,
          progress: { bytes: 100 },
          paused: false,
        },
      ],
      progress: {
        scan: { entries: 5, ofEntries: 9, bytes: 7, ofBytes: 8 },
        fetch: { files: 1, bytes: 40 },
      },
    },
  ],
} satisfies StatusReport;
const CONFIGURATION = {
  devices: [{ id: DEVICE, name: 'nas', addresses: ['dynamic'], paused: false }],
  folders: [
    {
      id: 'docs',
      path: '/home/docs',
      kind: 'send-only',
      paused: { until: '2026-01-31T12:00:00Z', seconds: 60 },
      devices: [DEVICE],
    },
  ],
} satisfies Configuration;
const MISTAKE = { line: 1, column: 2, where: 'folders', text: 'what is wrong' };

export const daemonAnswer: FuzzTarget = {
  seeds: () =>
    [
      `0${JSON.stringify(REPORT)}`,
      `1${JSON.stringify(CONFIGURATION)}`,
      '2{"changes":7}',
      '3{"code":"FOLDER_UNKNOWN","text":"none","data":{"folder":"docs"}}',
      '3{"code":"CONFIG_CHANGE_REFUSED","text":"no","data":{"reasons":["this","that"]}}',
      `3${JSON.stringify({ code: 'CONFIG_INVALID', text: '', data: { file: '/x', mistakes: [MISTAKE] } })}`,
      '4data: {"kind":"lost"}\n\ndata: {"kind":"folder","folder":"docs"}\n\n: still here\n\n',
      '4data: {"kind":"device","device":"nas"}\ndata: {"kind":"configuration"}\n',
    ].map(bytesOf),
  tokens: [
    ...['{', '}', '[', ']', '"', ':', ',', 'null', 'true', '-1', '1e300', '{}', '[]', '[{}]'],
    ...['"toString":', '"valueOf":', '"__proto__":', '"toJSON":', '\\u001b[2J', '\\u202e'],
    ...['data: ', '\n', '\r\n', '\\ud800', ...Object.keys(ERRORS).slice(0, 20)],
  ],
  maxBytes: 0x4000,
  limitMs: 200,
  mutate: (input, from) => {
    const changed = mutateJson(textOf(input.subarray(1)), from);
    return changed === undefined
      ? undefined
      : concatBytes([input.subarray(0, 1), bytesOf(changed)]);
  },
  run: async (input) => {
    const text = textOf(input.subarray(1));
    switch ((input[0] ?? 0) % 8) {
      case 0:
        return showStatus(understood(() => readAnswer(statusSchema, text)));
      case 1:
        return await showConfiguration(understood(() => readAnswer(configurationSchema, text)));
      case 2:
        understood(() => readAnswer(decidedSchema, text));
        return;
      case 3:
        return checkLines(errorLines(understood(() => refusalIn(text)) ?? new Error('nothing')));
      default:
        return await followEvents(text);
    }
  },
};

/** undefined: it was told that the answer is none, and in words. */
function understood<Answer>(read: () => Answer): Answer | undefined {
  try {
    return read();
  } catch (error) {
    if (asKithError(error, 'API_ANSWER_INVALID') === undefined) throw error;
    checkLines(errorLines(error));
    return undefined;
  }
}

/** As `kith status` and `kith wait` show it. */
function showStatus(report: StatusReport | undefined): void {
  if (report === undefined) return;
  const paint = (_: unknown, text: string): string => text;
  const told = [...statusLines(report, { paint, nowMs: NOW_MS })];
  const view = new ProgressView();
  const verdict = judge(report, {});
  if (verdict.kind !== 'equal') checkLines(verdict.reasons.map(plainText));
  for (const nowMs of [0, 1000, 9000]) {
    const lines = view.observe(report, {}, nowMs);
    const shown = lines.map((line) => progressText(line, { width: WIDTH, style: BLOCKS }));
    told.push(...shown);
    assert.ok(
      shown.every((line) => line.length <= WIDTH),
      'a line is longer than the terminal is wide',
    );
  }
  told.push(view.summary() ?? '');
  checkLines(told);
  checkNumbers(told, report);
}

/** As `kith device list` and `kith folder list` show it. */
async function showConfiguration(configuration: Configuration | undefined): Promise<void> {
  if (configuration === undefined) return;
  let said = '';
  const write = (text: string): void => {
    said += text;
  };
  const out = makeOut({ stdout: { write }, stderr: { write }, env: {} });
  // What listing asks for, and nothing else.
  const file = {
    configuration: async () => configuration,
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as OfflineConfig;
  const program = { openOffline: async () => file } as unknown as Context['program'];
  const { signal } = new AbortController();
  const context: Context = { home: '/', directory: '/', env: {}, program, out, signal };
  for (const command of [deviceListCommand, folderListCommand]) await command.start({}, context);
  checkLines(said.split('\n'));
}

/** However the stream is cut, its events are the same, and so is its end. */
async function followEvents(text: string): Promise<void> {
  const whole = await eventsOf([text]);
  const at = Math.floor(text.length / 2);
  assert.deepEqual(await eventsOf([text.slice(0, at), text.slice(at)]), whole, 'cut in two');
  if (text.length < 500) assert.deepEqual(await eventsOf(text.split('')), whole, 'cut to pieces');
}

async function eventsOf(parts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const coming = async function* () {
    yield* parts;
  };
  try {
    for await (const event of eventsIn(coming())) found.push(JSON.stringify(event));
  } catch (error) {
    if (asKithError(error, 'API_ANSWER_INVALID') === undefined) throw error;
    checkLines(errorLines(error));
    found.push('refused');
  }
  return found;
}

/** Nothing moves the cursor or turns the reading order. */
function checkLines(lines: readonly string[]): void {
  for (const line of lines) {
    assert.doesNotMatch(line, /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u, 'it writes to the terminal');
  }
}

/** What is reckoned from numbers is a number; a name may be anything. */
function checkNumbers(lines: readonly string[], report: StatusReport): void {
  if (/NaN|Infinity/.test(JSON.stringify(report))) return;
  for (const line of lines) assert.doesNotMatch(line, /NaN|Infinity/, 'it shows what is no number');
}
