import { buffer } from "node:stream/consumers";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { type Channel, createFaults, type Fault, type Notification, openDoor } from "./channel.ts";
import { joinLines, readHtmlText } from "./plain-text.ts";

interface EmailMessage extends Notification {
  /** Of the header: what the reader sees. */
  readonly from: string;
  /** Of the envelope: to whom it was really delivered. */
  readonly to: readonly string[];
  readonly subject: string;
  /** Undefined where the message has no such part. */
  readonly html: string | undefined;
  readonly plain: string | undefined;
}

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** "Try again later", and a refusal for good. */
const faults = {
  rateLimit: { code: 451, text: "4.7.1 Too many messages, try again later" },
  serverError: { code: 554, text: "5.3.0 Transaction failed" },
} as const satisfies Record<Fault, { readonly code: number; readonly text: string }>;

interface EmailChannel extends Channel<EmailMessage> {
  /** Host and port. */
  readonly address: string;
  /** With the credentials. */
  readonly url: string;
  /**
   * `failNext` refuses the sender at the start of a message; this refuses the message at its end. Alertmanager before 0.28
   * does not read that last answer, and loses the message (https://github.com/prometheus/alertmanager/pull/4006).
   */
  failNextData(count: number, fault: Fault): void;
}

const reply = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });
const fail = (fault: Fault | undefined) => fault && reply(faults[fault].code, faults[fault].text);

/** A reader sees the HTML where there is any. */
async function readMessage(stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<EmailMessage> {
  const { from, subject = "", html, text: plain } = await PostalMime.parse(await buffer(stream));
  const body = html === undefined ? plain : readHtmlText(html);
  return {
    at: new Date(),
    text: joinLines([subject, body]),
    from: from?.address ?? "",
    to: envelope.rcptTo.map(({ address }) => address),
    subject,
    html,
    plain,
  };
}

/**
 * A mail server without TLS, as a relay on the own machine is. With `credentials` it takes mail only after AUTH PLAIN or
 * LOGIN with them.
 */
export async function startEmail({ credentials }: { readonly credentials?: Credentials } = {}): Promise<EmailChannel> {
  const received: EmailMessage[] = [];
  const refused: string[] = [];
  const atSender = createFaults();
  const atData = createFaults();

  /** Gives what is answered, undefined when the message was taken. */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | undefined> {
    try {
      const message = await readMessage(stream, session);
      const failure = fail(atData.next());
      if (failure !== undefined) return failure;
      received.push(message);
      return undefined;
    } catch (error) {
      refused.push(String(error));
      return reply(554, "5.6.0 The message cannot be read");
    }
  }
  const smtp = new SMTPServer({
    disabledCommands: credentials === undefined ? ["STARTTLS", "AUTH"] : ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      if (username === credentials?.user && password === credentials?.password) {
        callback(null, { user: username });
        return;
      }
      refused.push(`AUTH of ${username}: the user or the password is wrong`);
      callback(reply(535, "5.7.8 Authentication credentials invalid"));
    },
    onMailFrom(_address, _session, callback) {
      callback(fail(atSender.next()));
    },
    async onData(stream, session, callback) {
      callback(await take(stream, session));
    },
  });
  // A client that goes away in the middle has sent nothing.
  smtp.on("error", () => {});
  const door = await openDoor(smtp.server);
  const address = `127.0.0.1:${door.port}`;
  const login = credentials && `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
  return {
    name: "email",
    address,
    url: `smtp://${login ?? ""}${address}`,
    received: () => received,
    refused: () => refused,
    failNext: atSender.failNext,
    failNextData: atData.failNext,
    refuse: door.refuse,
    accept: door.accept,
    close: door.refuse,
  };
}
