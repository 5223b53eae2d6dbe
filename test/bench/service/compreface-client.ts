import { Agent, type IncomingMessage, request } from 'node:http';
import type { Multipart } from './multipart.ts';

export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfter: string | undefined;
};

/** Where a service answers, and the key of its recognition service. */
export type ServiceAddress = { readonly baseUrl: string; readonly apiKey: string };

/** One caller of a CompreFace API with one kept-alive connection; it does no more than send and receive. */
export type ComprefaceClient = Disposable & {
  recognise(picture: Multipart, query?: string): Promise<Answer>;
  enrol(subject: string, picture: Multipart): Promise<Answer>;
  get(path: string): Promise<Answer>;
};

export function comprefaceClient({ baseUrl, apiKey }: ServiceAddress): ComprefaceClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (path: string, picture?: Multipart) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = {
        'x-api-key': apiKey,
        ...(picture && { 'content-type': picture.contentType, 'content-length': picture.body.length }),
      };
      const call = request(`${baseUrl}/api/v1/recognition${path}`, {
        agent,
        method: picture === undefined ? 'GET' : 'POST',
        headers,
      });
      call.once('error', reject);
      call.once('response', (response) => collect(response).then(resolve, reject));
      call.end(picture?.body);
    });
  return {
    recognise: (picture, query = '') => send(`/recognize${query}`, picture),
    enrol: (subject, picture) => send(`/faces?subject=${encodeURIComponent(subject)}`, picture),
    get: (path) => send(path),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks),
    retryAfter: response.headers['retry-after'],
  };
}
