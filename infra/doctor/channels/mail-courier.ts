import { createTransport } from "nodemailer";
import type { Channels } from "../../../alerts/channels.ts";
import { errorMessage } from "../../../app/error-message.ts";
import { deadlinesMs } from "../requirements.ts";
import type { Courier } from "./courier.ts";

/** The mail server's own words, where it has said any. */
async function withServerWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { response } = cause as { readonly response?: string };
    throw new Error(response ?? errorMessage(cause), { cause });
  }
}

/** Sends as Alertmanager does: with STARTTLS when it is asked for, and not otherwise. */
export function createMailCourier(settings: NonNullable<Channels["email"]>): Courier {
  const { smarthost, from, to, username, password = "", requireTls, implicitTls } = settings;
  const { hostname, port } = new URL(`smtp://${smarthost}`);
  const connect = () =>
    createTransport({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port),
      secure: implicitTls,
      requireTLS: requireTls && !implicitTls,
      ignoreTLS: !requireTls,
      ...(username !== undefined && { auth: { user: username, pass: password } }),
      connectionTimeout: deadlinesMs.network,
      greetingTimeout: deadlinesMs.network,
      socketTimeout: deadlinesMs.network,
    });
  return {
    async reach() {
      await withServerWords(connect().verify());
      return `${smarthost} takes mail${username === undefined ? "" : ` from ${username}`}`;
    },
    async send({ title, body }) {
      await withServerWords(connect().sendMail({ from, to: [...to], subject: title, text: body }));
    },
  };
}
