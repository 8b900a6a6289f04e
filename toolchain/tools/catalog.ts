import { versions } from "../versions.ts";

/** The programs that set-up can get. */
export const toolNames = [
  "pulumi",
  "pulumi-resource-kubernetes",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;

export type ToolName = (typeof toolNames)[number];

/** Where the SHA-256 checksum of a download is published. */
export type Checksum =
  /** A file of lines `<hash>  <file name>`, or of the bare hash. */
  | { readonly kind: "file"; readonly url: string }
  /** The digest that GitHub records for each file of a release. */
  | { readonly kind: "github"; readonly repository: string; readonly tag: string };

/** An official download. */
export interface Download {
  readonly url: string;
  /** Tried in this order; without any that answers, the download is not used. */
  readonly checksums: readonly Checksum[];
  /** A bare program, or an archive, the member of it that is taken, and how many leading folders it loses. */
  readonly format:
    | { readonly kind: "program" }
    | { readonly kind: "tar.gz"; readonly member: string; readonly strip: number };
}

/** A build from Go modules. */
export interface GoBuild {
  /** The folder in `toolchain/go` with the module that names all versions. */
  readonly module: string;
  /** What each package gives; all are built by one run of `go build`. */
  readonly packages: Readonly<Partial<Record<ToolName, string>>>;
  readonly ldflags: string;
  /** About how long it takes on two cores, all modules downloaded anew; for the person who waits. */
  readonly minutes: number;
}

/** One program: its version and both ways to get it. */
export interface Recipe {
  readonly version: string;
  readonly download: Download;
  readonly build: GoBuild;
  /** The program built here stands in for the official one, and its sources decide its place in the cache. */
  readonly standIn?: true;
}

/** What a recipe depends on. */
interface Machine {
  readonly os: string;
  /** The processor in Go's words: `amd64`, `arm64`. */
  readonly arch: string;
}

/** This machine in the words of the release pages. */
export const machine: Machine = { os: process.platform, arch: process.arch === "x64" ? "amd64" : process.arch };

/** How each program is got. */
export function recipes({ os, arch }: Machine = machine): Readonly<Record<ToolName, Recipe>> {
  const pulumiArch = arch === "amd64" ? "x64" : arch;
  const [major, minor] = versions.kubernetes.split(".");
  const kubernetesBuild: GoBuild = {
    module: "kubernetes",
    packages: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    },
    ldflags: [
      "-s -w",
      `-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`,
      `-X k8s.io/component-base/version.gitMajor=${major}`,
      `-X k8s.io/component-base/version.gitMinor=${minor}`,
    ].join(" "),
    minutes: 4,
  };
  const kubernetes = (name: ToolName): Recipe => {
    const url = `https://dl.k8s.io/release/v${versions.kubernetes}/bin/${os}/${arch}/${name}`;
    return {
      version: versions.kubernetes,
      download: {
        url,
        checksums: [{ kind: "file", url: `${url}.sha256` }],
        format: { kind: "program" },
      },
      build: kubernetesBuild,
    };
  };
  return {
    pulumi: {
      version: versions.pulumi,
      download: github(
        "pulumi/pulumi",
        `v${versions.pulumi}`,
        `pulumi-v${versions.pulumi}-${os}-${pulumiArch}.tar.gz`,
        {
          checksums: `pulumi-${versions.pulumi}-checksums.txt`,
          // The language hosts come with it.
          format: { kind: "tar.gz", member: "pulumi", strip: 1 },
        },
      ),
      build: {
        module: "pulumi",
        packages: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
        ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${versions.pulumi}`,
        minutes: 4,
      },
    },
    "pulumi-resource-kubernetes": {
      version: versions.pulumiKubernetes,
      download: github(
        "pulumi/pulumi-kubernetes",
        `v${versions.pulumiKubernetes}`,
        `pulumi-resource-kubernetes-v${versions.pulumiKubernetes}-${os}-${arch}.tar.gz`,
        {
          checksums: `pulumi-kubernetes_${versions.pulumiKubernetes}_checksums.txt`,
          format: { kind: "tar.gz", member: "pulumi-resource-kubernetes", strip: 0 },
        },
      ),
      build: {
        module: "pulumi-resource-kubernetes",
        packages: { "pulumi-resource-kubernetes": "." },
        ldflags: `-s -w -X main.version=${versions.pulumiKubernetes}`,
        minutes: 2,
      },
      standIn: true,
    },
    etcd: {
      version: versions.etcd,
      download: github("etcd-io/etcd", `v${versions.etcd}`, `etcd-v${versions.etcd}-${os}-${arch}.tar.gz`, {
        checksums: "SHA256SUMS",
        format: { kind: "tar.gz", member: `etcd-v${versions.etcd}-${os}-${arch}/etcd`, strip: 1 },
      }),
      build: { module: "etcd", packages: { etcd: "." }, ldflags: "-s -w", minutes: 1 },
    },
    "kube-apiserver": kubernetes("kube-apiserver"),
    "kube-controller-manager": kubernetes("kube-controller-manager"),
    "kube-scheduler": kubernetes("kube-scheduler"),
    kwok: {
      version: versions.kwok,
      download: github("kubernetes-sigs/kwok", `v${versions.kwok}`, `kwok-${os}-${arch}`, {
        format: { kind: "program" },
      }),
      build: {
        module: "kwok",
        packages: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
        ldflags: "-s -w",
        minutes: 2,
      },
    },
  };
}

/** A file of a release on GitHub. */
function github(
  repository: string,
  tag: string,
  file: string,
  more: { readonly checksums?: string; readonly format: Download["format"] },
): Download {
  const base = `https://github.com/${repository}/releases/download/${tag}`;
  const recorded: Checksum = { kind: "github", repository, tag };
  return {
    url: `${base}/${file}`,
    checksums: more.checksums ? [{ kind: "file", url: `${base}/${more.checksums}` }, recorded] : [recorded],
    format: more.format,
  };
}
