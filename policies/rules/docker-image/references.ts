import { type ResourceSubject, read, readList } from "../../rule.ts";

/** Where Docker's resources name images: those that are pushed, pulled or run. */
const fields: Readonly<Record<string, (props: unknown) => readonly unknown[]>> = {
  "docker:index/image:Image": (props) => (read(props, "skipPush") === true ? [] : [read(props, "imageName")]),
  "docker:index/registryImage:RegistryImage": (props) => [read(props, "name")],
  "docker:index/remoteImage:RemoteImage": (props) => (read(props, "build") === undefined ? [read(props, "name")] : []),
  "docker:index/tag:Tag": (props) => [read(props, "targetImage")],
  "docker:index/container:Container": (props) => [read(props, "image")],
  "docker:index/service:Service": (props) => [read(props, "taskSpec", "containerSpec", "image")],
  "docker-build:index:Image": (props) => (read(props, "push") === true ? readList(props, "tags") : []),
};

export const imageTypes: readonly string[] = Object.keys(fields);

/** The references in a resource, as far as they are known. An image's id (sha256:…) is on the machine already. */
export function referencesOf({ type, props }: ResourceSubject): readonly string[] {
  return (fields[type]?.(props) ?? [])
    .filter((reference) => typeof reference === "string")
    .filter((reference) => !/^sha256:[0-9a-f]{64}$/.test(reference));
}
