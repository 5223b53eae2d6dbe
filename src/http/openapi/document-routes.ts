import type { Dialect, Route } from '../dialect.ts';
import type { JsonSchema } from './json-schema.ts';
import { sendPage, viewerFiles } from './viewer.ts';
import { writeDocument } from './write-document.ts';

/** The document of a dialect and the page that shows it: open to all, for they tell nothing of this box. */
export function documentRoutes(dialect: Dialect, prefix: string): Route[] {
  const { description } = dialect;
  const { title, pages = ['/docs'] } = description;
  let written: Promise<JsonSchema> | undefined;
  const open = (path: string, handle: Route['handle']): Route => ({
    ...{ methods: ['get'], path, needs: 'nothing', handle },
  });
  const files = `${prefix}/docs/viewer`;
  return [
    open('/openapi.json', async (ctx) => {
      written ??= writeDocument(dialect, prefix);
      ctx.body = await written;
    }),
    ...pages.map((page) => open(page, sendPage({ title, files, document: `${prefix}/openapi.json` }))),
    ...Object.entries(viewerFiles).map(([name, send]) => open(`/docs/viewer/${name}`, send)),
  ];
}
