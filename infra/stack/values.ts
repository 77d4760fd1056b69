import { isIP } from "node:net";
import { z } from "zod";
import { type AlertmanagerVersion, chooseAlertmanagerVersion } from "../../alerts/secret-files.ts";
import type { HostAddress } from "../topology/settings.ts";

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

/** Behind it comes what a container is called, and the whole is a DNS label of 63 characters at most (RFC 1123). */
export const stackName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "must be 1 to 40 of a-z, 0-9 and -, with a letter or a digit at the beginning and at the end",
  );

export const domainName = z
  .string()
  .max(253, "must have 253 characters at most")
  .regex(new RegExp(`^(${label}\\.)+[a-z]${label}$`), "must be a name such as gozcu.example.com, in small letters");

/** Whole numbers, written in digits. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

const off = "off";

function readHostAddress(text: string): HostAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:(?:\[(.+)\]|(.+)):)?(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? "127.0.0.1";
  const port = Number(digits);
  const family = bracketed === undefined ? 4 : 6;
  return isIP(address) === family && port >= 1 && port <= 65_535 ? { address, port } : undefined;
}

/** Where something is published; undefined for `off`. */
export const hostAddress = z.string().transform((text, context): HostAddress | undefined => {
  const address = text === off ? undefined : readHostAddress(text);
  if (text !== off && address === undefined)
    context.addIssue("must be an address and a port such as 127.0.0.1:3000 or [::1]:3000, a port alone, or off");
  return address;
});

const digest = /@sha256:[0-9a-f]{64}$/;
/** What stands behind the last `/` is the name; a `:` before it is a registry's port. */
const tag = /:(\w[\w.-]{0,127})$/;

/** The tag of an image's reference. */
function readTag(reference: string): string | undefined {
  return tag.exec(reference.replace(digest, ""))?.[1];
}

/** For an image whose tag tells no version: what is in use today. */
const usualAlertmanager = "0.31";

/** What the Alertmanager in an image understands. */
export function readAlertmanagerVersion(image: string): AlertmanagerVersion {
  const version = /^v?(\d+\.\d+)/.exec(readTag(image) ?? "")?.[1];
  return version === undefined ? usualAlertmanager : chooseAlertmanagerVersion(version);
}

/** An image that stays the same: one without a version is another one every day. */
export const imageReference = z
  .string()
  .refine(
    (text) => /^\w[\w.:/-]*$/.test(text.replace(digest, "")),
    "must be an image's name such as registry.example/gozcu:1.2.3",
  )
  .refine(
    (text) => digest.test(text) || (readTag(text) ?? "latest") !== "latest",
    "must name a version other than latest, or a digest (@sha256:…)",
  );

/** As Prometheus spells it. */
export const byteSize = z.string().regex(/^[1-9]\d*(B|[KMGTPE]B)$/, "must be a size such as 512MB or 2GB");
