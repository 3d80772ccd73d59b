import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Reject } from './reject.js';

/** Relay takes 200 MiB; a page never sends that much, and this keeps memory bounded. */
export const MAX_BODY = 20 << 20;

/** Undoes the content encoding. */
export function decodeBody(body: Uint8Array, encoding: string | undefined): Uint8Array | Reject {
  if (body.length > MAX_BODY) return new Reject(413, 'The request body is too large.');
  const limit = { maxOutputLength: MAX_BODY };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body;
      case 'gzip':
        return gunzipSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      case 'br':
        return brotliDecompressSync(body, limit);
      default:
        return new Reject(415, `The content encoding ${encoding} is not supported.`);
    }
  } catch {
    return new Reject(400, `The body is not valid ${encoding}, or too large.`);
  }
}
