import { isUnknown, type ResourceSubject, read, type Violation, violation } from "../../rule.ts";
import { shown } from "./words.ts";

/**
 * What is wrong with how an instance gives out its role's credentials. Nothing set is wrong too: what then holds is the
 * account's or the image's default, which may be the old service, or two hops.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
 */
export function checkMetadataOptions(subject: ResourceSubject): readonly Violation[] {
  const options = read(subject.props, "metadataOptions");
  const endpoint = read(options, "httpEndpoint");
  if (isUnknown(endpoint) || endpoint === "disabled") return [];
  const tokens = read(options, "httpTokens");
  const hops = read(options, "httpPutResponseHopLimit");
  return [
    ...(isUnknown(tokens) || tokens === "required"
      ? []
      : [
          violation(
            subject,
            `metadataOptions.httpTokens is ${shown(tokens)}: whoever makes the instance fetch a URL reads its role's credentials.`,
            'Set it to "required" (IMDSv2).',
          ),
        ]),
    ...(isUnknown(hops) || hops === 1
      ? []
      : [
          violation(
            subject,
            `metadataOptions.httpPutResponseHopLimit is ${shown(hops)}: containers behind a bridge reach the node's credentials.`,
            "Set it to 1; give pods their own role by EKS Pod Identity.",
          ),
        ]),
  ];
}
