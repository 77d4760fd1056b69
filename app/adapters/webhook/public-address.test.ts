import { describe, expect, test } from "@jest/globals";
import { isPublicAddress } from "./public-address.ts";

describe("a public address", () => {
  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:831::200e",
  ])("is %s", (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });
});

describe("not a public address", () => {
  test.each([
    ["this network", "0.0.0.0"],
    ["this network's end", "0.255.255.255"],
    ["loopback", "127.0.0.1"],
    ["loopback's end", "127.255.255.254"],
    ["private 10/8", "10.1.2.3"],
    ["private 172.16/12", "172.31.255.255"],
    ["private 192.168/16", "192.168.0.1"],
    ["shared by carriers", "100.64.0.1"],
    ["the metadata service of clouds", "169.254.169.254"],
    ["Azure's host agent", "168.63.129.16"],
    ["protocol assignments, Oracle's metadata among them", "192.0.0.192"],
    ["documentation 1", "192.0.2.1"],
    ["documentation 2", "198.51.100.1"],
    ["documentation 3", "203.0.113.1"],
    ["benchmarks", "198.19.255.255"],
    ["the 6to4 relay", "192.88.99.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["IPv6 unspecified", "::"],
    ["IPv6 loopback", "::1"],
    ["IPv4-mapped, private", "::ffff:10.0.0.1"],
    ["IPv4-mapped, in hexadecimal", "::ffff:7f00:1"],
    ["IPv4-compatible", "::127.0.0.1"],
    ["IPv4-translated", "::ffff:0:127.0.0.1"],
    ["NAT64 with a private address", "64:ff9b::10.0.0.1"],
    ["local NAT64", "64:ff9b:1::10.0.0.1"],
    ["6to4 with a private address", "2002:a00:1::1"],
    ["Teredo", "2001:0:53aa:64c::1"],
    ["unique local", "fd12:3456:789a::1"],
    ["unique local, AWS metadata", "fd00:ec2::254"],
    ["link local", "fe80::1"],
    ["link local of an interface", "fe80::1%eth0"],
    ["site local", "fec0::1"],
    ["IPv6 multicast", "ff02::1"],
    ["IPv6 documentation", "2001:db8::1"],
    ["IPv6 documentation, the newer", "3fff::1"],
    ["discard only", "100::1"],
    ["segment routing", "5f00::1"],
    ["IPv6 that nobody was given", "4000::1"],
    ["an odd form", "0x7f.1"],
    ["octal", "010.0.0.1"],
    ["a name", "example.com"],
    ["nothing", ""],
  ])("is %s: %s", (_, ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});
