import { findHalfPairs } from "../../app/config.ts";
import { dockerHost, isLoopback } from "../loopback.ts";
import { worldPorts } from "../topology/caddy.ts";
import { images } from "../topology/images.ts";
import type { HostAddress } from "../topology/settings.ts";
import type { Answers, Key } from "./answers.ts";
import { proxySettings } from "./app-settings.ts";
import { everywhere, publishedNames, readPublish } from "./publication.ts";
import { readAlertmanagerVersion } from "./values.ts";

/** What containers ask for at an address that was given. */
const asked = [
  ...["DATABASE_URL", "QUEUE_URL", "COMFYUI_URL", "SLACK_WEBHOOK_URL", "TELEGRAM_API_URL", "DISCORD_WEBHOOK_URL"],
  ...["SMTP_URL", "DEADMAN_URL", "remoteWrite.url", "acme.directory"],
] as const satisfies readonly Key[];

/** The address means the container itself, and not the machine that it runs on. */
function findOwnAddresses({ texts, where }: Answers): readonly string[] {
  return asked
    .filter((key) => {
      const host = URL.parse(texts.get(key) ?? "")?.hostname ?? "";
      return isLoopback(host) || host === "0.0.0.0" || host === "[::]";
    })
    .map((key) => `${where(key)} names the container that asks, not the machine it runs on: write ${dockerHost}`);
}

interface Publication extends HostAddress {
  readonly by: string;
}

function listPublications(answers: Answers): readonly Publication[] {
  const { texts, where } = answers;
  const publish = readPublish(answers);
  const chosen = publishedNames.flatMap((name) => {
    const address = publish[name];
    return address === undefined ? [] : [{ by: where(`publish.${name}`), ...address }];
  });
  const caddy = Object.values(worldPorts).map((port) => ({ by: where("domain"), address: "0.0.0.0", port }));
  return [...chosen, ...(texts.has("domain") ? caddy : [])];
}

function findCollisions(publications: readonly Publication[]): readonly string[] {
  return publications.flatMap((one, index) =>
    publications
      .slice(index + 1)
      .filter(
        ({ address, port }) =>
          port === one.port &&
          (address === one.address || [address, one.address].some((each) => everywhere.includes(each))),
      )
      .map((other) => `${one.by} and ${other.by} both want port ${one.port} of ${one.address}`),
  );
}

/** What a domain decides, and what is of use with one only. */
function findDomainProblems(answers: Answers): readonly string[] {
  const { values, texts, where } = answers;
  const replicas = values["replicas.api"] ?? 1;
  if (!texts.has("domain")) {
    const acme = (["acme.email", "acme.directory"] as const).filter((key) => texts.has(key));
    return [
      ...acme.map((key) => `${where(key)} is of use with a domain only`),
      ...(replicas > 1 && values["publish.api"] !== undefined
        ? [
            `${where("replicas.api")} needs a domain, whose Caddy shares requests out among ${replicas}, or publish.api: off`,
          ]
        : []),
    ];
  }
  const exposed = publishedNames.filter((name) => {
    const address = values[`publish.${name}`]?.address;
    return address !== undefined && !isLoopback(address);
  });
  return [
    ...proxySettings
      .filter((key) => texts.has(key))
      .map((key) => `${where(key)} cannot be chosen beside a domain, which decides it`),
    ...exposed.map(
      (name) => `${where(`publish.${name}`)} must stay on 127.0.0.1: with a domain only Caddy is published beyond`,
    ),
    ...(replicas > 1 && texts.has("publish.api") && values["publish.api"] !== undefined
      ? [
          `${where("publish.api")} cannot be shared by the ${replicas} of replicas.api: the domain reaches them, leave it out`,
        ]
      : []),
  ];
}

function findRemoteWriteProblems({ texts, where }: Answers): readonly string[] {
  const [url, username, password] = (["remoteWrite.url", "remoteWrite.username", "REMOTE_WRITE_PASSWORD"] as const).map(
    (key) => texts.has(key),
  );
  return [
    ...(username === password
      ? []
      : ["remoteWrite.username and REMOTE_WRITE_PASSWORD belong together: set both or neither"]),
    ...(username && !url ? [`${where("remoteWrite.username")} is of use with remoteWrite.url only`] : []),
  ];
}

/** TLS from the start, where the Alertmanager takes it from the port alone. */
function findMailProblems({ values, where }: Answers): readonly string[] {
  const { protocol, port = "" } = URL.parse(values.SMTP_URL ?? "") ?? {};
  const image = values["images.alertmanager"] ?? images.alertmanager.reference;
  if (protocol !== "smtps:" || ["", "465"].includes(port) || readAlertmanagerVersion(image) !== "0.25") return [];
  return [`${where("SMTP_URL")} must be smtps://… on port 465: the Alertmanager ${image} knows no other for it`];
}

/** What no single setting can tell: a line a problem. */
export function findContradictions(answers: Answers): readonly string[] {
  const { texts } = answers;
  return [
    ...findHalfPairs((name) => (texts as ReadonlyMap<string, string>).has(name)),
    ...findOwnAddresses(answers),
    ...findDomainProblems(answers),
    ...findCollisions(listPublications(answers)),
    ...findRemoteWriteProblems(answers),
    ...findMailProblems(answers),
  ];
}
