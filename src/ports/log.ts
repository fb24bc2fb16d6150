/** Structured events for people and programs who run Kith. Never a secret, never file content. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** `event` is a stable kebab-case name; the facts are plain JSON values. */
export interface Log {
  write(level: LogLevel, event: string, facts: Readonly<Record<string, unknown>>): void;
}
