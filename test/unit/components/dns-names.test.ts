import { expect, test } from "vitest";
import { dnsLabel, domainName } from "../../../components/core/dns-names.ts";

const accepted = (schema: { safeParse(text: string): { success: boolean } }, texts: readonly string[]) =>
  texts.filter((text) => schema.safeParse(text).success);

test("a label is one of DNS' own, in lower case", () => {
  const labels = ["a", "0", "berth-dev", "a".repeat(63)];
  const others = ["", "-a", "a-", "A", "a.b", "a_b", "ä", "a\n", " a", "a".repeat(64)];
  expect(accepted(dnsLabel, [...labels, ...others])).toEqual(labels);
});

test("a domain has two labels at least, and is neither an address nor a wildcard", () => {
  const longest = `${`${"a".repeat(62)}.`.repeat(4).slice(0, 251)}.b`;
  const domains = ["example.com", "ws.example.com", "xn--a.xn--p1ai", "1.2.example", "cluster.local", longest];
  const others = [
    ...["", "com", "example.com.", ".example.com", "*.example.com", "https://example.com", "example.com:443"],
    ...["Example.com", "1.2.3.4", "a..b", "-a.com", "a-.com", "a_b.com", `${"a".repeat(64)}.com`, `a${longest}`],
  ];
  expect(accepted(domainName, [...domains, ...others])).toEqual(domains);
});
