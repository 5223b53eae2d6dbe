import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { RouteContext, RouteHandler } from '../dialect.ts';

const require = createRequire(import.meta.url);

/** Nothing from elsewhere, nothing written into the page itself, and answers from this box only. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // The arrows and signs of its style sheet.
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the browser keeps of a release's files. */
const keptSeconds = 3_600;

/** The page that shows the document and lets its reader try it; both addresses as the browser reaches them. */
export function sendPage({
  title,
  files: base,
  document,
}: Readonly<Record<'title' | 'files' | 'document', string>>) {
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/swagger-ui.css">
</head>
<body>
<div id="page" data-document="${document}"></div>
<script src="${base}/swagger-ui-bundle.js"></script>
<script src="${base}/start.js"></script>
</body>
</html>
`;
  return (ctx: RouteContext) => {
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', contentSecurityPolicy);
    ctx.body = page;
  };
}

/** Without the vendor's own validator, which lies on another host. */
const start = `'use strict';
const page = document.getElementById('page');
SwaggerUIBundle({
  domNode: page,
  url: page.dataset.document,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  persistAuthorization: false,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
});
`;

/** The parts of the viewer, by name; all come from our own disk. */
export const viewerFiles: Readonly<Record<string, RouteHandler>> = {
  'start.js': (ctx) => sendFile(ctx, 'text/javascript', start),
  'swagger-ui.css': async (ctx) =>
    sendFile(ctx, 'text/css', await readFile(require.resolve('swagger-ui-dist/swagger-ui.css'))),
  'swagger-ui-bundle.js': async (ctx) =>
    sendFile(ctx, 'text/javascript', await readFile(require.resolve('swagger-ui-dist/swagger-ui-bundle.js'))),
};

function sendFile(ctx: RouteContext, type: string, body: string | Buffer): void {
  ctx.type = type;
  ctx.set('Cache-Control', `max-age=${keptSeconds}`);
  ctx.body = body;
}
