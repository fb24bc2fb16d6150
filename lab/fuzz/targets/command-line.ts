/** Command lines: one word a line. Every command but the demonstration, with a program that does nothing. */

import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { CommanderError } from 'commander';
import { asKithError } from '../../../src/base/error.ts';
import { makeCommandLine } from '../../../src/cli/command-line.ts';
import { COMMANDS, GROUPS } from '../../../src/cli/commands.ts';
import { errorLines } from '../../../src/cli/error-text.ts';
import { makeOut } from '../../../src/cli/out.ts';
import type { Program } from '../../../src/cli/program.ts';
import { deviceIdFromHash } from '../../../src/model/device-id.ts';
import { bytesOf, type FuzzTarget, textOf } from '../target.ts';

/** What a command comes to once its words are understood. */
class Understood extends Error {}

const understood = async (): Promise<never> => {
  throw new Understood();
};

const PROGRAM: Program = {
  version: '1.2.3',
  runDaemon: understood,
  initHome: understood,
  openOffline: understood,
  examine: () => ({ [Symbol.asyncIterator]: () => ({ next: understood }) }),
};

/** Not there, so that no command finds a daemon; a command line cannot name another one here. */
const HOME = path.join(os.tmpdir(), 'kith-fuzz-no-home');
const DEVICE = deviceIdFromHash(new Uint8Array(32).fill(9));
const SAFE = COMMANDS.filter(({ name }) => name !== 'demo');
const SEEDS = [
  'init\n--name\nnas\n--listen\ntcp://0.0.0.0:1',
  'id\n--qr',
  'up',
  'status\n--json',
  'doctor\n--json',
  'wait\ndocs\n--device\nnas\n--timeout\n60',
  `device\nadd\n${DEVICE}\n--name\nnas\n--address\ntcp://192.0.2.7:22000\n--address\ndynamic`,
  'device\nlist',
  'device\nremove\nnas',
  'folder\nadd\ndocs\n/tmp/x\n--share\nnas\n--kind\nsend-receive',
  'folder\nshare\ndocs\nnas',
  'rescan\ndocs\n--confirm-emptied',
  '--help',
  'help\ndevice\nadd',
  '--version',
];

export const commandLine: FuzzTarget = {
  seeds: () => SEEDS.map(bytesOf),
  tokens: [
    '\n',
    '\n--',
    '-',
    '=',
    '--help',
    '--home\n',
    '--',
    '-h',
    '\uE000',
    'help\n',
    DEVICE,
    '\x1b[2J',
    '\u202e',
  ],
  maxBytes: 0x1000,
  limitMs: 200,
  run: async (input) => {
    const words = textOf(input).split('\n');
    const said: string[] = [];
    const write = (text: string): true => {
      said.push(text);
      return true;
    };
    const stream = { write, isTTY: false, columns: 80 };
    const out = makeOut({ stdout: stream, stderr: stream, env: {} });
    const signal = AbortSignal.abort(new Understood());
    const line = makeCommandLine({
      version: PROGRAM.version,
      commands: SAFE,
      groups: GROUPS,
      writeOut: write,
      writeError: write,
      onCommand: async ({ command, words: given }) => {
        await command.start(given, {
          home: HOME,
          directory: '/',
          env: {},
          program: PROGRAM,
          out,
          signal,
        });
      },
    });
    try {
      await line.parseAsync(words, { from: 'user' });
    } catch (error) {
      if (error instanceof Understood) return;
      if (error instanceof CommanderError) {
        assert.ok(said.length > 0, 'it says nothing of why');
        return;
      }
      const known = asKithError(error);
      if (known === undefined || known.kind === 'bug' || known.kind === 'corrupt') throw error;
      const lines = errorLines(error);
      assert.ok(lines.length > 0);
      for (const text of lines) {
        assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u, 'it writes to the terminal');
      }
    }
  },
};
