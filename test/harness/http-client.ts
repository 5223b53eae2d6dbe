/** What came back: the body parsed when it is JSON, its bytes in any case. */
export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Undefined when the body is empty or no JSON. */
  readonly json: unknown;
};

/** Whatever fetch sends. */
export type RequestBody = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

export type Call = {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as multipart: files by part name. */
  readonly files?: readonly UploadedFile[];
  /** Texts beside the files. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: RequestBody;
};
export type UploadedFile = { readonly part?: string; readonly name?: string; readonly bytes: Uint8Array };

/** Sends one request to `path` (with its query) under a base URL. */
export async function call(base: string, method: string, path: string, ask: Call = {}): Promise<Reply> {
  const headers = new Headers(ask.headers);
  if (ask.key !== undefined) headers.set('x-api-key', ask.key);
  const response = await fetch(base + path, { method, headers, ...toBody(ask, headers) });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, json: parse(bytes) };
}

function toBody({ json, files, fields, body }: Call, headers: Headers): { body?: RequestBody } {
  if (files) return { body: toForm(files, fields) };
  if (json === undefined) return body === undefined ? {} : { body };
  headers.set('Content-Type', 'application/json');
  return { body: JSON.stringify(json) };
}

function toForm(files: readonly UploadedFile[], fields: Call['fields'] = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { part = 'file', name = 'face.jpg', bytes } of files) {
    form.append(part, new Blob([Uint8Array.from(bytes)]), name);
  }
  return form;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
