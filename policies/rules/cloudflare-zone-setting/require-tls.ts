import { hasUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { shown } from "../aws-shared/words.ts";

interface Wanted {
  readonly values: readonly unknown[];
  /** What else means. */
  readonly otherwise: string;
}

/** Source: https://developers.cloudflare.com/ssl/ */
const wanted: Readonly<Record<string, Wanted>> = {
  min_tls_version: { values: ["1.2", "1.3"], otherwise: "browsers may speak TLS 1.0 and 1.1, which are broken" },
  ssl: {
    values: ["strict", "origin_pull"],
    otherwise: "Cloudflare does not check who the origin is, or speaks plain HTTP with it",
  },
  always_use_https: { values: ["on"], otherwise: "pages are answered by plain HTTP" },
  tls_1_3: { values: ["on", "zrt"], otherwise: "browsers cannot speak TLS 1.3" },
};

export const requireCloudflareTls = {
  name: "cloudflare-zone-setting-require-tls",
  description:
    "Where the program says how Cloudflare speaks TLS, it is TLS 1.2 or later, to browsers and to the origin.",
  severity: "mandatory",
  types: ["cloudflare:index/zoneSetting:ZoneSetting", "cloudflare:index/hostnameTlsSetting:HostnameTlsSetting"],
  check(subject) {
    const setting = read(subject.props, "settingId");
    const value = read(subject.props, "value");
    const rule = typeof setting === "string" ? wanted[setting] : undefined;
    return rule === undefined || hasUnknown(value) || rule.values.includes(value)
      ? []
      : [
          violation(
            subject,
            `${setting} is ${shown(value)}: ${rule.otherwise}.`,
            `Set it to ${rule.values.map(shown).join(" or ")}.`,
          ),
        ];
  },
} satisfies ResourceRule;
