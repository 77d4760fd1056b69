import { type RequestHandler, Router } from "express";
import { Problem } from "../api/problem.ts";
import { html } from "../web/html.ts";
import { type Assets, readAssets } from "./assets.ts";

export const apiDocsPath = "/api/docs";

/**
 * All that the page may load and ask for is this service's own. Swagger UI draws its arrows from `data:` and shows a
 * picture it was answered with from `blob:`; it needs no style and no script that stands in the page.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function renderPage({ bundle, styles, ownStyles, icon, initializer }: Assets): string {
  const path = ({ name }: { readonly name: string }) => `${apiDocsPath}/${name}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gözcü: API reference</title>
<link rel="icon" type="image/png" href="${path(icon)}">
<link rel="stylesheet" href="${path(styles)}">
<link rel="stylesheet" href="${path(ownStyles)}">
<script defer src="${path(bundle)}"></script>
<script defer src="${path(initializer)}"></script>
</head>
<body>
<main id="reference"></main>
<noscript><p>The reference is drawn by a script. <a href="/api/openapi.json">The document it is drawn from</a> is for everybody.</p></noscript>
</body>
</html>
`.toString();
}

const refuseMethod: RequestHandler = (request) => {
  const allow = "GET, HEAD";
  throw new Problem("method-not-allowed", `${request.method} is not among ${allow}`, { headers: { Allow: allow } });
};

/** `GET /api/docs`: the OpenAPI document as a page to read and to try out. Its files are read when somebody first asks. */
export function createApiDocs(): Router {
  let reading: Promise<Assets> | undefined;
  async function read(): Promise<Assets> {
    try {
      reading ??= readAssets();
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  }

  const router = Router();
  router
    .route(apiDocsPath)
    .get(async (_request, response) => {
      const assets = await read();
      response.set("Content-Security-Policy", contentSecurityPolicy).type("html").send(renderPage(assets));
    })
    .all(refuseMethod);
  router
    .route(`${apiDocsPath}/:file`)
    .get(async ({ params }, response) => {
      const asset = Object.values(await read()).find(({ name }) => name === params.file);
      if (asset === undefined)
        throw new Problem("not-found", `No such file; ${apiDocsPath} names those that there are`);
      // Its name changes with its content.
      response.set("Cache-Control", "public, max-age=31536000, immutable").type(asset.name).send(asset.bytes);
    })
    .all(refuseMethod);
  return router;
}
