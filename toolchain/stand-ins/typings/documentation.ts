/**
 * What the comments of the typings say in words. They come from the documentation of the providers underneath; the
 * phrases here are those that occur in @pulumi/aws 7.48.0, @pulumi/cloudflare 6.22.1 and @pulumi/docker 5.2.0.
 */

/** "Changing this forces a new resource", "Forces replacement", "forces recreation of the ENI" and their like. */
const replacement =
  /\bforces? (?:a )?(?:new\b|replacement|recreation|re-creation|creation of a new|resource recreation|recreat)|\bchanging (?:this|these|it)\b[^.]{0,40}? (?:will )?(?:force|create|creates|recreate|recreates|re-create|re-creates|trigger a resource replacement|trigger replacement)\b[^.]{0,20}? ?(?:terraform|resource|new|replacement|recreation|the)|\bcannot be changed (?:after creation|later|after the (?:table|service) is created)/i;

/** The same phrases where they speak of one case only, or of something else. */
const exceptions =
  /to an empty string forces|triggers an update|forces? new (?:deployment|version)|does not force|create\/cancel/i;

/** Whether a comment says that a change of its property makes a new resource. */
export function forcesReplacement(comment: string): boolean {
  const text = comment.replaceAll(/\s*\n\s*\*\s?/g, " ");
  return replacement.test(text) && !exceptions.test(text);
}

/** The values of `Available values: "local", "cloudflare".`, the generator's form of a check that the API makes. */
export function acceptedValues(comment: string): string[] | undefined {
  const [, list] = /Available values: ((?:"[^"]*"(?:, )?)+)/.exec(comment) ?? [];
  return list === undefined ? undefined : [...list.matchAll(/"([^"]*)"/g)].map(([, value = ""]) => value);
}
