/** Errors as answers: a status, and `{ code, text, data }`. What is not one of our errors tells nothing and is logged. */

import type { FastifyReply } from 'fastify';
import { asKithError, type ErrorCode, type ErrorKind, KithError } from '../base/error.ts';
import type { Log } from '../ports/log.ts';

const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  transient: 503,
  permanent: 409,
  invalid: 400,
  corrupt: 500,
  bug: 500,
};

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  API_TOKEN_REFUSED: 401,
  API_ORIGIN_REFUSED: 403,
  API_ROUTE_UNKNOWN: 404,
  DEVICE_UNKNOWN: 404,
  FOLDER_UNKNOWN: 404,
  API_TOO_MANY_STREAMS: 429,
};

/** Answers with `error`. The cause stays here. */
export function sendError(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const known = asKithError(error) ?? fromFramework(error);
  if (known === undefined || known.kind === 'bug' || known.kind === 'corrupt') {
    log.write('error', 'api-request-failed', { error });
  }
  const { code, kind, message, data } = known ?? new KithError('BUG');
  return reply
    .code(STATUS_OF_CODE[code] ?? STATUS_OF_KIND[kind])
    .send({ code, text: message, data });
}

/** The framework refuses bodies that are too large, no JSON, or of another type, with a status of 4xx. */
function fromFramework(error: unknown): KithError | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const isTheirs = Number(error.statusCode) >= 400 && Number(error.statusCode) < 500;
  return isTheirs ? new KithError('API_REQUEST_INVALID', { reasons: [error.message] }) : undefined;
}
