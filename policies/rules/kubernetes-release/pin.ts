import { isRecord, isUnknown, type ResourceRule, read, violation } from "../../rule.ts";
import { chartTypes, opaque } from "../kubernetes-shared/charts.ts";
import { isExactTag } from "../kubernetes-shared/images.ts";
import { shown } from "../kubernetes-shared/objects.ts";

export const pinRelease = {
  name: "kubernetes-release-pin",
  description: `A chart is named by its whole version, and so are the images that its values name. ${opaque}`,
  severity: "mandatory",
  types: chartTypes,
  check: (subject) => {
    const version = read(subject.props, "version");
    const exact = typeof version === "string" && /^v?\d+\.\d+\.\d+([-+][\w.-]+)?$/.test(version);
    return [
      ...(exact || isUnknown(version)
        ? []
        : [
            violation(
              subject,
              `chart ${shown(read(subject.props, "chart"))} may be another tomorrow: version is ${shown(version)}.`,
              'Write a whole version: "1.21.1".',
            ),
          ]),
      ...movedImages(read(subject.props, "values"), ["values"]).map(({ path, tag }) =>
        violation(
          subject,
          `${path.join(".")} can be moved to another image: it is ${shown(tag)}.`,
          'Write a whole version ("v3.6.25") or a digest, or leave it out: the chart\'s version decides then.',
        ),
      ),
    ];
  },
} satisfies ResourceRule;

interface MovedImage {
  readonly path: readonly string[];
  readonly tag: string;
}

/** Tags of images in a chart's values (`image: { tag }`, `image: "name:tag"`, `imageTag`) that are not exact. */
function movedImages(value: unknown, path: readonly string[]): readonly MovedImage[] {
  if (Array.isArray(value)) return value.flatMap((inner: unknown, index) => movedImages(inner, [...path, `${index}`]));
  if (!isRecord(value)) return [];
  const digest = read(value, "digest") ?? read(value, "sha");
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (typeof inner !== "string") return movedImages(inner, here);
    const tag = tagIn(key, inner, "repository" in value || /image$/i.test(path.at(-1) ?? ""));
    const pinned = digest !== undefined && digest !== "";
    return tag === undefined || tag === "" || pinned || isExactTag(tag) ? [] : [{ path: here, tag }];
  });
}

/** The tag that a field gives; `undefined` where it gives none. */
function tagIn(key: string, text: string, ofImage: boolean): string | undefined {
  if (/^imageTag$/i.test(key) || (key === "tag" && ofImage)) return text;
  if (!/^image$/i.test(key) || text.includes("@")) return undefined;
  return /:([\w.-]+)$/.exec(text)?.[1];
}
