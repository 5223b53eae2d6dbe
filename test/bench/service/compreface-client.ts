import type { Multipart } from './multipart.ts';
import { openRawHttp } from './raw-http.ts';

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
  const { hostname, port, pathname } = new URL(baseUrl);
  const connection = openRawHttp(hostname, Number(port));
  const send = async (path: string, picture?: Multipart): Promise<Answer> => {
    const head = [
      `${picture ? 'POST' : 'GET'} ${pathname}/api/v1/recognition${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `x-api-key: ${apiKey}`,
      ...(picture ? [`Content-Type: ${picture.contentType}`, `Content-Length: ${picture.body.length}`] : []),
    ];
    const { status, headers, body } = await connection.exchange(head, picture?.body);
    return { status, body, retryAfter: headers.get('retry-after') };
  };
  return {
    recognise: (picture, query = '') => send(`/recognize${query}`, picture),
    enrol: (subject, picture) => send(`/faces?subject=${encodeURIComponent(subject)}`, picture),
    get: (path) => send(path),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}
