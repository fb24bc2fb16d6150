/** Addresses of modules that workers load: sources end in .ts, the built program in .js, and no compiler rewrites them. */

/** The module at `path` (relative, without an ending) seen from the module whose `import.meta.url` is `from`. */
export function moduleUrl(path: string, from: string): URL {
  return new URL(`${path}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from);
}
