import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";

/** Asks this machine as the one that a name stands for; a certificate must be of the authority `ca`. */
export async function askByName(options: {
  readonly domain: string;
  readonly path: string;
  readonly protocol: "http" | "https";
  readonly ca: string;
  readonly method?: "GET" | "POST";
}) {
  const { domain, path, protocol, ca, method = "GET" } = options;
  const request = protocol === "http" ? requestHttp : requestHttps;
  const asked = request({
    ...{ method, path, ca },
    host: "127.0.0.1",
    servername: domain,
    headers: { host: domain },
    agent: false,
  });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return { status: response.statusCode, location: response.headers.location, body: await text(response) };
}
