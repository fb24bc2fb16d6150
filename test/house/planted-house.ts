// A small house in a temporary folder, under the rules of the real one, to plant breaches in.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the checkout. */
export const ROOT = path.dirname(path.dirname(import.meta.dirname));

const RULES = [
  '.dependency-cruiser.cjs',
  'biome.json',
  'package.json',
  'tools/layers.ts',
  'tools/run-tests.mjs',
  'tools/without-async-hooks.mjs',
  'tsconfig.json',
  'bin/kith',
];

/** What a tool said and how it ended. */
export type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** A folder that goes away with `using`. */
export class PlantedHouse implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), 'kith-house-'));

  constructor() {
    for (const name of RULES) cpSync(path.join(ROOT, name), path.join(this.root, name));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.root, 'node_modules'));
    for (const folder of ['src', 'test', 'lab']) mkdirSync(path.join(this.root, folder));
  }

  /** Writes files, given as text by relative path. */
  plant(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
      writeFileSync(path.join(this.root, name), text);
    }
  }

  /** Runs a program of this Node, `script` relative to the root, and waits for its end. */
  runNode(script: string, args: readonly string[]): Ended {
    return run({ command: process.execPath, args: [script, ...args], cwd: this.root });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Runs a program to its end, outside the reach of the test runner that runs this test. */
export function run(options: {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}): Ended {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const ended = spawnSync(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? inherited,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (ended.error !== undefined) throw ended.error;
  return { status: ended.status ?? -1, stdout: ended.stdout, stderr: ended.stderr };
}
