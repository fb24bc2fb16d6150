/** What every route is given, and how it reads what was sent. */

import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { mistakesOf, mistakeText } from '../../api/mistakes.ts';
import type { DaemonService } from '../../api/service.ts';
import { KithError } from '../../base/error.ts';

/** Where a group of routes is added, below the root of the API, and what it calls. */
export interface RouteGround {
  readonly app: FastifyInstance;
  readonly service: DaemonService;
}

/** What was sent, as `schema` reads it; a missing body counts as an empty object. API_REQUEST_INVALID with `data.reasons`. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  sent: unknown,
): z.output<Schema> {
  const read = schema.safeParse(sent ?? {});
  if (read.success) return read.data;
  throw new KithError('API_REQUEST_INVALID', { reasons: mistakesOf(read.error).map(mistakeText) });
}
