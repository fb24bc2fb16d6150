// Makes a fresh clone ready: installs what the lock file names, then builds src to dist.
// Plain JavaScript without dependencies, because it runs before anything is installed and
// under whatever Node called npm (20 or newer). Quick when nothing changed.
// `prepare.mjs` installs and builds, `prepare.mjs install` only installs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const installStamp = at('node_modules', '.kith-installed');
const buildStampName = '.kith-built';

function main(mode) {
  if (mode !== undefined && mode !== 'install') {
    fail(`prepare.mjs: unknown argument ${mode}; say nothing, or install`, 2);
  }
  if (!isInstalled()) install();
  if (mode === 'install') return;
  const wanted = buildFingerprint();
  if (readIfThere(at('dist', buildStampName)) !== wanted) build(wanted);
}

/** What must be installed: the lock file, bytes and all, on this kind of machine. */
function lockFingerprint() {
  const lock = readFileSync(at('package-lock.json'));
  return hash([lock, process.platform, process.arch]);
}

function isInstalled() {
  if (!holdsWhatTheLockNames()) return false;
  const wanted = lockFingerprint();
  if (readIfThere(installStamp) === wanted) return true;
  // Somebody ran npm themselves. It writes its own record last, so with that it ran to its end.
  if (!existsSync(at('node_modules', '.package-lock.json'))) return false;
  writeFileSync(installStamp, wanted);
  return true;
}

/** Looks at the packages themselves: npm's record can be ahead of them (--package-lock-only). */
function holdsWhatTheLockNames() {
  const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
  return Object.entries(packages).every(([place, entry]) => {
    if (place === '') return true;
    const manifest = readIfThere(at(place, 'package.json'));
    if (manifest === undefined) return entry.optional === true;
    return JSON.parse(manifest).version === entry.version;
  });
}

function install() {
  say('installing dependencies (npm ci)');
  // Every native package carries its binaries, so no install script needs to run.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional'];
  args.push('--no-audit', '--no-fund', '--loglevel=error');
  const cli = process.env.npm_execpath;
  // npm replaces node_modules, the Node in it too: run npm on the Node it was started with.
  const node = process.env.npm_node_execpath;
  if (cli !== undefined && node !== undefined && /\.[cm]?js$/.test(cli)) run(node, [cli, ...args]);
  else run('npm', args);
  if (!existsSync(at('node_modules'))) fail('npm ci ended well but left no node_modules', 1);
  writeFileSync(installStamp, lockFingerprint());
}

/** Everything the build reads. Times and sizes instead of contents keep it to milliseconds. */
function buildFingerprint() {
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  if (existsSync(at('src'))) {
    for (const name of readdirSync(at('src'), { recursive: true })) {
      if (name.endsWith('.ts') && !name.endsWith('.test.ts')) files.push(path.join('src', name));
    }
  }
  const rows = files.sort().map((name) => {
    const stat = statSync(at(name), { bigint: true });
    return `${name} ${stat.size} ${stat.mtimeNs}\n`;
  });
  return hash(rows);
}

/** Builds beside dist and swaps it in whole, so that nobody ever runs half a build. */
function build(fingerprint) {
  if (!existsSync(at('src'))) return say('nothing to build: there is no src');
  say('building src to dist');
  const fresh = at(`dist.${process.pid}`);
  const old = at(`dist.${process.pid}.old`);
  rmSync(fresh, { recursive: true, force: true });
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  try {
    run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh]);
    mkdirSync(fresh, { recursive: true });
    writeFileSync(path.join(fresh, buildStampName), fingerprint);
    if (existsSync(at('dist'))) renameSync(at('dist'), old);
    renameSync(fresh, at('dist'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function run(command, args) {
  const ended = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (ended.error) throw ended.error;
  if (ended.status !== 0) {
    const how = ended.status === null ? `by ${ended.signal}` : `with ${ended.status}`;
    throw new Stopped(`${path.basename(args[0])} ended ${how}`, ended.status ?? 1);
  }
}

class Stopped extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

function readIfThere(name) {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function say(text) {
  console.error(`kith: ${text}`);
}

function fail(text, status) {
  say(text);
  process.exit(status);
}

try {
  main(process.argv[2]);
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  fail(error.message, error.status);
}
