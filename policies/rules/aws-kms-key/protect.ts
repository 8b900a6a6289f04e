import { z } from "zod";
import { matchesGlob } from "../../glob.ts";
import { type ResourceRule, violation } from "../../rule.ts";

const values = z.object({
  passing: z.array(z.string().min(1)).default(["*berth:observability:AlarmTopic$*"]).meta({
    description: "Keys of what only passes by, such as messages: logical names or URNs, `*` stands for any characters.",
  }),
});

/** Which key encrypts what a preview does not know, nor does a key say it: so every one counts that is not excepted. */
export const protectKmsKey = {
  name: "aws-kms-key-protect",
  description: "Pulumi refuses to delete a key that data is encrypted with: without it the data is gone.",
  severity: "mandatory",
  values,
  types: ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"],
  check(subject, settings) {
    const { passing } = values.parse(settings);
    const passes = passing.some((glob) => matchesGlob(glob, subject.name) || matchesGlob(glob, subject.urn));
    return subject.protect !== false || passes
      ? []
      : [
          violation(
            subject,
            "Pulumi would delete the key without being asked, and with it all that it encrypts.",
            "Give it the resource option protect: true; name it in the policy's passing where it encrypts no data that is kept.",
          ),
        ];
  },
} satisfies ResourceRule;
