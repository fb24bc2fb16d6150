// Packs what would be published and lets publint and attw judge it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// The package is ESM only, so what a CommonJS caller would meet is no problem of ours.
const irrelevant = new Set(['CJSResolvesToESM']);
const irrelevantResolutions = new Set(['node10', 'node16-cjs']);

function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const said = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, npm_config_loglevel: 'error' },
  });
  const packed = Object.values(JSON.parse(said))[0];
  return { file: path.join(folder, packed.filename), names: packed.files.map(({ path: p }) => p) };
}

/** Files that must be in the package, and those that must not. */
function judgeContents(names) {
  const problems = [];
  const wanted = ['package.json', 'bin/kith'];
  if (existsSync(path.join(root, 'src/cli/main.ts'))) wanted.push('dist/cli/main.js');
  for (const name of wanted) {
    if (!names.includes(name)) problems.push(`the package lacks ${name}`);
  }
  for (const name of names) {
    if (/\.test\.|^(?:test|lab|tools|src)\//.test(name)) problems.push(`${name} does not belong`);
  }
  return problems;
}

async function judgeTypes(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  if (analysis.types === false) return [];
  return analysis.problems
    .filter(({ kind, resolutionKind }) => {
      return !irrelevant.has(kind) && !irrelevantResolutions.has(resolutionKind);
    })
    .map((problem) => `attw: ${problem.kind} ${problem.entrypoint ?? ''}`);
}

const folder = mkdtempSync(path.join(tmpdir(), 'kith-pack-'));
try {
  const { file, names } = pack(folder);
  const bytes = new Uint8Array(readFileSync(file));
  const problems = judgeContents(names);
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  for (const message of messages) {
    if (message.type !== 'suggestion') problems.push(`publint: ${formatMessage(message, pkg)}`);
  }
  problems.push(...(await judgeTypes(bytes)));
  for (const problem of problems) console.error(problem);
  console.log(`package: ${names.length} files, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
