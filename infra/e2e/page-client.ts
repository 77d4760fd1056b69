import { apiKey } from "./service-process.ts";

/**
 * Enters the API key on the status page.
 * @returns the cookie to show from then on
 */
export async function logIn(url: string, key = apiKey): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: "POST",
    body: new URLSearchParams({ key }),
    redirect: "manual",
  });
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || cookie === undefined)
    throw new Error(`POST ${url}/login gave ${answer.status}: ${await answer.text()}`);
  return cookie.replace(/;.*/, "");
}
